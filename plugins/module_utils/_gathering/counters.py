# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Counters of dropped packets in /proc/net/snmp and /proc/net/netstat (proc(5)). No I/O."""

from __future__ import annotations

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.foreign_data import whole_number

_NAMES = ("Tcp.InCsumErrors", "Udp.InCsumErrors", "TcpExt.IPReversePathFilter")


def read_counters(text: str) -> dict[str, int]:
    """Take the counters that matter out of pairs of lines: "Tcp: NAMES", then "Tcp: VALUES"."""
    found = {}
    lines = text.splitlines()
    for names, values in zip(lines, lines[1:]):
        group = names.partition(":")[0]
        if values.startswith(f"{group}: "):
            pairs = zip(names.split()[1:], map(whole_number, values.split()[1:]))
            numbers = {f"{group}.{name}": value for name, value in pairs if value is not None}
            found.update({name: numbers[name] for name in _NAMES if name in numbers})
    return found


__all__ = ["read_counters"]
