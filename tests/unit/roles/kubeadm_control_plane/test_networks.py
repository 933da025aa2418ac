# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the variables of networks and of kube-proxy become in the configuration of kubeadm, as Ansible renders it."""

from __future__ import annotations

import pytest

TWO = {"podnet_pod_network": "10.244.0.0/16, fd00:244::/48", "podnet_service_network": "10.96.0.0/16,fd00:96::/112"}


@pytest.mark.parametrize(
    ("given", "arguments"),
    [
        ({}, {}),
        ({"podnet_node_prefix": 25}, {"node-cidr-mask-size": "25"}),
        # The controller manager takes these names for two families only, and the other one for one family only.
        (TWO | {"podnet_node_prefix": "25, 72"}, {"node-cidr-mask-size-ipv4": "25", "node-cidr-mask-size-ipv6": "72"}),
        (
            {"podnet_node_prefix": 25, "kubeadm_control_plane_allocate_node_cidrs": False},
            {"allocate-node-cidrs": "false"},
        ),
    ],
)
def test_the_prefix_of_the_nodes_subnets(render, given, arguments):
    manager = render(**given)["ClusterConfiguration"].get("controllerManager", {"extraArgs": []})
    assert {one["name"]: one["value"] for one in manager["extraArgs"]} == arguments


@pytest.mark.parametrize(("given", "mode"), [({}, "iptables"), ({"podnet_proxy_mode": "nftables"}, "nftables")])
def test_the_mode_of_kube_proxy(render, given, mode):
    assert render(**given)["KubeProxyConfiguration"]["mode"] == mode
