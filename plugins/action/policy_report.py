# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action policy_report: it writes the report of a proof of policies, and its page.

It is an action and no module, because its input is on the controller.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError, PodnetError
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.foreign_data import parse_json
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.report import check_report_name
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.report_shape import check_cells
from ansible_collections.podnet.kubernetes.plugins.module_utils._page.policy_steps import policy_parts
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.policy_lines import policy_lines
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.report_files import write_files
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.report_page import PAGE, policies_text

# The page of each report: a proof of the end alone leaves the page of the sequence.
PAGES = {"sequence.json": PAGE, "end.json": "end.html"}
ARGUMENTS = {
    "name": {"type": "str", "required": True},
    "directory": {"type": "path", "required": True},
    "file": {"type": "str", "choices": list(PAGES), "default": "sequence.json"},
    "steps": {"type": "list", "elements": "dict", "required": True},
    "policies": {"type": "list", "elements": "dict", "default": []},
}


def report_texts(params: Mapping[str, Any]) -> dict[str, str]:
    """Return the content of each file by its name. The page is missing when there is no step.

    Raises:
        InputError: an option is wrong, or the report of a step cannot be read
    """
    check_report_name(params["name"])
    steps = params["steps"]
    shown = [{key: value for key, value in step.items() if key != "definitions"} for step in steps]
    texts = {params["file"]: f"{json.dumps(shown, indent=4, sort_keys=True)}\n"}
    if not steps:
        return texts
    reports = [_read(step) for step in steps]
    others = [policy_lines(one) for one in params["policies"]]
    in_force = [[*(policy_lines(one) for one in step.get("definitions", ())), *others] for step in steps]
    parts = policy_parts(params["name"], shown, reports, in_force)
    return {**texts, PAGES[params["file"]]: policies_text(parts, str(reports[-1].get("finished", "")))}


def _read(step: Mapping[str, Any]) -> Mapping[str, Any]:
    """Read the report of a step."""
    path = Path(str(step.get("report")))
    try:
        report = parse_json(path.read_bytes())
    except (OSError, InputError) as error:
        raise InputError(f"steps: the report {path} of step {step.get('step')} cannot be read: {error}") from None
    try:
        check_cells(report)
    except InputError as error:
        raise InputError(f"steps: {path} of step {step.get('step')} is no report of a verification: {error}") from None
    return dict(report)


class ActionModule(ActionBase):
    """The action, as Ansible finds it."""

    _requires_connection = False
    TRANSFERS_FILES = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Write the report and its page, unless in check mode."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        _result, params = self.validate_argument_spec(argument_spec=ARGUMENTS)
        directory = Path(params["directory"]) / params["name"]
        try:
            texts = report_texts(params)
            if not self._task.check_mode:
                write_files(directory, texts)
        except PodnetError as error:
            raise AnsibleActionFail(str(error)) from error
        page = PAGES[params["file"]]
        paths = {"json": params["file"], **({"html": page} if page in texts else {})}
        return {**result, "changed": False, "reports": {kind: str(directory / name) for kind, name in paths.items()}}
