# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import Endpoint, Target, Try
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.flows import count_flows, find_full_tables


def listed(lab, attempts):
    """The entries on each node, cell by cell: on the node of the source, and on those that may get the packets."""
    by_name = {one.name: one for one in lab.endpoints}
    opened = Counter()
    for cell in lab.cells():
        target = by_name[cell.target]
        nodes = {by_name[cell.source].node, target.node or target.via, *target.backend_nodes} - {None}
        opened.update(dict.fromkeys(nodes, attempts if cell.check in ("tcp", "udp", "dns") else 1))
    return opened


@pytest.mark.parametrize("attempts", [1, 3])
def test_the_entries_of_all_cells(network, attempts):
    lab = network(nodes=3, pods=2, services=True, node_ports=True)
    flows, wanted = count_flows(lab.endpoints, lab.targets, attempts), listed(lab, attempts)
    # Nothing probes itself. The count includes it: for three endpoints of a node icmp, mtu, and all attempts of two.
    itself = 3 * (2 + 2 * attempts)
    assert flows == {node: wanted[node] + itself for node in ("node1", "node2", "node3")}


def test_a_target_with_sources_of_its_own(network):
    """Only node1 and its first pod probe the pod of node2: 8 entries for each, on both nodes."""
    lab = network(nodes=3, pods=1)
    probed = [one for one in lab.targets if one.name == "default/node2-a"]
    some = [replace(one, sources=("node1", "default/node1-a")) for one in probed]
    assert count_flows(lab.endpoints, some, 3) == {"node1": 16, "node2": 16, "node3": 0}
    # All six of three nodes, and two of them on the pod's own node.
    assert count_flows(lab.endpoints, probed, 3) == {"node1": 16, "node2": 48, "node3": 16}


def test_missing_nodes_make_none(network):
    lab = network(nodes=3, pods=1)
    endpoints = [replace(one, missing="gone") if one.node == "node3" else one for one in lab.endpoints]
    small = network(nodes=2, pods=1)
    assert count_flows(endpoints, lab.targets, 3) == count_flows(small.endpoints, small.targets, 3)


def test_pods_alone():
    """A proof of policies has no endpoints of nodes. On each node: its pod's attempts to both, and the other pod's."""
    pods = [
        Endpoint(name=f"default/{node}-a", kind="pod", node=node, addresses=(f"10.0.0.{number}",))
        for number, node in enumerate(("node1", "node2"), start=1)
    ]
    targets = [Target(one.name, "pod", one.addresses[0], (Try("tcp", 80),)) for one in pods]
    assert count_flows(pods, targets, 3) == {"node1": 3 + 3 + 3, "node2": 3 + 3 + 3}


RESPONDERS = [
    {"node": "node1", "conntrack": {"used": 900, "most": 1000}},
    {"node": "node2", "conntrack": None},
    {"left_out": "no node"},
]


def test_a_node_with_too_few_free_entries_is_named_with_both_numbers():
    assert find_full_tables({"node1": 100, "node2": 100}, RESPONDERS) == []
    assert find_full_tables({"node1": 101, "node2": 101}, RESPONDERS) == [
        "node1: the probes make up to 101 entries in the connection tracking, and 100 are free (nf_conntrack_max 1000 "
        "less nf_conntrack_count 900)"
    ]
    (sentence,) = find_full_tables({"node1": 1}, [{"node": "node1", "conntrack": {"used": 1001, "most": 1000}}])
    assert "and 0 are free" in sentence


def test_a_result_of_another_form_is_refused():
    with pytest.raises(InputError, match="conntrack of node1 is 7: give a result of connectivity_responder"):
        find_full_tables({}, [{"node": "node1", "conntrack": 7}])
