# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two runs compared: which cells are better, worse, new or gone since an earlier report. No I/O, no Ansible.

A cell has the same source, target, check, family and port in both runs. A run may choose other ports for its responders
in pods of a user. So ports that only one of the runs has are compared as one, by their worst verdict.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Optional

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.foreign_data import (
    read_object,
    read_objects,
    read_text,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.texts import printable
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import CHECKS
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.judgements import VERDICTS

KINDS_OF_CHANGE = ("better", "worse", "new", "gone")
# A cell that is not observed or not judged is neither good nor bad, so it is no better than a cell that passed.
_BADNESS = {**dict.fromkeys(VERDICTS, 0), "flapping": 1, "failed": 2, "not probed": 2}
_SHOWN = 6  # pairs that the summary names


class _Place(NamedTuple):
    """What a cell has in every run."""

    source: str
    target: str
    check: str
    family: str


_Verdicts = Mapping[_Place, Mapping[Optional[int], str]]  # of all cells by place and port


@dataclass(frozen=True)
class CellChange:
    """A cell whose verdict is not the same in two runs.

    Attributes:
        source, target, check, family: of the cell
        port: None for icmp, and where the runs have different ports
        before, after: the verdicts; None: the run does not have the cell
    """

    source: str
    target: str
    check: str
    family: str
    port: int | None
    before: str | None
    after: str | None

    @property
    def kind(self) -> str | None:
        """One of KINDS_OF_CHANGE; None when neither verdict is better."""
        if self.before is None or self.after is None:
            return "new" if self.before is None else "gone"
        step = _BADNESS[self.after] - _BADNESS[self.before]
        return "worse" if step > 0 else "better" if step < 0 else None


def compare_reports(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """Compare two reports, as check_report() returns them, and return the key C(comparison) of the second.

    Raises:
        InputError: the earlier report lacks a field, or has another form
    """
    kinds: dict[str, list[dict[str, Any]]] = {kind: [] for kind in KINDS_OF_CHANGE}
    old, new = _verdicts(before), _verdicts(after)
    counted = _add_counted(old, new, before), _add_counted(new, old, after)
    for change in _changes(*counted):
        if change.kind:
            kinds[change.kind].append({key: value for key, value in vars(change).items() if value is not None})
    return {"with": {"name": read_text(before, "name"), "time": read_text(before, "finished")}, **kinds}


def account_of(report: Mapping[str, Any]) -> dict[str, Any]:
    """Return name, version, time and counts of a report.

    Raises:
        InputError: the report cannot be compared, because a field is missing or has another form
    """
    _verdicts(report)
    return {
        "name": read_text(report, "name"),
        "version": report["version"],
        "time": read_text(report, "finished"),
        "summary": read_object(report, "summary"),
    }


def _verdicts(report: Mapping[str, Any]) -> _Verdicts:
    """Return the verdicts of all cells by place and port."""
    found: dict[_Place, dict[int | None, str]] = defaultdict(dict)
    for cell in read_objects(report, "cells"):
        place = _Place(*(read_text(cell, name) for name in _Place._fields))
        verdict, port = read_text(cell, "verdict"), cell.get("port")
        if verdict not in VERDICTS:
            raise InputError(f"verdict is {verdict!r}, not one of {', '.join(VERDICTS)}")
        if isinstance(port, bool) or not isinstance(port, (int, type(None))):
            raise InputError(f"port is {port!r}, not a number")
        found[place][port] = verdict
    return found


def _add_counted(verdicts: _Verdicts, others: _Verdicts, report: Mapping[str, Any]) -> _Verdicts:
    """Add the cells of another run that nodes of this run only counted, because they passed."""
    # Of a part of the matrix, a cell that is not listed may not have been probed. Where too many failed, it may have
    # failed.
    if "passed_without_detail" not in report or report.get("scope") or report.get("not_listed"):
        return verdicts
    counted = read_object(report, "passed_without_detail")
    ends = read_object(counted, "by_endpoint")
    kinds = {(read_text(one, "check"), read_text(one, "family")) for one in read_objects(counted, "tallies")}
    added = dict(verdicts)
    for place, other in others.items():
        listed = verdicts.get(place, {})
        # When each run lists a port that the other has not, the ports are those of one responder.
        if {place.source, place.target} <= set(ends) and place[2:] in kinds and set(listed) <= set(other):
            added[place] = {**dict.fromkeys(other, "passed"), **listed}
    return added


def _changes(before: _Verdicts, after: _Verdicts) -> Iterator[CellChange]:
    """Yield what is different, in the order of the later report and then of the earlier one."""
    for place in {**after, **before}:
        old, new = before.get(place, {}), after.get(place, {})
        for port in new:
            if port in old and old[port] != new[port]:
                yield CellChange(*place, port, old[port], new[port])
        gone, added = (
            {port: one[port] for port in one if port not in other} for one, other in ((old, new), (new, old))
        )
        if gone and added:
            worst = (_worst(gone.values()), _worst(added.values()))
            yield from [] if worst[0] == worst[1] else [CellChange(*place, None, *worst)]
        else:
            yield from (CellChange(*place, port, verdict, None) for port, verdict in gone.items())
            yield from (CellChange(*place, port, None, verdict) for port, verdict in added.items())


def _worst(verdicts: Iterable[str]) -> str:
    return max(verdicts, key=lambda verdict: _BADNESS[verdict])


def is_worse(comparison: Mapping[str, Any]) -> bool:
    """Say whether a run is worse than the one before: a cell is worse, or a new cell is as no cell should be."""
    return bool(comparison["worse"]) or any(_BADNESS[one["after"]] for one in comparison["new"])


def text_comparison(comparison: Mapping[str, Any]) -> list[str]:
    """Return one line that counts the changes, and a line for each of the first pairs that are worse or better."""
    counts = [f"{len(comparison[kind])} {kind}" for kind in KINDS_OF_CHANGE if comparison[kind]]
    earlier = f"{comparison['with']['name']} of {comparison['with']['time']}"
    lines = [f"Compared with {earlier}: {', '.join(counts) or 'no cell changed'}"]
    for kind in ("worse", "better"):
        pairs = _pairs(comparison[kind])
        lines += [f"- {kind}: {line}" for line in pairs[:_SHOWN]]
        lines += [f"- {kind}: {len(pairs) - _SHOWN} more"] if len(pairs) > _SHOWN else []
    return [printable(line).encode("ascii", "backslashreplace").decode("ascii") for line in lines]


def _pairs(changes: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return a line for each pair and change of its verdicts, with the checks that have it."""
    checks: dict[tuple[str, str, str, str], set[str]] = defaultdict(set)
    for one in changes:
        checks[one["source"], one["target"], one["before"], one["after"]].add(one["check"])
    return [
        f"{source} -> {target}, {', '.join(sorted(some, key=_order))}: {after}, {before} before"
        for (source, target, before, after), some in checks.items()
    ]


def _order(check: str) -> int:
    return CHECKS.index(check) if check in CHECKS else len(CHECKS)


__all__ = ["KINDS_OF_CHANGE", "account_of", "compare_reports", "is_worse", "text_comparison"]
