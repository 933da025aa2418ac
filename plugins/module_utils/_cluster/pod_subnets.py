# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the pod subnets of the nodes are in the pod network, in each address family. No I/O, no Ansible."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.networks import Network, parse_network
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.fields import (
    errors_of,
    read_fields,
    read_items,
    read_list,
    read_metadata,
)


def find_mistakes(nodes: Any, variable: str, pod_network: str) -> list[str]:
    """Write a sentence for each node and family without a pod subnet in the pod network, or without a pod network.

    Args:
        nodes: the Node objects
        variable: the variable that sets the pod network
        pod_network: a network, or one of each family with a comma between

    Raises:
        InputError: a network is none, or the nodes are no list of Node objects
    """
    networks = [parse_network(one.strip()) for one in pod_network.split(",")]
    sentences = []
    for index, item in enumerate(read_list(nodes, "nodes")):
        name = read_metadata(item, f"nodes[{index}]", "Node").name
        with errors_of(name):
            subnets = list(_subnets(item))
        for network in networks:
            own = [subnet for subnet in subnets if subnet.version == network.version]
            if not any(subnet.subnet_of(network) for subnet in own):  # type: ignore[arg-type]
                shown = ", ".join(map(str, own)) or f"none of IPv{network.version}"
                sentences.append(f"{name} has the pod subnet {shown}, which is not in {variable} {network}")
        versions = {network.version for network in networks}
        sentences += [
            f"{name} has the pod subnet {subnet}, and {variable} {pod_network} has no IPv{subnet.version} network"
            for subnet in subnets
            if subnet.version not in versions
        ]
    return sentences


def _subnets(node: Any) -> Iterator[Network]:
    """Yield the pod subnets of a node; none before the cluster has given it any."""
    spec = read_fields(read_fields(node, "node").get("spec", {}), "spec")
    for path, subnet in read_items(spec, "podCIDRs", "spec"):
        with errors_of(f"{path} {subnet}"):
            yield parse_network(str(subnet))


__all__ = ["find_mistakes"]
