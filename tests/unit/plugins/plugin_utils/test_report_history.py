# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.report_history import (
    find_earlier,
    keep_report,
    read_report,
)

REPORT = {"schema": "podnet.kubernetes/connectivity-report", "version": 2, "name": "lab", "cells": []}


def write(path, begin, **more):
    """Write a report of a run that began at this minute and ended a second later."""
    path.parent.mkdir(exist_ok=True, parents=True)
    times = {"started": f"2026-11-28T18:{begin:02}:00Z", "finished": f"2026-11-28T18:{begin:02}:01Z"}
    path.write_text(json.dumps({**REPORT, **times, **more}))
    return times["started"]


def begins(directory):
    return [json.loads(path.read_text())["started"][14:16] for path in sorted((directory / "earlier").iterdir())]


def test_the_previous_run_is_the_report_in_the_place_of_the_new_one(tmp_path):
    begin = write(tmp_path / "report.json", 1)
    assert find_earlier("previous", tmp_path)["started"] == begin
    assert find_earlier("previous", tmp_path, "2026-11-28T19:00:00Z")["started"] == begin


def test_a_report_of_the_run_itself_is_not_its_previous_one(tmp_path):
    own = write(tmp_path / "report.json", 3)
    assert find_earlier("previous", tmp_path, own) is None
    write(tmp_path / "earlier" / "2026-11-28T180101Z.json", 1)
    before = write(tmp_path / "earlier" / "2026-11-28T180201Z.json", 2)
    assert find_earlier("previous", tmp_path, own)["started"] == before


def test_there_need_be_no_previous_run(tmp_path):
    assert find_earlier("previous", tmp_path / "none") is None
    assert find_earlier("previous", None) is None


def test_a_path_is_read(tmp_path, monkeypatch):
    begin = write(tmp_path / "previous", 1)
    monkeypatch.chdir(tmp_path)
    assert find_earlier("./previous", None)["started"] == begin


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, r"it cannot be read: No such file or directory: give the path of a report\.json, or previous"),
        ("{", "no JSON"),
        ("[]", r"it is no report\.json of a verification"),
        (json.dumps({**REPORT, "version": 3}), "it has version 3, and this collection knows 2 at most"),
    ],
)
def test_another_file_is_refused(tmp_path, content, message):
    path = tmp_path / "r.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(InputError, match=rf"report {path}: {message}"):
        read_report(path)


def test_reports_of_other_runs_are_kept_up_to_a_number(tmp_path):
    for minute in range(5):
        begin = f"2026-11-28T18:{minute:02}:00Z"
        keep_report(tmp_path, begin, 2)
        assert write(tmp_path / "report.json", minute) == begin
        keep_report(tmp_path, begin, 2)  # the same run, once more
    assert begins(tmp_path) == ["02", "03"]


def test_no_reports_are_kept(tmp_path):
    write(tmp_path / "report.json", 1)
    write(tmp_path / "earlier" / "2026-11-28T180001Z.json", 0)
    keep_report(tmp_path, None, 0)
    assert list((tmp_path / "earlier").iterdir()) == []


def test_a_hostile_time_names_a_file_in_the_directory(tmp_path):
    write(tmp_path / "report.json", 1, finished="../../x")
    keep_report(tmp_path, None, 1)
    assert [path.name for path in (tmp_path / "earlier").iterdir()] == ["x.json"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["earlier", "report.json"]


@pytest.mark.parametrize("content", [None, "{", '{"schema": "other"}'])
def test_what_is_no_report_is_not_kept(tmp_path, content):
    if content:
        (tmp_path / "report.json").write_text(content)
    keep_report(tmp_path, None, 3)
    assert not (tmp_path / "earlier").exists()


def test_a_file_that_cannot_be_removed_is_named(tmp_path):
    write(tmp_path / "report.json", 1)
    (tmp_path / "earlier" / "2020.json").mkdir(parents=True)
    with pytest.raises(InputError, match=r"report .*2020\.json: it cannot be removed: Is a directory: remove it"):
        keep_report(tmp_path, None, 1)
