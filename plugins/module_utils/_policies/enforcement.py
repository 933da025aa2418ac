# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How fast a network enforced a change of policies: the pollings of all nodes in one sentence. No I/O, no Ansible."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Enforcement:
    """The enforcement of a change on all nodes.

    Attributes:
        seconds: until the slowest node had enforced the change; None: some cells stayed wrong, or no node had to wait
        wrong: cells that stayed wrong, as the module connectivity_probe returns them
        polled: number of cells that the nodes polled
    """

    seconds: float | None
    wrong: list[Any]
    polled: int

    @property
    def late(self) -> int:
        """The number of cells that stayed wrong."""
        return len(self.wrong)

    def describe(self, timeout: float) -> str:
        """Say it in a few words; timeout in seconds."""
        if self.late:
            return f"{self.late} not enforced within {timeout:g} s"
        return "nothing to wait for" if self.seconds is None else f"enforced after {self.seconds:g} s"


def summarize_enforcement(pollings: Iterable[Mapping[str, Any]]) -> Enforcement:
    """Summarize the pollings of the nodes, in the form of C(convergence) of the module connectivity_probe."""
    pollings = list(pollings)
    wrong = [cell for polling in pollings for cell in polling["wrong"]]
    seconds = [polling["seconds"] for polling in pollings if polling["seconds"] is not None]
    polled = sum(polling["cells"] for polling in pollings)
    return Enforcement(max(seconds) if seconds and not wrong else None, wrong, polled)


__all__ = ["summarize_enforcement"]
