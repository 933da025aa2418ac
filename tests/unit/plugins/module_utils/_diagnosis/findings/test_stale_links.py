# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import time
from types import SimpleNamespace

import pytest
from diagnosis_world import World

from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.findings import stale_links


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


def test_many_nodes_with_routes_to_each_other_are_looked_at_in_time():
    """The API does not answer, so the nodes' own subnets are what is known of the pod network."""
    numbers = range(300)
    subnets = {f"n{number}": (f"10.{100 + number // 250}.{number % 250}.0/24",) for number in numbers}
    routes = tuple(f"{subnet} 10.100.198.201" for (subnet,) in subnets.values())
    group = SimpleNamespace(device="flannel.1", table="main", routes=routes)
    gathered = SimpleNamespace(pod_networks=lambda: (), pod_subnets=subnets)
    begun = time.process_time()
    spans = stale_links._spans(gathered)
    for name in subnets:
        node = SimpleNamespace(name=name, routes=(group,))
        assert len(list(stale_links._harm(spans, node, SimpleNamespace(name="flannel.1")))) == 300
    # Each route against each network took 25 s.
    assert time.process_time() - begun < 5
    elsewhere = SimpleNamespace(name="n", routes=(SimpleNamespace(device="x", table="main", routes=("10.99.0.0/24",)),))
    assert list(stale_links._harm(spans, elsewhere, SimpleNamespace(name="x"))) == []


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
