# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.networks import NamedNetwork
from ansible_collections.podnet.kubernetes.plugins.module_utils._settings.cluster_networks import (
    KUBEADM_LENGTHS,
    ClusterNetworks,
    find_misfits,
)


def misfits(pods="10.244.0.0/16", services="10.96.0.0/16", nodes=3, by_kubeadm=True, lengths=None):
    named = [NamedNetwork(f"{name} network", text, name) for name, text in (("pod", pods), ("service", services))]
    return find_misfits(ClusterNetworks(*named, nodes, lengths or KUBEADM_LENGTHS, by_kubeadm))


# The number of nodes that a network has room for, by its prefix length: 2 ** (24 - length).
@pytest.mark.parametrize(
    ("length", "nodes", "smaller"),
    [
        (24, 1, ", or set podnet_node_prefix to 25"),
        (23, 2, ", or set podnet_node_prefix to 25"),
        (16, 256, ", or set podnet_node_prefix to 25"),
        # kubeadm has 16 bits for the numbers of nodes.
        (8, 65536, ""),
    ],
)
def test_a_network_with_room_for_its_nodes(length, nodes, smaller):
    assert misfits(f"10.0.0.0/{length}", "192.168.0.0/16", nodes) == []
    (sentence,) = misfits(f"10.0.0.0/{length}", "192.168.0.0/16", nodes + 1)
    assert sentence.endswith(f"give a prefix length of {length - 1} or less{smaller}")


@pytest.mark.parametrize(
    ("pods", "lengths", "remedy"),
    [
        ("10.244.0.0/16", {4: 1, 6: 64}, "set podnet_node_prefix to 18"),
        ("10.244.0.0/30", {4: 1, 6: 64}, "give a larger network, and a longer podnet_node_prefix"),
        # Both families need a length.
        (
            "10.244.0.0/23,fd01::/48",
            {4: 24, 6: 64},
            "give a prefix length of 22 or less, or set podnet_node_prefix to 25,64",
        ),
        (
            "10.244.0.0/16,fd01::/64",
            {4: 24, 6: 64},
            "give a prefix length of 62 or less, or set podnet_node_prefix to 24,66",
        ),
    ],
)
def test_a_remedy_that_the_next_run_takes(pods, lengths, remedy):
    services = "10.96.0.0/16,fd00::/112" if "," in pods else "10.96.0.0/16"
    (sentence,) = misfits(pods, services, lengths=lengths)
    assert sentence.partition("3 nodes: ")[2] == remedy


@pytest.mark.parametrize(
    ("services", "right"),
    [("10.0.0.0/12", True), ("10.0.0.0/11", False), ("10.0.0.0/28", True), ("10.0.0.0/29", False)],
)
def test_the_limits_of_kubeadm_for_services(services, right):
    assert (misfits(services=services) == []) == right


@pytest.mark.parametrize(("services", "right"), [("fd00::/108", True), ("fd00::/107", False), ("fd00::/124", True)])
def test_the_limits_of_kubeadm_for_services_of_ipv6(services, right):
    assert (misfits("10.244.0.0/16,fd01::/48", f"10.96.0.0/16,{services}") == []) == right


@pytest.mark.parametrize(("pods", "right"), [("fd01::/48", True), ("fd01::/47", False), ("fd01::/62", True)])
def test_the_limits_of_kubeadm_for_pods_of_ipv6(pods, right):
    assert (misfits(f"10.244.0.0/16,{pods}", "10.96.0.0/16,fd00::/112") == []) == right


def test_a_network_that_kubeadm_does_not_divide():
    lengths = {4: 28, 6: 64}
    assert misfits("10.0.0.0/8", "192.168.0.0/16", by_kubeadm=False, lengths=lengths) == []
    assert misfits("10.0.0.0/28", "192.168.0.0/16", 1, False, lengths) == []
    assert misfits("10.0.0.0/29", "192.168.0.0/16", 1, False, {4: 29, 6: 64}) == [
        "pod network 10.0.0.0/29 (pod) has too few addresses for kubeadm (8): give at least 14"
    ]


def test_text_that_is_no_network_is_told_elsewhere():
    assert misfits("10.244") == []
