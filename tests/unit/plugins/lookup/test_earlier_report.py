# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

import pytest
from ansible.errors import AnsibleLookupError

from ansible_collections.podnet.kubernetes.plugins.lookup.earlier_report import LookupModule

REPORT = {
    "schema": "podnet.kubernetes/connectivity-report",
    "version": 1,
    "name": "lab",
    "finished": "2026-11-28T18:00:12Z",
    "summary": {"cells": 0},
    "cells": [],
}


def look(*terms, **options):
    return LookupModule().run(list(terms), **options)


@pytest.mark.parametrize("version", [1, 2])
def test_the_counts_of_a_report(tmp_path, version):
    (tmp_path / "report.json").write_text(json.dumps({**REPORT, "version": version}))
    account = {"name": "lab", "version": version, "time": REPORT["finished"], "summary": {"cells": 0}}
    assert look(str(tmp_path / "report.json")) == [account]
    assert look("previous", directory=str(tmp_path)) == [account]


def test_there_is_no_previous_run(tmp_path):
    assert look("previous", directory=str(tmp_path)) == []
    assert look("previous") == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "it cannot be read: No such file or directory: give the path of a report.json, or previous"),
        ({**REPORT, "version": 3}, "it has version 3, and this collection knows 2 at most"),
        ({**REPORT, "cells": [{}]}, "source is missing"),
    ],
)
def test_another_file_is_refused(tmp_path, content, message):
    path = tmp_path / "report.json"
    if content:
        path.write_text(json.dumps(content))
    with pytest.raises(AnsibleLookupError) as raised:
        look(str(path))
    assert raised.value.message == f"report {path}: {message}"
