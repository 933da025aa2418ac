# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A judged matrix as JUnit's XML. No I/O, no Ansible."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from xml.etree import ElementTree

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.texts import printable
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.parts import Outsider
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.crowds import Crowd
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.judgements import Judgement
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.report import (
    UNJUDGED,
    summarize,
    summarize_all,
)

_NO_CROWD = Crowd()


def junit_text(
    name: str,
    judgements: Iterable[Judgement],
    excluded: Iterable[Outsider] = (),
    scope: Mapping[str, Any] | None = None,
    crowd: Crowd = _NO_CROWD,
) -> str:
    """Write the report as JUnit's XML: a testsuite for each check and family, a testcase for each cell.

    The cells without detail share a testcase in each testsuite. The counts of testsuites count cells.
    A node that the user leaves out is a skipped testcase of the testsuite C(excluded nodes). Of the testsuite C(scope),
    the pairs that a smaller scope leaves out are one.
    """
    by_suite: dict[str, list[Judgement]] = defaultdict(list)
    passed: Counter[str] = Counter()
    for place, number in crowd.places.items():
        passed[f"{place.check}.{place.family}"] += number
    for judgement in judgements:
        by_suite[f"{judgement.cell.check}.{judgement.cell.family}"].append(judgement)
    everything = [judgement for some in by_suite.values() for judgement in some]
    rest = crowd.unlisted_by(lambda place: f"{place.check}.{place.family}")
    root = ElementTree.Element("testsuites", {"name": name, **_junit_counts(summarize_all(everything, crowd))})
    for suite in dict.fromkeys([*by_suite, *passed, *rest]):
        some = by_suite[suite]
        counts = summarize(some, passed[suite], rest.get(suite))
        element = ElementTree.SubElement(root, "testsuite", {"name": suite, **_junit_counts(counts)})
        for judgement in some:
            if not judgement.is_brief:
                _add_testcase(element, suite, judgement)
        number = passed[suite] + sum(judgement.is_brief for judgement in some)
        if number:
            ElementTree.SubElement(element, "testcase", classname=suite, name=f"{number} cells without detail")
        for verdict, cells in rest.get(suite, {}).items():
            case_name = f"{cells} cells that are not listed"
            case = ElementTree.SubElement(element, "testcase", classname=suite, name=case_name)
            if verdict in UNJUDGED:
                ElementTree.SubElement(case, "skipped", message=verdict)
            else:
                ElementTree.SubElement(case, "failure", type=verdict, message=verdict)
    _add_skipped(root, "excluded nodes", [(one.name, one.reason) for one in excluded])
    _add_skipped(root, "scope", [(str(scope["name"]), " ".join(scope["says"]))] if scope else [])
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ElementTree.tostring(root, encoding="unicode")}\n'


def _junit_counts(counts: Mapping[str, int]) -> dict[str, str]:
    failures = counts["failed"] + counts["flapping"]
    return {
        "tests": str(counts["cells"]),
        "failures": str(failures),
        "errors": str(counts.get("not_probed", 0)),
        "skipped": str(counts["not_observed"] + counts["not_judged"]),
    }


def _add_testcase(suite: ElementTree.Element, classname: str, judgement: Judgement) -> None:
    """Add a cell to its testsuite."""
    cell = judgement.cell
    port = "" if cell.port is None else f":{cell.port}"
    case = ElementTree.SubElement(suite, "testcase", classname=classname, name=f"{cell.source} -> {cell.target}{port}")
    if judgement.message:
        # XML cannot hold control characters, and one of them would cost the whole report.
        kind = "error" if judgement.verdict == "not probed" else "failure"
        ElementTree.SubElement(case, kind, type=judgement.verdict, message=printable(judgement.message))
    elif judgement.verdict in UNJUDGED:
        ElementTree.SubElement(case, "skipped", message=judgement.verdict)


def _add_skipped(root: ElementTree.Element, name: str, cases: Sequence[tuple[str, str]]) -> None:
    """Add a testsuite of skipped testcases with their names and reasons, if there are any."""
    if not cases:
        return
    number = str(len(cases))
    for count in ("tests", "skipped"):
        root.set(count, str(int(root.get(count, "0")) + len(cases)))
    counts = {"tests": number, "failures": "0", "errors": "0", "skipped": number}
    suite = ElementTree.SubElement(root, "testsuite", {"name": name, **counts})
    for case_name, reason in cases:
        case = ElementTree.SubElement(suite, "testcase", classname=name, name=case_name)
        ElementTree.SubElement(case, "skipped", message=printable(reason))


__all__ = ["junit_text"]
