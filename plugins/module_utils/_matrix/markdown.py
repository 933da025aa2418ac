# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A report as Markdown, for the page of a CI job (GitHub's step summary, GitLab). No I/O, no Ansible.

Names in a report come from the cluster. Here they can end no table, open no link, mention nobody and load no picture.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.cell_counts import headline
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.tallies import counted_cells, unlisted_cells
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.texts import printable
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.comparison import text_comparison
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.runs import (
    latencies,
    quantiles,
    run_of,
    seconds_of,
)

_MOST = 20  # rows of a table; GitHub takes 1 MiB for a step
_LONGEST = 500  # characters of a text
# ASCII punctuation has a meaning in Markdown, and www. begins a link. As entities they are plain text.
_SIGNS = re.compile(r"[!-'*+:-@\[-`{-~]|(?<=www)[.]", re.IGNORECASE)
# GitHub and GitLab look for mentions and references after Markdown, in all text that is no code.
_REFERENCE = re.compile(r"[@#!~%&$*^]\w|\w[@#!]|:[a-z]\w*:", re.IGNORECASE)


def markdown_text(report: Mapping[str, Any]) -> str:
    """Write a report that this collection made as Markdown."""
    run, counts, counted = run_of(report), report["summary"], counted_cells(report)
    unlisted = unlisted_cells(report)
    head = headline(counts) if run.bad else "passed"
    numbers = [f"{counts[name]} {name.replace('_', ' ')}" for name in list(counts)[1:] if counts[name]]
    took = f", {seconds_of(run.finished) - seconds_of(run.started):g} s" if "started" in report else ""
    scope = f" (scope {_text(report['scope']['name'])})" if "scope" in report else ""
    lines = [
        f"## Connectivity {_text(report['name'])}: {head}{scope}",
        "",
        f"{counts['cells']} cells: {', '.join(numbers)} ({_text(report['finished'])}{took})",
        "",
        *(
            [f"{counted} of the cells that passed have no detail: their nodes only counted them.", ""]
            if counted
            else []
        ),
        *(
            [f"{unlisted} of the cells that did not pass are not listed: their nodes only counted them.", ""]
            if unlisted
            else []
        ),
        *(line for words in report.get("scope", {}).get("says", ()) for line in (_text(words), "")),
        *_table("Which pairs fail", ("Where and why",), [(one["message"],) for one in report["groups"]]),
        *_table("Causes", ("Cause", "Nodes", "Remedy", "Cells"), _findings(report)),
        *_table("Where packets ended", ("Pair", "Check", "Trail"), _trails(report)),
        *_changes(report),
        *_table("Nodes that took no part", ("Node", "Reason"), _nodes(report)),
        *_table("Latency in ms", ("Check", "Median", "95th percentile"), _latency(report)),
    ]
    return "\n".join(lines).rstrip("\n") + "\n"


def _text(value: Any) -> str:
    """Write a text so that it has no meaning in Markdown or HTML, on one line."""
    text = printable(str(value))
    text = f"{text[:_LONGEST]}…" if len(text) > _LONGEST else text
    plain = _SIGNS.sub(lambda sign: f"&#{ord(sign[0])};", text)
    return f"<code>{plain}</code>" if _REFERENCE.search(text) else plain


def _table(title: str, heads: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[str]:
    """Write a table; nothing without rows."""
    if not rows:
        return []
    more = [f"{len(rows) - _MOST} more are in report.json.", ""] if len(rows) > _MOST else []
    lines = [_row(heads), _row(["---"] * len(heads)), *(_row([_text(one) for one in row]) for row in rows[:_MOST])]
    return [f"### {title}", "", *lines, "", *more]


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _findings(report: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    keys = ("cause", "nodes", "remedy", "explained_cells")
    found = [[one[key] for key in keys] for one in report.get("findings", [])]
    return [(cause, ", ".join(nodes) or "the cluster", *more) for cause, nodes, *more in found]


def _trails(report: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    trails = report.get("trails", [])
    return [(f"{one['source']} -> {one['target']}", one["check"], one.get("message", "")) for one in trails]


def _changes(report: Mapping[str, Any]) -> list[str]:
    if "comparison" not in report:
        return []
    head, *lines = text_comparison(report["comparison"])
    return ["### Changes", "", _text(head), "", *(f"- {_text(line[2:])}" for line in lines), *([""] if lines else [])]


def _nodes(report: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(one["name"], one["reason"]) for key in ("missing", "excluded") for one in report.get(f"{key}_nodes", [])]


def _latency(report: Mapping[str, Any]) -> list[tuple[str, ...]]:
    found = latencies(report, lambda cell: cell["check"])
    return [(check, *(f"{value:.3g}" for value in quantiles(some).values())) for check, some in sorted(found.items())]


__all__ = ["markdown_text"]
