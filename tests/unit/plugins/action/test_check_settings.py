# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All rows of the table of wrong inputs, in one process, and some of them with ansible-playbook."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from wrong_inputs import INVENTORIES, NETWORKS, PLAYED, ROWS, SIMPLE, TWO_FAMILIES, Row
from wrong_plays import play, roles_of

from ansible_collections.podnet.kubernetes.plugins.module_utils._settings.mistakes import (
    find_lookalikes,
    find_mistakes,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._settings.table import ROLE_VARIABLES, SHARED
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.role_settings import read_inventory

ROOT = Path(__file__).resolve().parents[4]
# Its only variable is what the roles of the networks give it.
NOT_FOR_USERS = {"pod_network"}


def mistakes(row):
    hostvars = {host: {**row.variables, **row.of_hosts.get(host, {})} for host in row.hosts}
    return find_mistakes(read_inventory(roles_of(row.playbook), row.hosts, hostvars))


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_wrong_input(row):
    assert "\n".join(f"{one}." for one in mistakes(row)) == row.sentence


def role_variables():
    for path in sorted(ROOT.glob("roles/*/meta/argument_specs.yml")):
        if path.parts[-3] not in NOT_FOR_USERS:
            for entry_point in yaml.safe_load(path.read_text())["argument_specs"].values():
                yield from entry_point["options"].items()


def test_the_table_has_every_variable():
    variables = {*dict(role_variables()), *SHARED}
    there = {name for row in [*ROWS, *PLAYED] for name in {**row.variables, **row.extra}}
    assert variables - there == set()


def test_every_variable_is_checked_beyond_its_type():
    """A specification says all about a choice and a truth; of other types a check says more."""
    said = {name for name, spec in role_variables() if spec["type"] == "bool" or "choices" in spec}
    facts = {name for name, _spec in role_variables() if name.startswith("podnet_")}
    lists_of_choices = {name for name, spec in role_variables() if spec.get("elements") and spec.get("choices")}
    rest = {name for name, _spec in role_variables()} - said - facts - lists_of_choices
    assert rest - set(ROLE_VARIABLES) == set()
    assert set(ROLE_VARIABLES) - {name for name, _spec in role_variables()} == set()


def test_every_shared_variable_of_the_roles_is_known():
    texts = [path.read_text() for path in [*ROOT.glob("roles/*/defaults/main.yml"), *ROOT.glob("playbooks/*.yml")]]
    facts = {name for name, _spec in role_variables() if name.startswith("podnet_")}
    used = {name for text in texts for name in re.findall(r"(?<![\w.])podnet_\w+", text)}
    assert used - set(SHARED) - facts == set()


def defaults():
    for path in sorted(ROOT.glob("roles/*/defaults/main.yml")):
        yield from ((path.parts[-3], name, value) for name, value in yaml.safe_load(path.read_text()).items())


@pytest.mark.parametrize(
    ("role", "name", "value"), [one for one in defaults() if "{{" not in str(one[2])], ids=lambda one: str(one)[:40]
)
def test_a_default_is_right(role, name, value):
    assert find_mistakes(read_inventory([role], ["master"], {"master": {name: value}})) == []


@pytest.mark.parametrize(
    "detection",
    [
        "kubernetes-internal-ip",
        "can-reach=example.org",
        "interface=^enp0s8$,eth[0-9]",
        "cidr=10.100.198.0/24,fd10:100:198::/64",
    ],
)
def test_calico_finds_addresses_of_two_families(detection):
    networks = {"podnet_pod_network": TWO_FAMILIES, "podnet_service_network": "10.96.0.0/16,fd10:96::/112"}
    values = {**networks, "calico_address_detection": detection, "podnet_node_prefix": "26,64"}
    assert find_mistakes(read_inventory(roles_of("calico"), ["a"], {"a": values})) == []


@pytest.mark.parametrize(
    ("playbook", "values"),
    [
        ("calico", {"calico_mtu": 1280}),
        ("flannel", {"flannel_mtu": 1330}),
        ("flannel", {"flannel_mtu": 1280, "flannel_backend": "host-gw"}),
        ("basic_cni", {"basic_cni_mtu": 1280}),
    ],
)
def test_the_least_mtu_of_two_families(playbook, values):
    networks = {"podnet_pod_network": TWO_FAMILIES, "podnet_service_network": "10.96.0.0/16,fd10:96::/112"}
    assert find_mistakes(read_inventory(roles_of(playbook), ["a"], {"a": {**networks, **values}})) == []


@pytest.mark.parametrize(
    ("planes", "everywhere"),
    [
        ({"kubeadm_control_plane_kubelet_configuration": {"maxPods": 61}}, {"podnet_node_prefix": 26}),
        ({"kubeadm_control_plane_node_prefix": 25}, {"podnet_pod_network": "10.9.0.0/24"}),
        ({"kubeadm_control_plane_pod_network": "10.9.0.0/16"}, {"flannel_pod_network": "10.9.0.0/16"}),
    ],
)
def test_variables_of_the_control_planes_hold_for_all_nodes(planes, everywhere):
    """What all hosts have fits them, and does not fit the defaults that workers would have."""

    def mistakes_of(**hosts):
        return find_mistakes(read_inventory(roles_of("flannel"), list(hosts), hosts))

    assert mistakes_of(master={**everywhere, **planes}, node1=everywhere) == []
    assert len(mistakes_of(node1=everywhere, node2=everywhere)) == 1


def test_null_leaves_the_dns_out():
    values = {"a": {"connectivity_dns_service": None}}
    assert find_mistakes(read_inventory(["connectivity"], ["a"], values)) == []


@pytest.mark.parametrize("playbook", ["flannel", "switch_network"])
def test_flannel_may_have_the_policies_of_calico(playbook):
    values = {"podnet_network": "flannel", "podnet_policies": "calico"}
    assert find_mistakes(read_inventory(roles_of(playbook), ["a"], {"a": values})) == []


@pytest.mark.parametrize("path", ["inventories/example", "lab/inventory", "inventories/vagrant"])
@pytest.mark.parametrize("playbook", ["basic_cni", "flannel", "calico", "policies", "verify", "cluster"])
def test_the_inventories_of_the_clone_are_right(path, playbook):
    files = [*(ROOT / path / "group_vars").rglob("*.yml")]
    values = {
        name: one for file in files for name, one in yaml.safe_load(file.read_text()).items() if "{{" not in str(one)
    }
    roles = roles_of(playbook)
    inventory = read_inventory(roles, ["a", "b", "c"], dict.fromkeys("abc", values))
    assert find_mistakes(inventory) == []
    assert find_lookalikes(values, roles, inventory.specs) == []


@pytest.mark.parametrize("row", [SIMPLE[0], SIMPLE[17], NETWORKS[0], INVENTORIES[0], *PLAYED], ids=str)
def test_a_playbook_stops_before_it_connects(row, tmp_path):
    played = play(row, tmp_path)
    assert played.message == row.sentence
    assert played.error == row.sentence


def test_right_values_connect(tmp_path):
    """So the rows stop because of their values."""
    played = play(Row("", {"flannel_backend": "host-gw", "podnet_pod_network": "10.244.0.0/22"}), tmp_path)
    assert played.connected


@pytest.mark.parametrize("playbook", ["policies", "switch_network", "upgrade"])
def test_a_playbook_for_all_nodes_refuses_a_limit(playbook, tmp_path):
    played = play(Row("", playbook=playbook), tmp_path, "--limit", "master,node1")
    assert played.message == (
        "This playbook needs all nodes of the cluster, and this run leaves out node2: run it without --limit, which "
        "changes nothing on nodes that are right."
    )


NETWORK_PLAYBOOKS = ("basic_cni", "flannel", "calico")


@pytest.mark.parametrize("playbook", NETWORK_PLAYBOOKS)
def test_a_network_needs_a_control_plane(playbook, tmp_path):
    played = play(Row("", playbook=playbook), tmp_path, "--limit", "node1,node2")
    assert played.message == (
        "This playbook needs a control plane, and this run leaves out master: name one beside the other hosts, such as "
        "--limit node1,master."
    )


@pytest.mark.parametrize("playbook", NETWORK_PLAYBOOKS)
def test_a_network_goes_on_with_a_control_plane_and_some_nodes(playbook, tmp_path):
    assert play(Row("", playbook=playbook), tmp_path, "--limit", "master,node1").connected


def test_a_proof_goes_on_with_a_part_of_the_nodes(tmp_path):
    """It names the others as nodes that take no part."""
    assert play(Row("", playbook="verify"), tmp_path, "--limit", "master,node1").connected


@pytest.mark.parametrize("strategy", ["free", "host_pinned"])
def test_a_strategy_from_elsewhere_changes_nothing(strategy, tmp_path, monkeypatch):
    monkeypatch.setenv("ANSIBLE_STRATEGY", strategy)
    assert play(SIMPLE[0], tmp_path).message == SIMPLE[0].sentence


def test_lines_that_end_as_on_windows(tmp_path):
    """Ansible's own readers of inventories and variables drop the carriage returns."""
    (tmp_path / "group_vars").mkdir()
    (tmp_path / "group_vars" / "all.yml").write_bytes(b"flannel_backend: host-gw\r\nflannel_mtu: abc\r\n")
    nobody = "ansible_host=127.0.0.1 ansible_port=1"
    lines = ["[control_plane]", f"master {nobody}", "[nodes]", f"node1 {nobody}", f"node2 {nobody} flannel_mtu=68", ""]
    (tmp_path / "hosts.ini").write_bytes("\r\n".join(lines).encode())
    played = play(Row(""), tmp_path, "--inventory", str(tmp_path / "hosts.ini"), hosts=False)
    assert played.message == (
        "flannel_mtu is abc on master and node1: give a whole number.\n"
        "flannel_mtu is 68 on node2: give a number from 576 to 65535 bytes."
    )


def test_a_control_plane_that_is_a_node_too_counts_once(tmp_path):
    """/23 has parts for two nodes, and /22 for four."""
    nobody = "ansible_host=127.0.0.1 ansible_port=1"
    groups = ["[control_plane]", f"a {nobody}", "[nodes]", "a", f"b {nobody}", f"c {nobody}", ""]
    (tmp_path / "hosts.ini").write_text("\n".join(groups))

    def played(network):
        values = Row("", extra={"podnet_pod_network": network})
        return play(values, tmp_path, "--inventory", str(tmp_path / "hosts.ini"), hosts=False)

    assert "and the inventory has 3 nodes: give a prefix length of 22 or less" in played("10.244.0.0/23").message
    assert played("10.244.0.0/22").connected
