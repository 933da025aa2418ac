# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings of probes and responders, and the range of each. No I/O.

The ranges stand here only: modules and the checks of variables read them from RANGES.
"""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.wire import LARGEST_TRANSFER, check_run

# The least and the most of each numeric option of connectivity_probe, connectivity_responder and connectivity_assert.
RANGES: dict[str, tuple[float, float]] = {
    "attempts": (1, 100),
    "interval": (0, 60),  # seconds
    "timeout": (0.01, 60),  # seconds
    "transfer": (0, LARGEST_TRANSFER),  # bytes
    "packet_rate": (0, 10_000_000),  # a second; 0: no limit
    "connection_rate": (0, 10_000_000),  # a second; 0: no limit
    "converge_timeout": (0, 3600),  # seconds
    "seconds": (0, 86400),  # of a responder's life
    "overhead": (0, 1000),  # bytes
    "overhead_ipv6": (0, 1000),
}

PORTS = (1, 65535)


@dataclass(frozen=True)
class ProbeSettings:
    """How a node probes its targets.

    Attributes:
        run: identifier of the run, the same as the responders have
        attempts: number of attempts for each cell
        interval: seconds between the starts of two attempts
        timeout: seconds that one attempt may take
        patience: when another attempt of the same cell has an answer, an attempt may take this many timeouts; see
            Record.gives_up()
        transfer: bytes that the last TCP attempt carries each way; 0 for none
        packet_rate, connection_rate: the most packets that probes send, and connections and flows that they begin, in
            a second; 0 for no limit

    Raises:
        InputError: a setting is out of its range, or the run's identifier does not fit into a request
    """

    run: str
    attempts: int = 3
    interval: float = 0.15
    timeout: float = 0.6
    patience: float = 5
    transfer: int = 65536
    packet_rate: int = 0
    connection_rate: int = 0

    def __post_init__(self) -> None:
        check_run(self.run)
        for name in ("attempts", "interval", "timeout", "transfer", "packet_rate", "connection_rate"):
            check_range(name, getattr(self, name))


def check_range(name: str, value: float) -> None:
    """Check a value against the range of its option in RANGES. Raises InputError when the value is outside."""
    least, most = RANGES[name]
    if not least <= value <= most:
        raise InputError(f"{name} is {value}: it must be from {least} to {most}")


__all__ = ["PORTS", "RANGES", "ProbeSettings", "check_range"]
