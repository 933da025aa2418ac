# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a node has a route to the networks of Services. No I/O, no Ansible.

kube-proxy translates a Service's address only after the kernel found a route for it. Without one, programs on the node,
such as those of Flannel and Calico, get "network is unreachable" for the API's Service.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.foreign_data import (
    parse_json_objects,
    read_optional_text,
    read_text,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.networks import Network, parse_network
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.texts import show

_NO_WAY = frozenset(["blackhole", "prohibit", "throw", "unreachable"])


def read_routes(text: str, family: str) -> list[tuple[str, str]]:
    """Read type and destination of each route in the output of C(ip -json -details route show).

    Args:
        text: the output
        family: -4 or -6, the option of ip

    Raises:
        InputError: the text has another format
    """
    everything = "::/0" if family == "-6" else "0.0.0.0/0"
    found = []
    for route in parse_json_objects(text):
        if route:
            destination = read_text(route, "dst")
            kind = read_optional_text(route, "type") or "unicast"
            host = "" if "/" in destination else "/128" if family == "-6" else "/32"
            found.append((kind, everything if destination == "default" else f"{destination}{host}"))
    return found


def find_route_faults(routes: Iterable[tuple[str, str]], networks: Sequence[str]) -> list[str]:
    """Name the networks of Services to which the node has no route.

    Args:
        routes: type and destination, in CIDR form, of each route in the main table
        networks: in CIDR form

    Raises:
        InputError: a network or a destination has another form
    """
    known = [parse_network(destination) for kind, destination in routes if kind not in _NO_WAY]
    return [
        f"the node has no default route, and no other one to the Service network {network}: programs on the node would "
        "reach no Service. Add a default route, or set common_service_route to true"
        for network in map(_parse, networks)
        if not any(route.version == network.version and network.subnet_of(route) for route in known)  # type: ignore[arg-type]
    ]


def _parse(network: str) -> Network:
    try:
        return parse_network(network)
    except InputError as error:
        raise InputError(f"service_networks has {show(network)}, which {error}") from None


__all__ = ["find_route_faults", "read_routes"]
