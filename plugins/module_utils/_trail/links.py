# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The links of a node, as C(ip -j -d address show) and C(bridge -j fdb show) list them. No I/O."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.foreign_data import (
    parse_json_objects,
    read_number,
    read_objects,
    read_optional_object,
    read_optional_text,
    read_text,
)


@dataclass(frozen=True)
class Link:
    """A link.

    Attributes:
        name: such as cni0
        kind: such as V(bridge), V(veth) or V(vxlan); None for a NIC
        bridge: name of the bridge whose port it is; None for other links
        mac: its address, None for a tunnel without one
        mtu: bytes
        addresses: its IP addresses
        own_remotes: of a VXLAN link, the addresses of other nodes that are the node's own
        port: the UDP port to which a VXLAN or Geneve link sends; None for other links
    """

    name: str
    kind: str | None
    bridge: str | None
    mac: str | None
    mtu: int
    addresses: tuple[str, ...]
    own_remotes: tuple[str, ...] = ()
    port: int | None = None


def read_links(text: str, forwarding: str = "[]") -> list[Link]:
    """Read the links.

    Args:
        text: what C(ip -j -d address show) prints
        forwarding: what C(bridge -j fdb show) prints

    Raises:
        InputError: a text is another
    """
    remotes: dict[str, set[str]] = {}
    for one in parse_json_objects(forwarding):
        if one.get("dst"):
            remotes.setdefault(read_text(one, "ifname"), set()).add(read_text(one, "dst"))
    links = _read_all(text)
    own = {address for link in links for address in link.addresses}
    return [replace(link, own_remotes=tuple(sorted(remotes.get(link.name, set()) & own))) for link in links]


def read_silent(text: str) -> list[str]:
    """Read the neighbours that did not answer, each with its link. Raises InputError for another text.

    Args:
        text: what C(ip -j neigh show nud failed nud incomplete) prints
    """
    return [f"{read_text(one, 'dst')} on {read_text(one, 'dev')}" for one in filter(None, parse_json_objects(text))]


def _read_all(text: str) -> list[Link]:
    """Read the links alone."""
    found = []
    # ip of older releases prints an empty object for a link that it filters out.
    for one in filter(None, parse_json_objects(text)):
        info = read_optional_object(one, "linkinfo")
        kind = read_optional_text(info, "info_kind")
        data = read_optional_object(info, "info_data") if kind in ("vxlan", "geneve") else {}
        found.append(
            Link(
                read_text(one, "ifname"),
                kind,
                read_optional_text(one, "master"),
                read_optional_text(one, "address"),
                read_number(one, "mtu", 0),
                tuple(read_text(held, "local") for held in read_objects(one, "addr_info") if "local" in held),
                port=read_number(data, "port", 0) or None,
            )
        )
    return found


__all__ = ["Link", "read_links", "read_silent"]
