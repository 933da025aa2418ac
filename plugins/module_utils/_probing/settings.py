# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings of probes and responders, and the range of each. No I/O.

The ranges stand here only: modules, and filters for roles, read them from RANGES.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.wire import LARGEST_TRANSFER, check_run

# The least and the most of each numeric option of connectivity_probe, connectivity_responder and connectivity_assert.
RANGES: dict[str, tuple[float, float]] = {
    "attempts": (1, 100),
    "interval": (0, 60),  # seconds
    "timeout": (0.01, 60),  # seconds
    "transfer": (0, LARGEST_TRANSFER),  # bytes
    "converge_timeout": (0, 3600),  # seconds
    "seconds": (0, 86400),  # of a responder's life
    "overhead": (0, 1000),  # bytes
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
        transfer: bytes that the last TCP attempt carries each way; 0 for none

    Raises:
        InputError: a setting is out of its range, or the run's identifier does not fit into a request
    """

    run: str
    attempts: int = 3
    interval: float = 0.15
    timeout: float = 0.6
    transfer: int = 65536

    def __post_init__(self) -> None:
        check_run(self.run)
        for name in ("attempts", "interval", "timeout", "transfer"):
            check_range(name, getattr(self, name))


def check_range(name: str, value: float) -> None:
    """Check a value against the range of its option in RANGES. Raises InputError when the value is outside."""
    least, most = RANGES[name]
    if not least <= value <= most:
        raise InputError(f"{name} is {value}: it must be from {least} to {most}")


def find_mistakes(settings: Sequence[Mapping[str, Any]]) -> list[str]:
    """Write a sentence for each value that is out of the range of its option. V(port) is a range too.

    Args:
        settings: dicts with name, option and value; a value is a number, a list of numbers, or None

    Raises:
        InputError: an option has no range
    """
    ranges = {**RANGES, "port": PORTS}
    for one in settings:
        if "name" not in one:
            raise InputError(f"the setting {dict(one)!r} has no name: give the name of the variable")
        if one.get("option") not in ranges:
            raise InputError(f"option is {one.get('option')!r}: choose from {', '.join(ranges)}")
    return [
        sentence for one in settings for sentence in _mistakes(one["name"], one.get("value"), *ranges[one["option"]])
    ]


def _mistakes(name: str, value: Any, least: float, most: float) -> Iterator[str]:
    """Yield a sentence for each number of a value that is out of the range."""
    for number in value if isinstance(value, (list, tuple)) else [value]:
        if number is not None and not _is_within(number, least, most):
            yield f"{name} is {number}: it must be from {least} to {most}"


def _is_within(value: Any, least: float, most: float) -> bool:
    """Whether a value is a number in the range. A text may hold the number, as the command line gives it."""
    try:
        return least <= float(value) <= most
    except (TypeError, ValueError):
        return False


__all__ = ["PORTS", "RANGES", "ProbeSettings", "check_range", "find_mistakes"]
