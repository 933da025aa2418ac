# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from diagnosis_world import World


@pytest.mark.parametrize(
    ("network", "name", "kind"),
    [
        ("calico", "flannel.1", "vxlan"),
        ("calico", "cni0", "bridge"),
        ("flannel", "vxlan.calico", "vxlan"),
        ("flannel", "tunl0", "ipip"),
        ("flannel", "cilium_host", "veth"),
    ],
)
def test_a_link_of_an_earlier_network_is_left(network, name, kind):
    world = World(network)
    world.add_link("node1", name, kind, "10.111.0.1/32")
    found = world.first("stale_links")
    assert found["nodes"] == ["node1"]
    assert found["severity"] == "warning"
    assert ("ip link set tunl0 down" if name == "tunl0" else f"ip link delete {name}") in found["remedy"]
    assert found["evidence"] == [f"node1: {name} has 10.111.0.1/32"]


def test_it_is_an_error_when_its_routes_take_packets_away():
    world = World("flannel")
    world.add_link("node1", "tunl0", "ipip", "10.111.0.1/32")
    world.remove_routes("node1", world.subnet("node2"))
    world.add_route("node1", f"{world.subnet('node2')} 10.100.198.202", "tunl0", protocol="bird")
    (found,) = world.diagnose("stale_links")["findings"]
    assert found["severity"] == "error"
    assert "dev tunl0 takes packets to pods" in found["evidence"][0]


def test_the_kernels_own_tunl0_is_harmless():
    world = World("flannel")
    world.add_link("node1", "tunl0", "ipip")
    assert world.found() == []


def test_canal_has_links_of_both():
    world = World("flannel")
    plugins = [{"type": "calico", "ipam": "host-local"}, {"type": "portmap"}]
    for node in world.nodes.values():
        node["cni"]["configurations"] = [{"file": "10-canal.conflist", "name": "k8s-pod-network", "plugins": plugins}]
        node["cni"]["programs"]["/opt/cni/bin"] += ["calico"]
    assert world.found("stale_links") == []
