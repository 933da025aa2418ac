# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a node belongs to another cluster, or announces another address than its own. No I/O, no Ansible."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

_NODE_IP = re.compile(r"(?P<flag>--node-ip[= ]['\"]?)(?P<value>[^\s'\"]+)")


def find_foreign_ca(node: str, own: Mapping[str, Collection[str]], wanted: Collection[str]) -> str | None:
    """Say that a node has another CA than the cluster; None when it has none, or the cluster's.

    Args:
        node: name of the node
        own: pins of the CA in each of the node's files that hold one, by the path of the file
        wanted: pins of the cluster's CA; empty: the control plane has no CA, so any CA is foreign
    """
    for path, pins in own.items():
        if pins and not set(pins) & set(wanted):
            instead = " or ".join(sorted(wanted)) or "none, because the control plane has no CA yet"
            return (
                f"{node} belongs to another cluster (CA {' and '.join(sorted(pins))} instead of {instead}): reset it, "
                f"by playbooks/reset.yml --limit {node}; {path} holds that CA"
            )
    return None


def explain_moved_control_plane(node: str, old: Sequence[str], new: Sequence[str]) -> str:
    """Say why the address of a control plane cannot change."""
    return (
        f"the address of {node} was {','.join(old)} and is {','.join(new)} now, and {node} is a control plane: its "
        "certificates, etcd and the credentials of all nodes name the old address. Give it the old address again (or "
        f"set podnet_node_network to the network of {old[0]}), or reset all nodes (playbooks/reset.yml) and run again"
    )


def read_node_ip(flags: str) -> tuple[str, ...]:
    """Read the addresses in the last option C(--node-ip) of a text with options of the kubelet. Empty without it."""
    found = list(_NODE_IP.finditer(flags))
    return tuple(part.strip() for part in found[-1]["value"].split(",")) if found else ()


def with_node_ip(flags: str, addresses: Collection[str]) -> str:
    """Put addresses into each option C(--node-ip) of a text with options of the kubelet."""
    return _NODE_IP.sub(lambda found: found["flag"] + ",".join(addresses), flags)


__all__ = ["explain_moved_control_plane", "find_foreign_ca", "read_node_ip", "with_node_ip"]
