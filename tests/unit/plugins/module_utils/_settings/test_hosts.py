# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._settings.hosts import (
    describe_hosts,
    even_control_planes,
    left_out,
    name_faults,
    no_control_plane,
)


@pytest.mark.parametrize("name", ["master", "node-1.example.org", "10.100.198.201", "n" * 63, "1"])
def test_a_name_of_a_node(name):
    assert list(name_faults([name])) == []


@pytest.mark.parametrize(
    ("name", "proposal"),
    [("Node1", "node1"), ("node1.", "node1"), ("a..b", "node1"), ("ä", "node1"), ("a_b", "a-b"), ("n" * 64, "n" * 63)],
)
def test_a_name_that_no_node_can_have(name, proposal):
    (sentence,) = name_faults([name])
    assert f": name it like {proposal} there" in sentence


def test_a_proposal_is_no_name_of_another_host():
    (sentence,) = name_faults(["node2", "Node2"])
    assert ": name it like node1 there" in sentence


def test_many_hosts_are_counted():
    assert describe_hosts(["a", "b"]) == "a and b"
    assert describe_hosts(list("abcdef")) == "6 hosts (a, b, c, d, e, …)"


def test_nodes_that_a_run_leaves_out():
    assert left_out(["a", "b"], ["b", "a", "c"]) is None
    assert "leaves out b:" in left_out(["a", "b"], ["a"])


@pytest.mark.parametrize(("hosts", "survived"), [(["a", "b"], 0), (list("abcd"), 1)])
def test_an_even_number_of_control_planes(hosts, survived):
    told = (
        f"are {len(hosts)} control planes, and etcd survives the loss of {survived} of them, as with {len(hosts) - 1}:"
    )
    assert told in even_control_planes(hosts)
    assert even_control_planes(hosts[1:]) is None


@pytest.mark.parametrize(
    ("planes", "present", "remedy"),
    [
        (
            ["a", "b"],
            ["node1", "node2"],
            "leaves out a and b: name one beside the other hosts, such as --limit node1,a",
        ),
        (["a", "b"], ["node1", "b"], None),
        # Other mistakes say that there is no control plane at all.
        ([], ["node1"], None),
    ],
)
def test_a_run_without_a_control_plane(planes, present, remedy):
    sentence = no_control_plane(planes, present)
    assert sentence == (remedy and f"This playbook needs a control plane, and this run {remedy}")
