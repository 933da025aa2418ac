# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ports that a user asks the oracle about. No I/O, no Ansible."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.fields import (
    read_fields,
    read_list,
    read_port_number,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.objects import PROTOCOLS


@dataclass(frozen=True)
class Port:
    """A port to ask about: V(TCP), V(UDP) or V(SCTP) with a number, or V(ICMP) with None."""

    protocol: str
    number: int | None


def parse_ports(value: Any) -> tuple[Port, ...]:
    """Return the ports of a list of dicts with C(port) and, perhaps, C(protocol); each port once.

    The protocol is TCP by default. ICMP has no port: it is an extension, because NetworkPolicy does not know it.

    Raises:
        InputError: the list is empty, or an item is no such dict
    """
    ports = [_parse_port(item, f"ports[{index}]") for index, item in enumerate(read_list(value, "ports"))]
    if not ports:
        raise InputError("ports is empty: give at least one, such as {'port': 80, 'protocol': 'TCP'}")
    return tuple(dict.fromkeys(ports))


def _parse_port(value: Any, path: str) -> Port:
    fields = read_fields(value, path, ("port", "protocol"))
    protocol = fields.get("protocol", "TCP")
    if protocol not in (*PROTOCOLS, "ICMP"):
        raise InputError(f"{path}.protocol is {protocol!r}: give {', '.join(PROTOCOLS)} or ICMP")
    if protocol == "ICMP":
        if "port" in fields:
            raise InputError(f"{path}.port is {fields['port']!r}, and ICMP has no ports: leave the port out")
        return Port(protocol, None)
    if isinstance(fields.get("port"), str):
        raise InputError(f"{path}.port is {fields['port']!r}: give a number; names are for the rules of policies")
    return Port(protocol, read_port_number(fields.get("port"), f"{path}.port"))


__all__ = ["Port", "parse_ports"]
