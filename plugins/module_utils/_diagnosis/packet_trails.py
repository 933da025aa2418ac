# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The trails of packets in the report of a verification. No I/O, no Ansible."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError


@dataclass(frozen=True)
class PacketTrail:
    """Where the packets of a failed cell ended, as the filter packet_trails found it.

    Attributes:
        verdict: such as lost
        lines: the trail for people: the pair, a sentence, the hops with the break, and the evidence
        data: the trail as it is in the report
    """

    verdict: str
    lines: tuple[str, ...]
    data: Mapping[str, Any]

    @property
    def shown(self) -> tuple[str, ...]:
        """The lines for a terminal. The hops of packets that arrived tell nothing about a fault."""
        return self.lines[:1] if self.verdict == "passed" else self.lines


def load_trails(report: Any) -> tuple[PacketTrail, ...]:
    """Read the trails in a report (report.json) of a verification; none without a report.

    Raises:
        InputError: a trail has another form
    """
    trails = (report or {}).get("trails", [])
    try:
        return tuple(PacketTrail(str(one["verdict"]), tuple(map(str, one["lines"])), one) for one in trails)
    except (KeyError, TypeError):
        raise InputError("report has trails that the filter packet_trails did not make") from None


__all__ = ["PacketTrail", "load_trails"]
