# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page of a proof of policies: what each step opened and closed, and which rules decided. No I/O, no Ansible."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.cell_counts import BAD_VERDICTS, bad_words
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.tallies import counted_cells

_CHECKS = {"TCP": "tcp", "UDP": "udp", "ICMP": "icmp"}
_ALLOWED = re.compile(r"(\S+) ((?:ingress|egress)\[\d+\])")
_SELECTED = re.compile(r"(ingress|egress): selected by (.*?), and no rule allows it")
_KEPT = ("check", "port", "family", "outcome", "verdict", "message")


def policy_parts(
    name: str,
    sequence: Sequence[Mapping[str, Any]],
    reports: Sequence[Mapping[str, Any]],
    policies: Sequence[Sequence[Mapping[str, Any]]],
) -> dict[str, Any]:
    """Return what the page shows of a sequence.

    Args:
        name: of the sequence
        sequence: the steps, as sequence.json has them
        reports: the report of each step
        policies: those in force in each step: C(name), C(lines), and C(rules) with the lines of each rule

    The C(data) have C(endpoints), C(policies) as YAML, C(kinds) of cells, C(sets) of kinds, and C(steps) each with the
    C(policies) in force and C(pairs): C([source, target, set]).
    """
    endpoints = _endpoints(reports)
    numbers = {one[0]: number for number, one in enumerate(endpoints)}
    kinds: dict[str, int] = {}
    sets: dict[tuple[int, ...], int] = {}
    texts: dict[str, int] = {}
    steps, shown, every, late = [], [], Counter[str](), 0
    for step, report, own in zip(sequence, reports, policies):
        change = {
            _key(one): bool(one["allowed"]) for one in step.get("changed_cells", ()) if one["allowed"] is not None
        }
        found: dict[tuple[int, int], list[int]] = {}
        counts: Counter[str] = Counter()
        for cell in report["cells"]:
            kind = _kind(cell, change)
            counts.update(filter(None, (kind.get("change"), cell["verdict"])))
            some = found.setdefault((numbers[cell["source"]], numbers[cell["target"]]), [])
            some.append(kinds.setdefault(json.dumps(kind), len(kinds)))
        without = counted_cells(report)
        if without:
            counts.update("opened" if change[key] else "closed" for key in _counted_changes(change, report))
        pairs = [[*pair, sets.setdefault(tuple(some), len(sets))] for pair, some in found.items()]
        in_force = [texts.setdefault(json.dumps(one), len(texts)) for one in own]
        steps.append({"pairs": pairs, "policies": in_force})
        bad = {verdict: counts[verdict] for verdict in BAD_VERDICTS}
        every += Counter(bad)
        late += step.get("late") or 0
        numbers_of = {"opened": counts["opened"], "closed": counts["closed"], "bad": sum(bad.values())}
        cells = len(report["cells"]) + without
        words = bad_words(bad, f" of {cells} cells")
        shown.append({**step, **numbers_of, "cells": cells, "without_detail": without, "words": words})
    slowest = max((one.get("enforced_after_seconds") or 0 for one in shown), default=0)
    for one in shown:
        seconds = one.get("enforced_after_seconds")
        one["share"] = round(100 * seconds / slowest, 1) if seconds and slowest else 0
    return {
        "name": name,
        "steps": shown,
        # A late cell that stays wrong fails in the proof too, so it would count twice.
        "bad": sum(every.values()) or late,
        "words": bad_words(every, " cells")
        or (f"{late} {'cell' if late == 1 else 'cells'} not enforced in time" if late else ""),
        "data": {
            "endpoints": endpoints,
            "kinds": [json.loads(kind) for kind in kinds],
            "sets": [list(some) for some in sets],
            "policies": [json.loads(text) for text in texts],
            "steps": steps,
        },
    }


def _counted_changes(change: Iterable[tuple[Any, ...]], report: Mapping[str, Any]) -> set[tuple[Any, ...]]:
    """Return the changed cells that a node only counted, as it probed them and did not list them."""
    listed = {(one["source"], one["target"], one["check"], one["family"], one.get("port")) for one in report["cells"]}
    names = {one["name"] for one in report["endpoints"]}
    probed = {key for key in change if {*key[:2]} <= names and key[0] != key[1] and key[2]}
    return probed - listed


def deciders(because: str) -> list[list[str]]:
    """Return the rules that decided a cell, each as policy and rule. A policy that only selects has its selector."""
    found = [[policy, rule] for policy, rule in _ALLOWED.findall(because)]
    for _direction, names in _SELECTED.findall(because):
        found += [[name, "selector"] for name in re.sub(r" and \d+ more$", "", names).split(", ")]
    return [list(one) for one in dict.fromkeys(map(tuple, found))]


def _endpoints(reports: Iterable[Mapping[str, Any]]) -> list[list[str]]:
    """Return the endpoints of all steps, each once, by name: name, and node."""
    found = {}
    for report in reports:
        used = {cell[end] for cell in report["cells"] for end in ("source", "target")}
        found.update({one["name"]: one.get("node", "") for one in report["endpoints"] if one["name"] in used})
    return [[name, found[name]] for name in sorted(found)]


def _key(cell: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return what a computed cell has in common with a probed one."""
    return (cell["source"], cell["target"], _CHECKS.get(cell["protocol"]), cell["family"], cell["port"])


def _kind(cell: Mapping[str, Any], change: Mapping[tuple[Any, ...], bool]) -> dict[str, Any]:
    expected = cell.get("expected", {})
    because = expected.get("because", "")
    allowed = change.get((cell["source"], cell["target"], cell["check"], cell["family"], cell.get("port")))
    more = {} if allowed is None else {"change": "opened" if allowed else "closed"}
    return {
        **{key: cell[key] for key in _KEPT if key in cell},
        "expected": expected.get("outcome", ""),
        "because": because,
        "decided_by": expected.get("decided_by", ""),
        "rules": deciders(because),
        **more,
    }


__all__ = ["policy_parts"]
