# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The members of etcd, as its JSON gateway lists them, and which of them must go. No I/O, no Ansible."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import ClusterError, InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.foreign_data import (
    check_objects,
    parse_json,
    read_objects,
    read_optional_text,
    read_text,
    read_texts,
)

_LOCAL = "https://127.0.0.1:2379"
_INITIAL_CLUSTER = re.compile(r"--initial-cluster=(\S+)")
_NAME = re.compile(r"--name=['\"]?([^\s'\"]+)")
_PEER = re.compile(r"=https://(?P<host>[^,\s]+):2380")


@dataclass(frozen=True)
class Member:
    """A member of etcd.

    Attributes:
        identity: its number, as a text
        name: the name of its node; empty for a member that was added and never started
        peers: the URLs at which other members reach it
        learner: whether it has no vote yet
    """

    identity: str
    name: str
    peers: tuple[str, ...]
    learner: bool

    def __str__(self) -> str:
        return self.name or f"a member at {', '.join(self.peers)} that never started"


def parse_members(text: str) -> list[Member]:
    """Read the answer to /v3/cluster/member/list. Raises ClusterError when it is another thing."""
    try:
        found = read_objects(check_objects([parse_json(text)])[0], "members")
        return [
            Member(
                read_text(one, "ID"),
                read_optional_text(one, "name") or "",
                tuple(read_texts(one, "peerURLs")),
                one.get("isLearner") is True,
            )
            for one in found
        ]
    except InputError as error:
        raise ClusterError(f"etcd's answer is no list of members ({error}): {text[:200]!r}") from None


def find_leaving(members: Sequence[Member], names: Sequence[str], addresses: Collection[str]) -> list[Member]:
    """Find the members to remove, in the order of their names.

    Args:
        members: all members
        names: of nodes
        addresses: of nodes; a member that never started has no name, and is found by its address
    """
    urls = {f"https://{f'[{one}]' if ':' in one else one}:2380" for one in addresses}
    named = [member for name in names for member in members if member.name == name]
    return named + [member for member in members if not member.name and urls.intersection(member.peers)]


def find_endpoints(manifest: str) -> list[str]:
    """Find the URLs of etcd in the manifest of its static pod: this node first, then those that were there before."""
    cluster = _INITIAL_CLUSTER.search(manifest)
    hosts = _PEER.findall(cluster[1]) if cluster else []
    return [_LOCAL, *(f"https://{host}:2379" for host in hosts)]


def find_name(manifest: str) -> str:
    """Find the name of this node's member in the manifest of its static pod. Empty without one."""
    found = _NAME.search(manifest)
    return found[1] if found else ""


def is_voting(members: Sequence[Member], name: str) -> bool:
    """Whether a node's member has started and has a vote."""
    return any(member.name == name and not member.learner for member in members)


__all__ = ["Member", "find_endpoints", "find_leaving", "find_name", "is_voting", "parse_members"]
