# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The hosts of an inventory as nodes of a cluster: their names, their groups, and who is left out. No I/O, no Ansible.

A node's name is a subdomain of RFC 1123. The kubelet also makes it the value of the label kubernetes.io/hostname, which
has at most 63 characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.node_address import join_words
from ansible_collections.podnet.kubernetes.plugins.module_utils._settings.kinds import display

_LABEL = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_NODE_NAME = re.compile(rf"{_LABEL}([.]{_LABEL})*")
_LONGEST = 63
_MANY = 5


def name_faults(hosts: Sequence[str]) -> Iterator[str]:
    """Yield a sentence for each name that cannot be that of a node."""
    for host in hosts:
        if len(host) > _LONGEST:
            problem = f"has {len(host)} characters, and a node's name has at most {_LONGEST}"
        elif not _NODE_NAME.fullmatch(host):
            problem = "cannot be the name of a node, which has lower-case letters, digits, hyphens and dots (RFC 1123)"
        else:
            continue
        yield f"The host {display(host)} of the inventory {problem}: {_remedy(host, hosts)}"


def _remedy(host: str, hosts: Sequence[str]) -> str:
    """Propose a name that fits."""
    proposal = re.sub(r"[^a-z0-9.-]+", "-", host.lower()).strip("-.")[:_LONGEST].strip("-.")
    if not _NODE_NAME.fullmatch(proposal) or proposal in hosts:
        proposal = "node1"
    return f"name it like {proposal} there, and give its address as ansible_host"


def describe_hosts(hosts: Sequence[str]) -> str:
    """Name some hosts, or their number when they are many."""
    return join_words(list(hosts)) if len(hosts) <= _MANY else f"{len(hosts)} hosts ({', '.join(hosts[:_MANY])}, …)"


def left_out(wanted: Sequence[str], present: Sequence[str]) -> str | None:
    """Say which nodes a run leaves out, although it needs all of them."""
    there = set(present)
    missing = [host for host in wanted if host not in there]
    if not missing:
        return None
    return (
        f"This playbook needs all nodes of the cluster, and this run leaves out {describe_hosts(missing)}: run it "
        "without --limit, which changes nothing on nodes that are right"
    )


def no_control_plane(planes: Sequence[str], present: Sequence[str]) -> str | None:
    """Say that a run leaves out every control plane, although it needs one."""
    if not planes or set(planes) & set(present):
        return None
    return (
        f"This playbook needs a control plane, and this run leaves out {describe_hosts(planes)}: name one beside the "
        f"other hosts, such as --limit {','.join([*present[:1], planes[0]])}"
    )


def even_control_planes(hosts: Sequence[str]) -> str | None:
    """Say that an even number of control planes survives no more losses than one fewer. None for other numbers."""
    if len(hosts) % 2 or not hosts:
        return None
    survived = (len(hosts) - 1) // 2
    return (
        f"{describe_hosts(hosts)} are {len(hosts)} control planes, and etcd survives the loss of {survived} of them, "
        f"as with {len(hosts) - 1}: take an odd number"
    )


__all__ = ["describe_hosts", "even_control_planes", "left_out", "name_faults", "no_control_plane"]
