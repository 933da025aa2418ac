# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The diagnosis as JUnit's XML, which systems of CI read. No I/O, no Ansible."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from xml.etree import ElementTree

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.cell_counts import cells_words
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.texts import printable


def findings_junit(name: str, document: Mapping[str, Any], looked_for: Iterable[str]) -> str:
    """Write findings.json as JUnit's XML.

    Args:
        name: of the report
        document: the content of findings.json
        looked_for: ids of all findings that were looked for

    Returns:
        The XML. Each finding is a failed testcase, and each id that found nothing a passed one. What was not looked at
        is skipped. Failed cells that no finding explains are a failure of their own.
    """
    findings = document["findings"]
    nothing = sorted(set(looked_for) - {one["id"] for one in findings})
    cases = [
        _case("findings", title, "failure", one["severity"], _message(one))
        for title, one in zip(_titles(findings), findings)
    ]
    suites = {"findings": [*cases, *(_case("findings", id) for id in nothing)]}
    bad = document["failed_cells"], document["unprobed_cells"]
    if any(bad):
        left = document["unexplained_cells"]
        text = f"{left} of {cells_words(*bad)} are unexplained"
        kind = "failure" if left else None
        suites["failed cells"] = [_case("failed cells", "all failed cells are explained", kind, "unexplained", text)]
    unread = document["not_looked_at"]
    if unread:
        suites["not looked at"] = [_case("not looked at", text, "skipped", None, text) for text in unread]
    root = ElementTree.Element(
        "testsuites", {"name": name, **_counts([one for some in suites.values() for one in some])}
    )
    for suite, some in suites.items():
        ElementTree.SubElement(root, "testsuite", {"name": suite, **_counts(some)}).extend(some)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ElementTree.tostring(root, encoding="unicode")}\n'


def _titles(findings: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Yield a name for each finding. Systems of CI show one of several testcases with one name."""
    seen: Counter[str] = Counter()
    for one in findings:
        title = _title(one)
        seen[title] += 1
        yield title if seen[title] == 1 else f"{title} ({seen[title]})"


def _title(finding: Mapping[str, Any]) -> str:
    nodes = ", ".join(finding["nodes"])
    return f"{finding['id']} on {nodes}" if nodes else str(finding["id"])


def _message(finding: Mapping[str, Any]) -> str:
    text = f"{finding['cause']}. Evidence: {'; '.join(finding['evidence'])}. Remedy: {finding['remedy']}."
    causes = finding.get("may_follow_from")
    return f"{text} It may follow from {' or '.join(causes)}." if causes else text


def _case(
    suite: str, name: str, kind: str | None = None, type_: str | None = None, message: str = ""
) -> ElementTree.Element:
    """Make a testcase; kind is the element that says how it ended, None: it passed."""
    case = ElementTree.Element("testcase", classname=suite, name=printable(name))
    if kind:
        # XML cannot hold control characters, and one of them would cost the whole report.
        attributes = {"type": type_} if type_ else {}
        ElementTree.SubElement(case, kind, {**attributes, "message": printable(message)})
    return case


def _counts(cases: Sequence[ElementTree.Element]) -> dict[str, str]:
    ends = [child.tag for case in cases for child in case]
    return {
        "tests": str(len(cases)),
        "failures": str(ends.count("failure")),
        "errors": "0",
        "skipped": str(ends.count("skipped")),
    }


__all__ = ["findings_junit"]
