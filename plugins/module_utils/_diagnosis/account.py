# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The account of a diagnosis: lines for a terminal, and findings.json. No I/O, no Ansible."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.cell_counts import cells_words
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.texts import printable
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.failed_cells import FailedCell, scope_as_dict
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.judgement import Diagnosis, Ranked

SCHEMA = "podnet.kubernetes/findings"
VERSION = 1
_WIDTH = 300  # characters of a line
_UNEXPLAINED = 5  # lines
# Fields of a failed cell that the document lacks, or has in another form.
_INNER = ("target_nodes", "via", "source_addresses", "probed")


def account_lines(diagnosis: Diagnosis) -> list[str]:
    """Write the findings, three lines each, and the trails of packets.

    Then come the bad cells without a cause, and what could not be looked at.
    """
    count = len(diagnosis.findings)
    nothing = "Nothing was found, and a part was not looked at." if diagnosis.unread else "Nothing was found."
    lines = [f"{count} {'finding' if count == 1 else 'findings'}" if count else nothing]
    for number, one in enumerate(diagnosis.findings, 1):
        lines += _finding(number, one)
    if diagnosis.trails:
        lines.append("Packets of failed cells were followed:")
        lines += [f"  {line}" for trail in diagnosis.trails for line in trail.shown]
    if diagnosis.unexplained:
        every = cells_words(diagnosis.failed, diagnosis.unprobed)
        lines.append(f"{len(diagnosis.unexplained)} of {every} are unexplained:")
        lines += [f"- {text}" for text in _grouped(diagnosis.unexplained)]
    if diagnosis.unread:
        lines.append("Not looked at:")
        lines += [f"- {text}" for text in diagnosis.unread]
    return [_shortened(line) for line in lines]


def account_document(diagnosis: Diagnosis) -> dict[str, Any]:
    """Write the diagnosis as findings.json has it."""
    return {
        "schema": SCHEMA,
        "version": VERSION,
        "findings": [
            {
                "id": one.id,
                "severity": one.severity,
                "nodes": list(one.found.nodes),
                "cause": one.found.cause,
                "evidence": list(one.found.evidence),
                "remedy": one.found.remedy,
                "explains": [scope_as_dict(scope) for scope in one.found.explains],
                "explained_cells": one.cells,
                "may_follow_from": list(one.may_follow_from),
            }
            for one in diagnosis.findings
        ],
        "failed_cells": diagnosis.failed,
        "unprobed_cells": diagnosis.unprobed,
        "unexplained": [
            {name: value for name, value in asdict(cell).items() if name not in _INNER}
            | {"target_nodes": sorted(cell.target_nodes)}
            for cell in diagnosis.unexplained[:1000]
        ],
        "unexplained_cells": len(diagnosis.unexplained),
        "not_looked_at": list(diagnosis.unread),
        "trails": [trail.data for trail in diagnosis.trails],
    }


def _finding(number: int, one: Ranked) -> Iterator[str]:
    cells = f"; it explains {cells_words(one.cells - one.unprobed, one.unprobed)}" if one.cells else ""
    cause = f"; it may follow from {' or '.join(one.may_follow_from)}" if one.may_follow_from else ""
    yield f"{number}. {one.severity}: {one.found.cause} ({one.id}{cells}{cause})"
    yield f"   evidence: {'; '.join(one.found.evidence)}"
    yield f"   remedy: {one.found.remedy}"


def _grouped(cells: tuple[FailedCell, ...]) -> list[str]:
    """Describe the cells by the nodes of both ends; the largest groups first."""
    groups = Counter((cell.source_node, ", ".join(sorted(cell.target_nodes)), cell.message) for cell in cells)
    lines = [
        f"{count} from {source} to {target}: {message}" for (source, target, message), count in groups.most_common()
    ]
    more = len(lines) - _UNEXPLAINED
    return lines if more <= 1 else [*lines[:_UNEXPLAINED], f"and {more} more groups"]


def _shortened(line: str) -> str:
    """Shorten a line. Log lines may hold control characters, which a terminal would obey."""
    line = printable(line)
    return line if len(line) <= _WIDTH else f"{line[: _WIDTH - 1]}…"


__all__ = ["account_document", "account_lines"]
