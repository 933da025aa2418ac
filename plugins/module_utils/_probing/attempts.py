# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The attempts of a check, and their sum, the cell. No I/O."""

from __future__ import annotations

import errno
import time
from dataclasses import dataclass, field
from statistics import median

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.addresses import family_of
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import (
    Cell,
    CellKey,
    Target,
    Try,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.settings import ProbeSettings

_REASONS = {
    errno.ECONNREFUSED: "refused",
    errno.ECONNRESET: "refused",
    errno.EPIPE: "refused",
    errno.ETIMEDOUT: "timeout",
    errno.EMSGSIZE: "too big",
}


@dataclass(eq=False)
class Attempt:
    """One attempt. It counts as timed out until something happens.

    Attributes:
        begun, ended: seconds of the monotonic clock; ended is the time of the answer
        outcome: one of OUTCOMES, never flapping
        reason, detail, own, seen, answered_by: as of Cell
    """

    begun: float
    ended: float | None = None
    outcome: str = "blocked"
    reason: str | None = "timeout"
    detail: str | None = None
    own: str | None = None
    seen: str | None = None
    answered_by: str | None = None

    def answer(self, by: str | None = None, seen: str | None = None, at: float | None = None) -> None:
        """Note a right answer, which arrived now or at a time of the monotonic clock."""
        self.ended, self.answered_by, self.seen = time.monotonic() if at is None else at, by, seen
        self.accept()

    def accept(self) -> None:
        """Note that all parts of the attempt succeeded."""
        self.outcome, self.reason, self.detail = "reachable", None, None

    def reject(self, detail: str, reason: str = "wrong answer") -> None:
        """Note a wrong answer."""
        self.outcome, self.reason, self.detail = "faulty", reason, detail

    def fail(self, error: OSError) -> None:
        """Note an error of the kernel."""
        self.outcome, self.reason, self.ended = "blocked", _REASONS.get(error.errno or 0, "unreachable"), None
        self.detail = None if error.errno == errno.ECONNREFUSED else error.strerror

    def lose(self) -> None:
        """Note that a part of the attempt got no answer, so that the whole attempt counts as unanswered."""
        self.outcome, self.reason, self.ended = "blocked", "timeout", None


@dataclass(eq=False)
class Record:
    """A cell and its attempts so far. C(namespace) is the path of the network namespace of the source."""

    source: str
    namespace: str
    target: Target
    try_: Try
    attempts: list[Attempt] = field(default_factory=list)
    mtu: int | None = None

    @property
    def family(self) -> str:
        return family_of(self.target.address)

    @property
    def key(self) -> CellKey:
        """The key of the cell in the matrix."""
        return CellKey(self.source, self.target.name, self.try_.check, self.family, self.try_.port)

    @property
    def outcome(self) -> str:
        """The sum of the attempts."""
        return add_up({one.outcome for one in self.attempts})

    @property
    def answered(self) -> bool:
        """Whether an attempt has an answer."""
        return any(one.ended is not None for one in self.attempts)

    def gives_up(self, attempt: Attempt, settings: ProbeSettings) -> float:
        """Return when an attempt of this cell counts as lost, in seconds of the monotonic clock. The moment can move.

        On a busy machine an answer may be late. While no attempt has an answer, the target seems not to be reachable,
        and each waits as long as the last one. A cell with an answer would be flapping without the others, so they wait
        longer, until their answers would be of no use.
        """
        latest = attempt.begun + settings.patience * settings.timeout
        return latest if self.answered else min(latest, self.attempts[-1].begun + settings.timeout)

    def begin(self, own: str | None = None) -> Attempt:
        """Begin an attempt."""
        attempt = Attempt(time.monotonic(), own=own)
        self.attempts.append(attempt)
        return attempt

    def summarise(self, start: float) -> Cell:
        """Make the cell from its attempts. C(start) is the time when the probing began."""
        answered = [one for one in self.attempts if one.ended is not None]
        good = [(one.begun, one.ended) for one in answered if one.outcome == "reachable" and one.ended is not None]
        bad = next((one for one in self.attempts if one.reason), None)
        last = answered[-1] if answered else None
        return Cell(
            source=self.source,
            target=self.target.name,
            check=self.try_.check,
            family=self.family,
            port=self.try_.port,
            outcome=self.outcome,
            reason=bad.reason if bad else None,
            detail=bad.detail if bad else None,
            attempts=len(self.attempts),
            succeeded=len(good),
            latency_ms=round(median(ended - begun for begun, ended in good) * 1000, 3) if good else None,
            first_success_ms=round((min(ended for _begun, ended in good) - start) * 1000, 3) if good else None,
            own=last.own if last else None,
            seen=last.seen if last else None,
            answered_by=last.answered_by if last else None,
            mtu=self.mtu,
        )


def add_up(outcomes: set[str]) -> str:
    """Sum up the outcomes of attempts to that of their cell.

    Attempts without an observation count only when all attempts are such. One faulty attempt makes the cell faulty,
    because its reason says more than the outcome flapping.
    """
    observed = outcomes - {"not observed"} or outcomes
    if "faulty" in observed:
        return "faulty"
    return next(iter(observed)) if len(observed) == 1 else "flapping"


__all__ = ["Attempt", "Record"]
