# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reports of a judged matrix: a text for the terminal, and JSON with a schema. No I/O, no Ansible.

The schema of the JSON report is roles/connectivity/files/connectivity-report-2.schema.json.
"""

from __future__ import annotations

import json
import re
import sys
import textwrap
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timezone
from typing import Any, Callable

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.addresses import without_port
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.cell_counts import OPEN_VERDICTS
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.parts import Outsider
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.briefs import Brief
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import Endpoint, Listener, as_dict
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.crowds import Crowd
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.expectations import NetworkSettings
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.failures import Group
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.judgements import (
    SOURCE_FAULTS,
    VERDICTS,
    Judgement,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.report_versions import SCHEMA, VERSION
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.without_detail import (
    not_listed,
    passed_without_detail,
)

# A report's name is the name of a directory, and part of the schema.
REPORT_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")

_NO_CROWD = Crowd()
_COLUMNS = 30  # the most targets that get a column each
_WIDTH = 99  # characters in a line of the matrix
_LEAST_LABEL = 16

_LETTERS = {"icmp": "I", "tcp": "T", "udp": "U", "mtu": "M", "dns": "D"}
_LEGEND = {
    ".": "all passed",
    "-": "all blocked, as it should be",
    ":": "some blocked, as they should be",
    "X": "all failed",
    **{letter: f"{check} failed" for check, letter in _LETTERS.items()},
    "S": "wrong source address",
    "~": "flapping",
    "?": "not observed or not probed",
    "*": "left to the implementation, not judged",
}
UNJUDGED = (*OPEN_VERDICTS, "not probed")  # verdicts of cells that neither passed nor failed
_UNSEEN = ("not observed", "not probed")  # verdicts with the symbol ?
_PLURALS = {
    "pod": "pods",
    "node": "nodes",
    "controller": "controller",
    "service": "Services",
    "headless": "headless Services",
    "nodeport": "NodePorts",
    "loadbalancer": "external addresses of Services",
    "dns": "DNS",
    "outside": "outside",
}
_SHOWN = {"nodeport": "NodePort", "loadbalancer": "external address"}  # instead of the kind itself


def summarize(
    judgements: Iterable[Judgement], passed: int = 0, unlisted: Mapping[str, int] | None = None
) -> dict[str, int]:
    """Count all cells, and the cells with each verdict (one of VERDICTS, with _ in place of a space).

    C(passed) is the number of cells without a judgement that passed, C(unlisted) that of the others by verdict. The
    count C(not_probed) is only there when it is not 0, because version 1 of the report began without it.
    """
    counts = Counter(judgement.verdict for judgement in judgements)
    counts.update({"passed": passed, **(unlisted or {})})
    named = [verdict for verdict in VERDICTS if verdict != "not probed" or counts[verdict]]
    return {"cells": sum(counts.values()), **{verdict.replace(" ", "_"): counts[verdict] for verdict in named}}


def summarize_all(judgements: Iterable[Judgement], crowd: Crowd) -> dict[str, int]:
    """Count the cells as summarize() does, with those of the crowd."""
    return summarize(judgements, crowd.cells, crowd.unlisted_by(lambda _place: None)[None])


def text_summary(summary: Mapping[str, int], groups: Iterable[Group]) -> list[str]:
    """Return one line with the counts, and a line for each group of failures."""
    counts = [f"{summary[name]} {name.replace('_', ' ')}" for name in list(summary)[1:] if summary[name]]
    lines = [f"{summary['cells']} cells: {', '.join(counts)}", *(f"- {group.message}" for group in groups)]
    return [_ascii(line) for line in lines]


def text_scope(scope: Mapping[str, Any]) -> list[str]:
    """Return lines that say what was probed when it was not every pair."""
    return [
        _ascii(line)
        for words in scope.get("says", ())
        for line in textwrap.wrap(words, _WIDTH, subsequent_indent="  ", break_on_hyphens=False)
    ]


def text_excluded(excluded: Iterable[Outsider]) -> list[str]:
    """Return a line for each node that the user leaves out."""
    return [_ascii(one.reason) for one in excluded]


def text_matrix(endpoints: Sequence[Endpoint], judgements: Sequence[Judgement], crowd: Crowd = _NO_CROWD) -> list[str]:
    """Draw the matrix in lines of ASCII: sources are rows, targets are columns with the numbers of the rows.

    One entry is a pair, with all its checks and families. When there are too many targets, one entry stands for the
    pods of a node, or for all pods, and counts the cells that passed and those that were observed.
    """
    used = {name for judgement in judgements for name in (judgement.cell.source, judgement.cell.target)}
    used.update(crowd.by_endpoint)
    shown = sorted((endpoint for endpoint in endpoints if endpoint.name in used), key=_by_node(endpoints))
    # A crowd has no names. It has the nodes wherever they are few.
    finer = (_node,) if crowd.cells else (_name, _node)
    label = next((label for label in finer if len(set(map(label, shown))) <= _COLUMNS), _kind)
    labels = {endpoint.name: label(endpoint) for endpoint in shown}
    pairs: dict[tuple[str, str], list[Judgement]] = defaultdict(list)
    for judgement in judgements:
        pairs[labels[judgement.cell.source], labels[judgement.cell.target]].append(judgement)
    entry = _symbols if label is _name else _fraction
    passed: Counter[tuple[str, str]] = Counter()
    for place, number in crowd.places.items():
        source = label(Endpoint(place.source_node, place.source_kind, (), place.source_node))
        target = label(Endpoint(place.target_node, place.target_kind, (), place.target_node))
        passed[source, target] += number
    rest = crowd.unlisted_by(
        lambda place: (
            label(Endpoint(place.source_node, place.source_kind, (), place.source_node)),
            label(Endpoint(place.target_node, place.target_kind, (), place.target_node)),
        )
    )
    entries = {pair: entry(some) for pair, some in pairs.items()}
    entries.update({pair: _fraction(pairs.get(pair, ()), passed[pair], rest.get(pair)) for pair in {**passed, **rest}})
    headings = {label(endpoint): _heading(endpoint) if label is _name else "" for endpoint in shown}
    symbols = set("".join(entries.values()))
    verdicts = {one.verdict for one in judgements} | {verdict for _place, verdict in crowd.unlisted}
    unseen = " or ".join(sorted(verdicts & {*_UNSEEN}))
    words = {**_LEGEND, "?": unseen}
    legend = [f"{symbol} {words[symbol]}" for symbol in words if symbol in symbols]
    if entry is _fraction:
        legend.insert(0, "passed/observed cells")
    lines = [*draw_table(headings, entries), "", "   ".join(legend), *_seen_outside(shown, labels, judgements)]
    return [_ascii(line).rstrip() for line in [*lines, *_seen_by_nodes(shown, judgements)]]


def _by_node(endpoints: Iterable[Endpoint]) -> Callable[[Endpoint], int]:
    """Return the order of rows: each node with its pods, and last the endpoints that are no source."""
    order: dict[str | None, int] = {}
    for endpoint in endpoints:
        order.setdefault(_heading(endpoint), len(order) if _is_source(endpoint) else sys.maxsize)
    return lambda endpoint: order[_heading(endpoint)]


def _is_source(endpoint: Endpoint) -> bool:
    return endpoint.kind in ("pod", "node", "controller")


def _heading(endpoint: Endpoint) -> str:
    """Return the line above the rows of this endpoint's node."""
    return (endpoint.node or endpoint.name) if _is_source(endpoint) else "targets only"


def _name(endpoint: Endpoint) -> str:
    """Return the label of a row that stands for one endpoint."""
    kind = _SHOWN.get(endpoint.kind, endpoint.kind)
    return endpoint.name if kind in ("pod", "dns", "controller") else f"{endpoint.name} ({kind})"


def _node(endpoint: Endpoint) -> str:
    """Return the label of a row that stands for all pods of a node."""
    if endpoint.kind == "pod":
        return f"pods on {endpoint.node}"
    return endpoint.name if endpoint.kind == "node" else _kind(endpoint)


def _kind(endpoint: Endpoint) -> str:
    """Return the label of a row that stands for all endpoints of a kind."""
    return _PLURALS[endpoint.kind]


def _symbols(judgements: Iterable[Judgement]) -> str:
    """Return the symbols of the legend for the cells of a pair."""
    judgements = list(judgements)
    open_cells = "*" * any(judgement.verdict == "not judged" for judgement in judgements)
    unprobed = "?" * any(judgement.verdict == "not probed" for judgement in judgements)
    observed = [judgement for judgement in judgements if judgement.verdict not in UNJUDGED]
    source = [judgement for judgement in observed if judgement.fault in SOURCE_FAULTS]
    failed = [one for one in observed if one.verdict == "failed" and one.fault not in SOURCE_FAULTS]
    flapping = [judgement for judgement in observed if judgement.verdict == "flapping"]
    if not observed:
        return open_cells + unprobed or "?"
    if len(failed) == len(observed):
        return f"X{open_cells}{unprobed}"
    checks = {judgement.cell.check for judgement in failed}
    letters = [letter for check, letter in _LETTERS.items() if check in checks]
    return ("".join([*letters, "S" * bool(source), "~" * bool(flapping)]) or _passed(observed)) + open_cells + unprobed


def _passed(judgements: Sequence[Judgement]) -> str:
    """Return the symbol of a pair whose cells passed: all, some or none of them are blocked, as expected."""
    blocked = sum(judgement.expected.outcome == "blocked" for judgement in judgements)
    return "-" if blocked == len(judgements) else ":" if blocked else "."


def _fraction(judgements: Iterable[Judgement], passed: int = 0, unlisted: Mapping[str, int] | None = None) -> str:
    """Count the cells that passed, and the cells that were observed and judged."""
    counts = summarize(judgements, passed, unlisted)
    observed = counts["cells"] - sum(counts.get(verdict.replace(" ", "_"), 0) for verdict in UNJUDGED)
    open_cells = "*" * bool(counts["not_judged"]) + "?" * ("not_probed" in counts)
    return f"{counts['passed']}/{observed}{open_cells}" if observed else open_cells or "?"


def draw_table(headings: Mapping[str, str], entries: Mapping[tuple[str, str], str]) -> list[str]:
    """Return a line with the numbers of the columns, then the rows, with a line for each new heading.

    Args:
        headings: the heading of each row by its label, in the order of the rows; an empty heading has no line
        entries: by the labels of source and target
    """
    numbers = {label: str(number) for number, label in enumerate(headings, 1)}
    targets = {target for _source, target in entries}
    columns = [label for label in headings if label in targets]
    width = max(map(len, [*entries.values(), *numbers.values()]), default=1)
    digits = len(str(len(numbers)))
    room = max(_LEAST_LABEL, _WIDTH - len("  ") - digits - len(" ") - (width + 1) * len(columns))
    room = min(room, max(map(len, headings), default=0))
    lines = [" " * (3 + digits + room) + "".join(f" {numbers[column]:>{width}}" for column in columns)]
    previous = ""
    for label, heading in headings.items():
        if heading != previous:
            lines.append(heading)
        previous = heading
        # Keep the end of a long name: the names of pods of one Deployment differ there.
        text = label if len(label) <= room else f"..{label[2 - room :]}"
        row = "".join(f" {entries.get((label, column), ''):>{width}}" for column in columns)
        lines.append(f"  {numbers[label]:>{digits}} {text:<{room}}{row}")
    return lines


def _seen_outside(
    endpoints: Iterable[Endpoint], labels: Mapping[str, str], judgements: Iterable[Judgement]
) -> list[str]:
    """Return lines with the source addresses that targets outside saw."""
    outside = {endpoint.name for endpoint in endpoints if endpoint.kind == "outside"}
    sources: dict[str, dict[str, None]] = defaultdict(dict)  # by address; dicts keep the order
    for cell in (judgement.cell for judgement in judgements):
        if cell.target in outside and cell.seen:
            sources[without_port(cell.seen)][labels[cell.source]] = None
    seen = [f"{', '.join(some)} as {address}" for address, some in sources.items()]
    return (
        textwrap.wrap(f"seen from outside: {'; '.join(seen)}", _WIDTH, subsequent_indent="  ", break_on_hyphens=False)
        if seen
        else []
    )


def _seen_by_nodes(endpoints: Iterable[Endpoint], judgements: Iterable[Judgement]) -> list[str]:
    """Return a line that counts the cells in which a node saw another address than the pod's."""
    kinds = {endpoint.name: endpoint.kind for endpoint in endpoints}
    cells = [judgement.cell for judgement in judgements]
    seen = [cell for cell in cells if (kinds[cell.source], kinds[cell.target]) == ("pod", "node") and cell.seen]
    translated = sum(1 for cell in seen if cell.translated)
    return (
        [f"seen by nodes: the source address of pods is translated in {translated} of {len(seen)} cells"]
        if seen
        else []
    )


def _ascii(text: str) -> str:
    """Replace characters that are not ASCII with escapes."""
    return text.encode("ascii", "backslashreplace").decode("ascii")


def json_report(
    name: str,
    endpoints: Iterable[Endpoint],
    listeners: Iterable[Listener],
    judgements: Sequence[Judgement],
    groups: Iterable[Group],
    settings: NetworkSettings,
    started: float | None,
    finished: float,
    excluded: Iterable[Outsider] = (),
    trails: Sequence[Mapping[str, Any]] = (),
    nodes: Sequence[Mapping[str, Any]] = (),
    briefs: Iterable[Brief] = (),
    crowd: Crowd = _NO_CROWD,
) -> dict[str, Any]:
    """Return the JSON report. Times are seconds since the epoch. A C(started) that is None is left out.

    C(excluded) has the nodes that the user leaves out, C(trails) the trails of packets of a few failed
    cells, C(nodes) what network_nodes returns, C(briefs) what nodes count of the cells without detail,
    C(crowd) those of these cells that have no judgement.
    """
    endpoints = list(endpoints)
    missing = [{"name": one.name, "reason": one.missing} for one in endpoints if one.kind == "node" and one.missing]
    left_out = [{"name": one.name, "reason": one.reason} for one in excluded]
    times = {"started": started, "finished": finished}
    return {
        "schema": SCHEMA,
        "version": VERSION,
        "name": name,
        **{key: report_time(seconds) for key, seconds in times.items() if seconds is not None},
        "settings": asdict(settings),
        "summary": summarize_all(judgements, crowd),
        "groups": [asdict(group) for group in groups],
        **({"missing_nodes": missing} if missing else {}),
        **({"excluded_nodes": left_out} if left_out else {}),
        **({"trails": list(trails)} if trails else {}),
        **({"nodes": list(nodes)} if nodes else {}),
        **passed_without_detail(endpoints, judgements, briefs, crowd),
        **not_listed(crowd),
        "endpoints": [as_dict(endpoint) for endpoint in endpoints],
        "listeners": [as_dict(listener) for listener in listeners],
        "cells": [_cell(judgement) for judgement in judgements if not judgement.is_brief],
    }


def _cell(judgement: Judgement) -> dict[str, Any]:
    """Return the JSON form of a cell, with its expectation and verdict."""
    more = {"translated": judgement.cell.translated, "verdict": judgement.verdict, "message": judgement.message}
    found = {**as_dict(judgement.cell), **{key: value for key, value in more.items() if value is not None}}
    return {**found, "expected": as_dict(judgement.expected)}


def report_time(seconds: float) -> str:
    """Write a time in ISO 8601, UTC."""
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def json_text(report: Mapping[str, Any]) -> str:
    """Write the report as JSON with one line for each key or list entry, so that grep finds whole entries."""
    return "{\n" + ",\n".join(f"{json.dumps(key)}: {_json_lines(value)}" for key, value in report.items()) + "\n}\n"


def _json_lines(value: Any) -> str:
    """Write a value as JSON, with one line for each entry of a list."""
    if not isinstance(value, list):
        return json.dumps(value)
    return "[\n" + ",\n".join(map(json.dumps, value)) + "\n]"


def check_report_name(name: str) -> None:
    """Refuse the name of a report that is none, given as the option C(name). Raises InputError."""
    if not REPORT_NAME.fullmatch(name):
        raise InputError(
            f"name {name!r} is not a name of a report: give letters, digits and ._-, a letter or digit first"
        )


__all__ = [
    "REPORT_NAME",
    "UNJUDGED",
    "check_report_name",
    "draw_table",
    "json_report",
    "json_text",
    "report_time",
    "summarize",
    "summarize_all",
    "text_excluded",
    "text_matrix",
    "text_scope",
    "text_summary",
]
