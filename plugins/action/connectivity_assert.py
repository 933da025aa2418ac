# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action connectivity_assert: it compares a matrix with its expectations, and writes the reports.

It is an action and no module, because its input is on the controller, and a large matrix has many megabytes to copy.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.cell_counts import bad_cells
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError, PodnetError
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.parts import Outsider
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.briefs import MOST_FULL, load_briefs, most_cells
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import (
    load_cells,
    load_endpoints,
    load_targets,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.comparison import (
    compare_reports,
    is_worse,
    text_comparison,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.crowds import Crowd
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.expected_cells import (
    only_computed,
    text_computed,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.failures import group_failures
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.judgements import judge, judge_exceptions
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.junit import junit_text
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.network_nodes import network_nodes
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.report import (
    check_report_name,
    json_report,
    json_text,
    report_time,
    summarize_all,
    text_excluded,
    text_matrix,
    text_scope,
    text_summary,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.report_versions import with_short_parts
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.rulebook import (
    EXPECTATION_ARGUMENTS,
    load_rulebook,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.runs import (
    add_run,
    read_runs,
    run_of,
    runs_text,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.without_detail import text_briefs
from ansible_collections.podnet.kubernetes.plugins.module_utils._page.page_parts import page_parts
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.settings import check_range
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.report_files import write_files
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.report_history import (
    PREVIOUS,
    REPORT,
    find_earlier,
    keep_report,
)
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.report_views import VIEWS, report_views
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.trend_page import TREND, trend_text

ARGUMENTS = {
    "name": {"type": "str", "required": True},
    "endpoints": {"type": "list", "elements": "dict", "required": True},
    "targets": {"type": "list", "elements": "dict", "required": True},
    "listeners": {"type": "list", "elements": "dict", "required": True},
    "cells": {"type": "list", "elements": "dict", "required": True},
    "briefs": {"type": "list", "elements": "dict", "default": []},
    **EXPECTATION_ARGUMENTS,
    "directory": {"type": "path"},
    "fail": {"type": "bool", "default": True},
    "fail_on": {"type": "str", "choices": ["any", "worse"], "default": "any"},
    "compare_with": {"type": "str"},
    "keep_reports": {"type": "int", "default": 0},
    "enforced_after": {"type": "float"},
    "started": {"type": "float"},
    "trails": {"type": "list", "elements": "dict", "default": []},
    "scope": {"type": "dict", "default": {}},
    "nodes": {"type": "list", "elements": "dict", "default": []},
    "responders": {"type": "list", "elements": "dict", "default": []},
    "excluded": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "name": {"type": "str", "required": True},
            "reason": {"type": "str", "required": True},
            "addresses": {"type": "list", "elements": "str", "default": []},
        },
    },
}


MOST_KEPT = 1000
# The file of each kind of report.
FILES = {
    "json": REPORT,
    "junit": "junit.xml",
    **VIEWS,
    "runs": "runs.jsonl",
    "trend": TREND,
}


def check(params: Mapping[str, Any]) -> None:
    """Refuse options with wrong values. Raises InputError."""
    check_report_name(params["name"])
    for name in ("overhead", "overhead_ipv6"):
        check_range(name, params[name] or 0)
    if not 0 <= params["keep_reports"] <= MOST_KEPT:
        raise InputError(f"keep_reports is {params['keep_reports']}: it must be from 0 to {MOST_KEPT}")
    if params["fail_on"] == "worse" and not params["compare_with"]:
        raise InputError("fail_on is worse, and compare_with is not set: give previous, or the path of a report.json")
    if params["compare_with"] == PREVIOUS and not (params["directory"] and params["keep_reports"]):
        raise InputError(
            "compare_with is previous, and no report is kept: set directory, and keep_reports to at least 1"
        )


def assess(
    params: Mapping[str, Any], earlier: Mapping[str, Any] | None = None, runs: str = ""
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the result of the task, and the contents of the reports by their kind, the keys of FILES.

    Args:
        params: the options
        earlier: the report to compare with
        runs: the content of runs.jsonl

    Raises:
        InputError: an option is wrong, or two options do not fit together
    """
    endpoints, targets = load_endpoints(params["endpoints"]), load_targets(params["targets"])
    cells, briefs, book = load_cells(params["cells"]), load_briefs(params["briefs"]), load_rulebook(params)
    crowd = Crowd()
    if briefs and (most_cells(endpoints, targets) > MOST_FULL or any(brief.unlisted for brief in briefs)):
        judgements, crowd = judge_exceptions(endpoints, targets, book, cells, briefs)
    else:
        given = (book.rules, book.settings, book.policy_cells, briefs)
        judgements = judge(endpoints, targets, book.listeners, cells, *given, idle_rules=bool(params["scope"]))
    groups, summary = group_failures(judgements, endpoints, crowd=crowd), summarize_all(judgements, crowd)
    excluded = [Outsider(one["name"], one["reason"]) for one in params["excluded"]]
    times = (params["started"], time.time())
    report = json_report(
        params["name"],
        endpoints,
        book.listeners,
        judgements,
        groups,
        book.settings,
        *times,
        excluded,
        params["trails"],
        network_nodes(params["nodes"], params["responders"]),
        briefs,
        crowd,
    )
    if params["scope"]:
        report = with_short_parts(report, scope=params["scope"])
    if params["enforced_after"] is not None:
        report = with_short_parts(report, enforced_after_seconds=params["enforced_after"])
    comparison = compare(earlier, report)
    if comparison:
        report = with_short_parts(report, comparison=comparison)
    computed = only_computed(book.policy_cells)
    if computed:
        report = {**report, "computed": [cell._asdict() for cell in computed]}
    lines = [
        *text_scope(params["scope"]),
        *text_summary(summary, groups),
        *text_briefs(judgements, crowd),
        *text_computed(computed),
        *(text_comparison(comparison) if comparison else []),
    ]
    result = {
        "changed": False,
        "summary": summary,
        "groups": report["groups"],
        "matrix": [*text_matrix(endpoints, judgements, crowd), *text_excluded(excluded), *lines],
        "msg": "\n".join(lines),
        "wrong": is_wrong(summary, comparison, params["fail_on"]),
    }
    contents = {
        "json": json_text(report),
        "junit": junit_text(params["name"], judgements, excluded, params["scope"], crowd),
        **report_views(report, page_parts(report)),
    }
    if params["keep_reports"]:
        contents.update(trend(report, runs))
    return result, contents


def compare(earlier: Mapping[str, Any] | None, report: Mapping[str, Any]) -> dict[str, Any] | None:
    """Compare the report with the earlier one, if there is one. Raises InputError when that has another form."""
    try:
        return None if earlier is None else compare_reports(earlier, report)
    except InputError as error:
        raise InputError(f"compare_with: the report cannot be compared: {error}: give another report") from None


def is_wrong(summary: Mapping[str, int], comparison: Mapping[str, Any] | None, fail_on: str) -> bool:
    """Say whether the run should fail. Without an earlier report, each bad cell is worse than before."""
    return is_worse(comparison) if comparison and fail_on == "worse" else bool(bad_cells(summary))


def trend(report: Mapping[str, Any], text: str) -> dict[str, str]:
    """Return the last runs with this one, and their page."""
    runs = add_run(read_runs(text), run_of(report))
    return {"runs": runs_text(runs), "trend": trend_text(report["name"], runs)}


def read_runs_file(directory: Path | None) -> str:
    """Read the runs before this one, if there are any."""
    path = directory / FILES["runs"] if directory else None
    try:
        return path.read_text(encoding="utf-8", errors="replace") if path and path.is_file() else ""
    except OSError as error:
        raise InputError(f"directory: {path} cannot be read: {error.strerror}: remove it") from None


def write_reports(directory: Path, contents: Mapping[str, str]) -> dict[str, str]:
    """Write the reports by their kind, and return their paths. Raises InputError when a file cannot be written."""
    write_files(directory, {FILES[kind]: content for kind, content in contents.items()})
    return {kind: str(directory / FILES[kind]) for kind in contents}


class ActionModule(ActionBase):
    """The action, as Ansible finds it."""

    _requires_connection = False
    TRANSFERS_FILES = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Judge the cells, and write the reports unless in check mode."""
        super().run(tmp, task_vars)
        _result, params = self.validate_argument_spec(argument_spec=ARGUMENTS)
        reports: dict[str, str] = {}
        try:
            check(params)
            folder = Path(params["directory"]) / params["name"] if params["directory"] else None
            begin = None if params["started"] is None else report_time(params["started"])
            earlier = find_earlier(params["compare_with"], folder, begin) if params["compare_with"] else None
            result, contents = assess(params, earlier, read_runs_file(folder))
            if folder and not self._task.check_mode:
                keep_report(folder, begin, params["keep_reports"])
                reports = write_reports(folder, contents)
        except PodnetError as error:
            raise AnsibleActionFail(str(error)) from error
        return {**result, "reports": reports, "failed": result["wrong"] and params["fail"]}
