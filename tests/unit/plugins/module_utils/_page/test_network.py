# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from page_samples import failing, pods, report

from ansible_collections.podnet.kubernetes.plugins.module_utils._page.network import BadPair, Count, network_of


def test_links_are_sorted_by_what_they_are():
    one = network_of(failing()).nodes[0]
    assert [link.name for link in one.nics] == ["enp0s8", "enp0s3"], "the NIC with the node's address comes first"
    assert one.main == ("enp0s8",)
    assert [link.name for link in one.tunnels] == ["flannel.1"]
    assert [link.name for link in one.bridges] == ["cni0"]
    assert (one.roles, one.subnets) == (("control-plane",), ("10.244.1.0/24",))


def test_pods_leave_as_the_address_that_was_seen_outside():
    assert [one.leaves_as for one in network_of(failing()).nodes] == [("192.0.2.1",), ("192.0.2.2",), ("192.0.2.3",)]


def test_bad_cells_are_counted_between_nodes_in_both_directions():
    network = network_of(failing())
    assert network.pairs == (
        BadPair("node1", "node3", {"failed": 8}, {"failed": 8}),
        BadPair("node2", "node3", {"failed": 8}, {"failed": 8}),
    )
    assert [one.count.state for one in network.nodes] == ["some", "some", "failed"]


def test_a_direction_alone_has_its_pair():
    endpoints = pods(2, 1)
    bad = {
        "source": "podnet-connectivity/node2-1",
        "target": "podnet-connectivity/node1-1",
        "check": "tcp",
        "verdict": "failed",
    }
    assert network_of(report(endpoints, [bad])).pairs == (BadPair("node2", "node1", {"failed": 1}, {}),)


def test_a_cell_within_a_node_counts_once_for_it():
    endpoints = pods(1, 2)
    bad = {
        "source": "podnet-connectivity/node1-1",
        "target": "podnet-connectivity/node1-2",
        "check": "tcp",
        "verdict": "failed",
    }
    network = network_of(report(endpoints, [bad]))
    assert network.pairs == ()
    assert (network.nodes[0].within, network.nodes[0].count) == (1, Count(1, {"failed": 1}))


def test_cells_that_nobody_judges_are_not_counted_as_passed():
    ends = {"source": "podnet-connectivity/node1-1", "target": "podnet-connectivity/node1-2"}
    verdicts = ("passed", "not judged", "not observed")
    (node,) = network_of(report(pods(1, 2), [{**ends, "check": "tcp", "verdict": one} for one in verdicts])).nodes
    assert [one.count for one in (node, *node.pods)] == [Count(1, {})] * 3
    (node,) = network_of(report(pods(1, 2), [{**ends, "check": "udp", "verdict": "not observed"}])).nodes
    assert {one.count.state for one in (node, *node.pods)} == {"none"}


def test_a_node_that_took_no_part_has_the_reason():
    given = {**failing(), "missing_nodes": [{"name": "node2", "reason": "node2 is not ready"}]}
    assert [one.missing for one in network_of(given).nodes] == ["", "node2 is not ready", ""]


def test_a_missing_route_is_named_where_other_nodes_have_theirs():
    given = failing()
    given["nodes"][0]["routes"] = ["10.244.2.0/24 via 10.244.2.0 dev flannel.1"]
    network = network_of(given)
    assert [one.unrouted for one in network.nodes] == [("10.244.3.0/24 (node3)",), (), ()]
    assert network.routed


def test_networks_that_do_not_route_pod_subnets_lack_none():
    given = failing()
    for one in given["nodes"]:
        one["routes"] = ["192.168.7.64/26 via 192.0.2.9 dev vxlan.calico"]
    network = network_of(given)
    assert [one.unrouted for one in network.nodes] == [(), (), ()]
    assert not network.routed


def test_pods_that_nodes_see_translated_have_the_address():
    given = failing()
    cell = next(
        one for one in given["cells"] if (one["source"], one["target"]) == ("podnet-connectivity/node1-1", "node2")
    )
    cell.update(seen="10.244.1.0:4711", translated=True)
    assert [one.seen_as for one in network_of(given).nodes] == [("10.244.1.0",), (), ()]
