# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from ansible_collections.podnet.kubernetes.plugins.module_utils._settings.mistakes import (
    Inventory,
    find_lookalikes,
    find_mistakes,
)

ROOT = Path(__file__).parents[5]
SPECS = {"flannel_mtu": {"type": "int"}, "flannel_kubeconfig": {"type": "path"}}


def test_one_mistake_is_said_once():
    values = {"a": {"flannel_mtu": "x"}, "b": {"flannel_mtu": "x"}, "c": {"flannel_mtu": "y"}}
    assert find_mistakes(Inventory(values, SPECS, ["flannel"])) == [
        "flannel_mtu is x on a and b: give a whole number",
        "flannel_mtu is y on c: give a whole number",
    ]


@pytest.mark.parametrize(
    ("name", "close"),
    [
        ("flannel_kubeconfg", ["flannel_kubeconfig"]),
        ("flannel_kube_config", ["flannel_kubeconfig"]),
        ("flannel_kubeconfig", []),
        ("flannel_colour", []),  # the user's own
        ("calico_kubeconfig", []),  # of a role that the playbook does not use
        ("podnet_node_netwerk", []),  # a mistake for sure, which find_mistakes() names
    ],
)
def test_names_that_look_mistyped(name, close):
    sentences = [f"{name} is set, and no role reads it: perhaps it is {one}" for one in close]
    assert find_lookalikes([name, "ansible_host"], ["flannel"], SPECS) == sentences


@pytest.mark.parametrize("name", ["connectivity_report", "connectivity_ended", "connectivity_started_at"])
def test_outputs_of_a_role_look_like_no_variable(name):
    specs = yaml.safe_load((ROOT / "roles/connectivity/meta/argument_specs.yml").read_text())["argument_specs"]
    assert find_lookalikes([name], ["connectivity"], specs["main"]["options"]) == []


def test_null_where_a_default_is_null():
    values = {"a": {"flannel_mtu": None, "flannel_kubeconfig": None}}
    assert find_mistakes(Inventory(values, SPECS, ["flannel"], frozenset({"flannel_mtu"}))) == [
        "flannel_kubeconfig is null on a: give a value, or leave the variable out"
    ]


@pytest.mark.parametrize(
    "values",
    [
        {"connectivity_fail_on": "any"},
        {"connectivity_compare_with": "previous"},
        {"connectivity_compare_with": "old.json", "connectivity_keep_reports": 0, "connectivity_fail_on": "worse"},
    ],
)
def test_a_proof_that_has_an_earlier_one_to_compare_with(values):
    assert find_mistakes(Inventory({"a": values}, {name: {"type": "raw"} for name in values}, ["connectivity"])) == []


def test_facts_that_an_earlier_playbook_set():
    facts = {
        "podnet_node_address": {"address": "10.0.0.1"},
        "podnet_node_address_ipv6": None,
        "podnet_node_addresses": [],
    }
    kinds = {"podnet_node_address": "dict", "podnet_node_address_ipv6": "dict", "podnet_node_addresses": "list"}
    cluster = {name: {"type": kind} for name, kind in kinds.items()}
    assert find_mistakes(Inventory({"a": facts}, {**SPECS, **cluster}, ["flannel"])) == []
    assert find_mistakes(Inventory({"a": facts}, SPECS, ["connectivity"])) == []


def test_networks_of_a_playbook_that_makes_no_cluster():
    values = {"a": {"podnet_pod_network": "10.0.0.0/30"}}
    assert find_mistakes(Inventory(values, SPECS, ["connectivity"])) == []
    assert len(find_mistakes(Inventory(values, SPECS, ["kubeadm_control_plane"]))) == 1


@pytest.mark.parametrize(
    ("first", "second", "shown"),
    [
        ("10.0.0.0/16", "10.0.0.0/24", "is 10.0.0.0/16 on a, and is 10.0.0.0/24 on b"),
        (None, "10.0.0.0/24", "is not set on a, and is 10.0.0.0/24 on b"),
        ("10.0.0.0/16", "10.0.0.0/16", None),
    ],
)
def test_a_variable_of_the_cluster_is_the_same_on_all_hosts(first, second, shown):
    values = {"a": {"podnet_pod_network": first} if first else {}, "b": {"podnet_pod_network": second}}
    assert find_mistakes(Inventory(values, SPECS, ["kubeadm_control_plane"])) == [
        f"podnet_pod_network {one}: the cluster has one value, so give all hosts the same" for one in [shown] if one
    ]
    assert find_mistakes(Inventory(values, SPECS, ["connectivity", "diagnose"])) == []


@pytest.mark.parametrize(("roles", "number"), [(["cluster_access", "connectivity"], 0), (["flannel"], 1)])
def test_a_proof_goes_on_where_policies_do_not_fit(roles, number):
    values = {"a": {"podnet_policies": "calico", "podnet_pod_network": "10.0.0.0/16,fd00::/48"}}
    assert len(find_mistakes(Inventory(values, SPECS, roles))) == number


def test_each_host_has_its_own_networks():
    name = "kubeadm_control_plane_pod_network"
    values = {"a": {name: "10.0.0.0/16"}, "b": {name: "10.0.0.0/24"}}
    (sentence,) = find_mistakes(Inventory(values, {**SPECS, name: {"type": "str"}}, ["kubeadm_control_plane"]))
    assert sentence.startswith(f"pod network 10.0.0.0/24 ({name}) has 1 subnet of /24")


def test_other_mistakes_come_with_those_of_networks():
    values = {"a": {"podnet_pod_network": "10.0.0.0/30", "flannel_mtu": "x"}}
    assert len(find_mistakes(Inventory(values, SPECS, ["kubeadm_control_plane"]))) == 2
