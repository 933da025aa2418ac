# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The nodes as report.json has them: roles, addresses, pod subnets, links and routes. No I/O, no Ansible."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.nodes import read_nodes

_ROLE = "node-role.kubernetes.io/"


def network_nodes(nodes: Any, responders: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the nodes, each with what is known of it.

    Args:
        nodes: all Node objects of the cluster
        responders: what connectivity_responder returned on the nodes

    Raises:
        InputError: an object is no Node; the message names the field
    """
    known = read_nodes(nodes)
    networks = {one["node"]: one.get("network") or {} for one in responders if one.get("node")}
    found = []
    for node, item in zip(known, nodes):
        network = networks.get(node.name, {})
        one = {
            "name": node.name,
            "roles": sorted(key[len(_ROLE) :] for key in _labels(item) if key.startswith(_ROLE)),
            "addresses": list(node.addresses),
            "pod_subnets": _subnets(item),
            "links": list(network.get("links", [])),
            "routes": list(network.get("routes", [])),
        }
        found.append({key: value for key, value in one.items() if value})
    return found


def _labels(item: Mapping[str, Any]) -> Mapping[str, Any]:
    labels = item["metadata"].get("labels") or {}
    if not isinstance(labels, Mapping):
        raise InputError(f"{item['metadata'].get('name')}: metadata.labels is {labels!r}: give labels")
    return labels


def _subnets(item: Mapping[str, Any]) -> list[str]:
    """Return the pod subnets that the control plane gave to a node."""
    spec = item.get("spec") or {}
    listed = spec.get("podCIDRs") or [spec.get("podCIDR")]
    return [str(one) for one in listed if one]


__all__ = ["network_nodes"]
