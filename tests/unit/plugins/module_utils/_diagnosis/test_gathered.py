# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from diagnosis_world import World

from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.diagnosis import load_gathered
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.gathered import ipv4
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.shapes import is_address


def gathered(world, objects=True):
    return load_gathered(world.nodes, world.objects if objects else None)


def test_the_pod_subnets_come_from_the_api_or_from_files():
    world = World("flannel")
    by_api, by_files = gathered(world), gathered(world, objects=False)
    assert by_api.pod_subnets == by_files.pod_subnets
    assert by_api.pod_networks() == by_files.pod_networks() == ("10.244.0.0/16",)
    assert by_api.internal == by_files.internal


def test_calico_has_the_subnets_of_its_blocks():
    found = gathered(World("calico"), objects=False)
    assert all(subnets and subnets[0].endswith("/26") for subnets in found.pod_subnets.values())
    assert len(set(found.pod_subnets.values())) == 3


def test_an_address_of_several_nodes_has_no_owner():
    world = World()
    assert gathered(world).address_owners["10.100.198.202"] == "node2"
    world.node("node1")["status"]["addresses"] = [{"type": "InternalIP", "address": "10.100.198.202"}]
    assert "10.100.198.202" not in gathered(world).address_owners


def test_addresses_and_nics():
    found = gathered(World())
    assert found.node_link(found.facts["node1"]) == "enp0s8"
    assert found.pod_address("node1") is not None
    assert found.pod_address("stranger") is None
    assert (ipv4(["fd00::1", "10.0.0.1"]), ipv4([]), is_address("10.0.0.1"), is_address("lb.example.org")) == (
        "10.0.0.1",
        None,
        True,
        False,
    )


def packets(world, node="node1"):
    return gathered(world).pod_packets[node]


def test_a_packet_leaves_and_one_arrives():
    leaving, arriving = packets(World())
    assert (leaving.incoming, leaving.outgoing) == ("cni0", "flannel.1")
    assert (arriving.incoming, arriving.outgoing) == ("flannel.1", "cni0")
    assert (leaving.source, leaving.target) == (arriving.target, arriving.source)
    assert packets(World("calico"))[0].outgoing == "vxlan.calico"


def test_no_packet_without_a_route():
    world = World()
    world.remove_routes("node1", "10.244.")
    assert packets(world) == ()
