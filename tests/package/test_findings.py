"""docs/findings.md shows the findings of today."""

from __future__ import annotations

import findings
import pytest

ROOT = findings.ROOT


def test_the_page_has_the_findings_of_today():
    page = (ROOT / findings.PAGE).read_text()
    assert page == findings.with_findings(page), "run make findings"


def test_the_proofs_that_the_page_names_are_there():
    causes = {path.stem for path in (ROOT / "plugins/module_utils/_diagnosis/findings").glob("*.py")}
    assert set(findings.PROOFS) <= causes
    for file, test in {place for places in findings.PROOFS.values() for place in places}:
        assert f"def {test}(" in (ROOT / file).read_text(), (file, test)


def test_a_page_without_the_mark_is_an_error():
    with pytest.raises(ValueError, match="lacks the line"):
        findings.with_findings("# Findings\n")


def test_every_finding_has_a_test_of_its_name():
    files = {path.stem for path in (ROOT / "plugins/module_utils/_diagnosis/findings").glob("*.py")} - {"__init__"}
    tests = (ROOT / "tests/unit/plugins/module_utils/_diagnosis/findings").glob("test_*.py")
    assert {path.stem.removeprefix("test_") for path in tests} == files
