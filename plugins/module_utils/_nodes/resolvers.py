# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the DNS of the cluster can forward to the resolvers of a node. No I/O, no Ansible.

CoreDNS forwards to the resolvers in the file that the kubelet gives it. An address of the loopback link is CoreDNS
itself there.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence


def nameservers(text: str) -> tuple[str, ...]:
    """Read the resolvers in a resolv.conf(5)."""
    lines = (line.split() for line in text.splitlines())
    return tuple(words[1] for words in lines if len(words) > 1 and words[0] == "nameserver")


def find_resolver_fault(path: str, servers: Sequence[str]) -> str | None:
    """Say why CoreDNS cannot use the resolvers of a file; None when it can."""
    loops = [server for server in servers if _is_loopback(server)]
    remedy = (
        "name a resolver there that pods reach, or set resolvConf in kubeadm_control_plane_kubelet_configuration to "
        "another file"
    )
    if loops:
        return (
            f"{path} has the resolver {loops[0]}, which in a pod is CoreDNS itself, and CoreDNS ends for it: {remedy}"
        )
    if not servers:
        return f"{path} has no resolver, and CoreDNS does not start without one: {remedy}"
    return None


def _is_loopback(server: str) -> bool:
    text = server.partition("%")[0]  # without the zone
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback or address.is_unspecified


__all__ = ["find_resolver_fault", "nameservers"]
