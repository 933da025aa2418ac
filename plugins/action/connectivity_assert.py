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

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.addresses import FAMILIES
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError, PodnetError
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.parts import Outsider
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import (
    CHECKS,
    KINDS,
    load_cells,
    load_endpoints,
    load_listeners,
    load_targets,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.expectations import NetworkSettings, load_rules
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.expected_cells import load_expected_cells
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.failures import group_failures
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.judgements import judge
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.page_data import page_data
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.report import (
    REPORT_NAME,
    json_report,
    json_text,
    junit_text,
    summarize,
    text_excluded,
    text_matrix,
    text_summary,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.settings import check_range
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.report_files import write_files
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.report_page import PAGE, page_text

ARGUMENTS = {
    "name": {"type": "str", "required": True},
    "endpoints": {"type": "list", "elements": "dict", "required": True},
    "targets": {"type": "list", "elements": "dict", "required": True},
    "listeners": {"type": "list", "elements": "dict", "required": True},
    "cells": {"type": "list", "elements": "dict", "required": True},
    "expectations": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "source": {"type": "str", "default": "*"},
            "target": {"type": "str", "default": "*"},
            "source_kind": {"type": "str", "choices": ["pod", "node"]},
            "target_kind": {"type": "str", "choices": list(KINDS)},
            "checks": {"type": "list", "elements": "str", "choices": list(CHECKS)},
            "families": {"type": "list", "elements": "str", "choices": list(FAMILIES)},
            "outcome": {"type": "str", "choices": ["reachable", "blocked"]},
            "source_address": {"type": "str", "choices": ["own", "any", "translated"]},
        },
    },
    "policy_cells": {"type": "list", "elements": "dict", "default": []},
    "overhead": {"type": "int"},
    "pod_to_node_source": {"type": "str", "choices": ["any", "own"], "default": "any"},
    "directory": {"type": "path"},
    "fail": {"type": "bool", "default": True},
    "started": {"type": "float"},
    "trails": {"type": "list", "elements": "dict", "default": []},
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


def check(params: Mapping[str, Any]) -> None:
    """Refuse options with wrong values. Raises InputError."""
    if not REPORT_NAME.fullmatch(params["name"]):
        raise InputError(
            f"name {params['name']!r} is not a name of a report: give letters, digits and ._-, a letter or digit first"
        )
    check_range("overhead", params["overhead"] or 0)


def assess(params: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the result of the task, and the contents of the reports by their kind, V(json), V(junit) and V(html).

    Raises:
        InputError: an option is wrong, or two options do not fit together
    """
    check(params)
    settings = NetworkSettings(params["overhead"], params["pod_to_node_source"])
    endpoints, listeners = load_endpoints(params["endpoints"]), load_listeners(params["listeners"])
    targets, rules = load_targets(params["targets"]), load_rules(params["expectations"])
    cells = load_cells(params["cells"])
    policy_cells = load_expected_cells(params["policy_cells"], "policy_cells")
    judgements = judge(endpoints, targets, listeners, cells, rules, settings, policy_cells)
    groups, summary = group_failures(judgements, endpoints), summarize(judgements)
    excluded = [Outsider(one["name"], one["reason"]) for one in params["excluded"]]
    times = (params["started"], time.time())
    report = json_report(
        params["name"], endpoints, listeners, judgements, groups, settings, *times, excluded, params["trails"]
    )
    lines = text_summary(summary, groups)
    result = {
        "changed": False,
        "summary": summary,
        "groups": report["groups"],
        "matrix": [*text_matrix(endpoints, judgements), *text_excluded(excluded), *lines],
        "msg": "\n".join(lines),
    }
    return result, {
        "json": json_text(report),
        "junit": junit_text(params["name"], judgements, excluded),
        "html": page_text(report, page_data(report)),
    }


def write_reports(directory: Path, contents: Mapping[str, str]) -> dict[str, str]:
    """Write the reports by their kind, and return their paths. Raises InputError when a file cannot be written."""
    names = {"json": "report.json", "junit": "junit.xml", "html": PAGE}
    write_files(directory, {name: contents[kind] for kind, name in names.items()})
    return {kind: str(directory / name) for kind, name in names.items()}


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
            result, contents = assess(params)
            if params["directory"] and not self._task.check_mode:
                reports = write_reports(Path(params["directory"]) / params["name"], contents)
        except PodnetError as error:
            raise AnsibleActionFail(str(error)) from error
        bad = sum(result["summary"].get(verdict, 0) for verdict in ("failed", "flapping", "not_probed"))
        return {**result, "reports": reports, "failed": bool(bad and params["fail"])}
