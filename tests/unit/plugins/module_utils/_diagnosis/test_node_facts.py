# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from diagnosis_world import World

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.node_facts import load_node


def facts(**changes):
    return load_node({**World().nodes["node1"], **changes}, ["master", "node1", "node2"], "node1")


@pytest.mark.parametrize(
    ("host", "flag", "name"),
    [("node1", None, "node1"), ("NODE1.example.org", None, "node1"), ("x", "node2", "node2"), ("x", None, "node1")],
)
def test_the_name_of_the_node(host, flag, name):
    kubelet = {"flags": {"hostname-override": flag} if flag else {}, "settings": {}}
    assert facts(host=host, kubelet=kubelet).name == name


def test_without_a_cluster_the_host_names_itself():
    assert load_node({**World().nodes["node1"], "host": "Web7"}).name == "web7"


@pytest.mark.parametrize(
    ("address", "route"),
    [
        ("10.244.0.7", "10.244.0.0/24 via 10.244.0.0 dev flannel.1"),
        ("203.0.113.7", "default via 10.0.2.2 dev enp0s3"),
        ("10.100.198.7", "10.100.198.0/24 dev enp0s8"),
        ("fd10:100:198::7", "fd10:100:198::/64 dev enp0s8"),
    ],
)
def test_the_longest_prefix_decides(address, route):
    world = World()
    for group in world.nodes["node1"]["routes"]:
        group["routes"] = [one for one in group["routes"] if not one.startswith("10.244.")]
    world.add_route("node1", "10.244.0.0/16 10.100.198.9", "enp0s8")
    world.add_route("node1", "10.244.0.0/24 10.244.0.0", "flannel.1")
    assert str(load_node(world.nodes["node1"]).route_to(address)) == route


def test_a_node_without_a_way():
    assert facts(routes=[]).route_to("10.0.0.1") is None
    assert facts(routes=None).routes is None


@pytest.mark.parametrize(
    ("plugins", "network", "bridge", "own"),
    [
        ([{"type": "flannel"}, {"type": "portmap"}], "flannel", "cni0", False),
        ([{"type": "flannel", "bridge": "cni7"}], "flannel", "cni7", False),
        ([{"type": "flannel", "delegate": "ipvlan"}], "flannel", None, False),
        ([{"type": "calico", "ipam": "calico-ipam"}], "calico", None, True),
        ([{"type": "calico", "ipam": "host-local"}], "calico", None, False),
        ([{"type": "bridge", "bridge": "br5", "ipam": "host-local"}], "bridge", "br5", False),
        ([{"type": "cilium-cni"}], "cilium-cni", None, False),
        ([], None, None, False),
    ],
)
def test_the_network_of_the_winning_configuration(plugins, network, bridge, own):
    configurations = [{"file": "1.conf", "name": "x", "plugins": plugins}] if plugins else []
    node = facts(cni={"configurations": [{"file": "0.conf", "error": "no JSON"}, *configurations]})
    assert (node.network, node.bridge, node.has_own_addresses) == (network, bridge, own)
    assert node.broken == {"0.conf": "no JSON"}


@pytest.mark.parametrize("data", [None, [], {"no": "host"}])
def test_other_data_is_refused(data):
    with pytest.raises(InputError, match="node7"):
        load_node(data, (), "node7")


def test_a_node_of_which_nothing_could_be_read():
    node = load_node({"host": "x"})
    assert (node.links, node.rules, node.addresses, node.certificates, node.log("kubelet")) == (
        None,
        None,
        frozenset(),
        [],
        [],
    )
    assert (node.link("a"), node.link_with("10.0.0.1"), node.sysctl("a"), node.certificate("a")) == (
        None,
        None,
        None,
        None,
    )
