# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/times.md has the rows that benchmarks measured, and a ratio that is worse than in the last commit is named."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from datetime import date

import pytest
import rows
from rows import Row

MARK = "<!-- `make bench` writes the lines below. -->\n"
OLD = Row("Cluster up", "bare nodes", "times", (1.5, 1.7, 1.6), 1.25, "apt", "2026-01-01", "a machine", 2)


@pytest.fixture
def clone(tmp_path):
    """A repository whose last commit has one row."""
    for folder in ("benchmarks", "docs"):
        (tmp_path / folder).mkdir()
    (tmp_path / rows.LAST).write_text(rows.write([OLD]))
    (tmp_path / rows.PAGE).write_text(f"# Times\n{MARK}old lines\n")
    author = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    for command in (["init", "-q"], ["add", "."], [*author, "commit", "-qm", "bench"]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    return tmp_path


def lines_of(clone):
    return (clone / rows.PAGE).read_text().splitlines()


def test_the_page_of_the_repository_is_written_from_its_rows():
    page = (rows.ROOT / rows.PAGE).read_text()
    assert page == rows.with_rows(page, rows.read((rows.ROOT / rows.LAST).read_text())), "run python benchmarks/rows.py"


def test_each_row_with_a_goal_says_what_limits_it():
    kept = rows.read((rows.ROOT / rows.LAST).read_text())
    assert [row.key for row in kept if row.goal is not None and not row.limit] == []
    assert any(row.goal is not None for row in kept)


def test_a_benchmark_cannot_make_a_row_with_a_goal_and_no_limit():
    with pytest.raises(ValueError, match="Cluster up: bare nodes has a goal and no limit"):
        Row("Cluster up", "bare nodes", "times", (1.5,), 1.25)


def test_a_run_writes_its_rows_and_leaves_the_others_with_their_date(clone):
    rows.record([Row("Planning", "routes", "s", (3, 1, 2), 5, "one core")], clone)
    page = lines_of(clone)
    assert page[:2] == ["# Times", MARK.strip()] and "old lines" not in page
    assert "| bare nodes | 1.25 times | **1.6 times (1.5 to 1.7)** | apt | 2026-01-01 |" in page
    assert f"| routes | 5 s | 2 s (1 to 3) | one core | {date.today()} |" in page
    assert "| 2026-01-01 | a machine | 2 |" in page


def test_a_row_takes_the_place_of_the_one_with_its_name():
    other, new = replace(OLD, name="prepared nodes"), replace(OLD, values=(1.0,))
    assert rows.merged([OLD, other], [new]) == [new, other]
    assert rows.merged([OLD, replace(OLD, table="Another")], [other]) == [OLD, other, replace(OLD, table="Another")]


@pytest.mark.parametrize(
    ("unit", "figure", "found"),
    [("times", 1.93, True), ("times", 1.9, False), ("KB", 1.93, True), ("s", 99, False)],
)
def test_a_figure_is_worse_when_it_is_a_fifth_higher_and_no_time(unit, figure, found):
    old = replace(OLD, unit=unit)
    text = rows.worse([old], [replace(old, values=(figure,))])
    assert bool(text) == found
    assert all(f"{figure} {unit}" in line and f"1.6 {unit}" in line for line in text)


def test_a_worse_row_is_printed_with_the_one_of_the_last_commit(clone, capsys):
    for _run in range(2):  # the second run is not compared with the first, which nobody committed
        rows.record([replace(OLD, values=(2.0,))], clone)
        assert "WORSE: Cluster up: bare nodes: 2 times" in capsys.readouterr().out
    rows.record([replace(OLD, values=(1.6,))], clone)
    assert "WORSE" not in capsys.readouterr().out


def test_a_new_row_is_compared_with_nothing(clone, capsys):
    rows.record([replace(OLD, name="a new one", values=(99,))], clone)
    assert "WORSE" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.045454, "0.0455"),
        (1.0, "1"),
        (13.04, "13"),
        (99.96, "100"),
        (840, "840"),
        (72380, "72,380"),
        (1234.5, "1,234"),
    ],
)
def test_three_digits_are_shown(value, text):
    assert rows.number(value) == text


def test_a_page_without_the_mark_is_an_error():
    with pytest.raises(ValueError, match="lacks the line"):
        rows.with_rows("# Times\n", [])


@pytest.mark.parametrize(("figure", "status"), [(1.6, 0), (2.0, 1)])
def test_make_bench_fails_when_a_row_is_worse(clone, monkeypatch, figure, status):
    (clone / rows.LAST).write_text(rows.write([replace(OLD, values=(figure,))]))
    monkeypatch.setattr(rows, "ROOT", clone)
    monkeypatch.setattr(rows.sys, "argv", ["rows.py"])
    with pytest.raises(SystemExit) as ended:
        rows.main()
    assert bool(ended.value.code) == bool(status)
    assert f"{rows.number(figure)} times" in "".join(lines_of(clone))


def test_a_script_reports_a_row_by_words(clone, monkeypatch):
    monkeypatch.setattr(rows, "ROOT", clone)
    monkeypatch.setattr(rows.record, "__defaults__", (clone,))
    monkeypatch.setattr(rows.sys, "argv", ["rows.py", "Cluster up", "by hand", "s", "apt", "-", "60.7", "59"])
    rows.main()
    assert f"| by hand |  | 59.9 s (59 to 60.7) | apt | {date.today()} |" in lines_of(clone)
