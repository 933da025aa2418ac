# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action diagnosis_report: it writes what a diagnosis found.

It is an action and no module, because its input is on the controller.
"""

from __future__ import annotations

import json
import platform
import secrets
import time
from collections.abc import Mapping
from dataclasses import fields
from functools import lru_cache
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible.release import __version__ as ANSIBLE

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError, PodnetError
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.foreign_data import parse_json
from ansible_collections.podnet.kubernetes.plugins.module_utils._bundle.bundle import BundleParts, pack_bundle
from ansible_collections.podnet.kubernetes.plugins.module_utils._bundle.private_parts import without_private_parts
from ansible_collections.podnet.kubernetes.plugins.module_utils._bundle.redaction import without_names
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.junit import findings_junit
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.registry import chosen
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.sarif import sarif_document
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.report import json_text
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.report_shape import check_whole_report
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.report_versions import with_findings
from ansible_collections.podnet.kubernetes.plugins.module_utils._page.page_parts import page_parts
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.report_files import write_files
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.report_views import VIEWS, report_views

ARGUMENTS = {
    "diagnosis": {"type": "dict", "required": True},
    "directory": {"type": "path", "required": True},
    "only": {"type": "list", "elements": "str", "default": []},
    "report": {"type": "path"},
    "gathered": {"type": "dict"},
    "redact": {"type": "bool", "default": False},
}
_ROOT = Path(__file__).resolve().parents[2]


@lru_cache(maxsize=1)
def collection_version(root: Path = _ROOT) -> str:
    """Read the version of this collection: in its archive the manifest has it, in a clone galaxy.yml."""
    manifest = root / "MANIFEST.json"
    if manifest.exists():
        return str(json.loads(manifest.read_text())["collection_info"]["version"])
    lines = (root / "galaxy.yml").read_text().splitlines()
    return next(line.partition(":")[2].strip() for line in lines if line.startswith("version:"))


def report_texts(name: str, diagnosis: Mapping[str, Any], only: list[str]) -> dict[str, str]:
    """Return the content of each report by its name.

    Raises:
        InputError: an id in only is that of no finding
    """
    document = {key: value for key, value in diagnosis.items() if key != "lines"}
    sarif = sarif_document(document, chosen([]), collection_version())
    return {
        "findings.json": f"{json.dumps(document, indent=4, sort_keys=True)}\n",
        "findings.sarif": f"{json.dumps(sarif, indent=2)}\n",
        "findings.xml": findings_junit(name, document, [cause.id for cause in chosen(only)]),
    }


def bundle_of(gathered: Mapping[str, Any], redact: bool = False) -> bytes:
    """Pack what was gathered, without names if need be.

    Raises:
        InputError: a part is missing or has another form
    """
    unknown = sorted({field.name for field in fields(BundleParts)} ^ set(gathered))
    if unknown:
        raise InputError(
            f"gathered lacks {unknown[0]}, or does not know it: give what the lookup support_bundle returns"
        )
    given = BundleParts(**gathered)
    given.judged([])  # data of another form is refused as a whole: nobody knows what is private in it
    parts = without_private_parts(given)
    if redact:
        parts = without_names(parts, secrets.token_bytes(32))
    moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    about = {"collection": collection_version(), "ansible": ANSIBLE, "python": platform.python_version()}
    return pack_bundle(parts, chosen([]), {**about, "made": moment, "redacted": redact})


def add_findings(path: Path, findings: list[Mapping[str, Any]]) -> None:
    """Put the findings into the report of a verification, and write what is made from it anew.

    Raises:
        InputError: the file cannot be read or written, or is no such report
    """
    try:
        report = with_findings(parse_json(path.read_bytes()), findings)
        # Without a summary it is a part of a report, which has nothing to look at.
        if "summary" in report:
            check_whole_report(report)
    except (OSError, InputError) as error:
        raise InputError(f"report {path}: {error}") from None
    views = report_views(report, page_parts(report)) if "summary" in report else {}
    write_files(path.parent, {path.name: json_text(report), **{VIEWS[kind]: text for kind, text in views.items()}})


class ActionModule(ActionBase):
    """The action, as Ansible finds it."""

    _requires_connection = False
    TRANSFERS_FILES = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Write the reports, unless in check mode."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        _result, params = self.validate_argument_spec(argument_spec=ARGUMENTS)
        directory = Path(params["directory"])
        try:
            contents: dict[str, str | bytes] = {**report_texts(directory.name, params["diagnosis"], params["only"])}
            if params["gathered"]:
                contents["bundle.tar.gz"] = bundle_of(params["gathered"], params["redact"])
            if not self._task.check_mode:
                write_files(directory, contents)
                # Chosen findings alone would read like all of them.
                if params["report"] and not params["only"] and Path(params["report"]).is_file():
                    add_findings(Path(params["report"]), params["diagnosis"]["findings"])
        except PodnetError as error:
            raise AnsibleActionFail(str(error)) from error
        return {**result, "changed": False, "reports": [str(directory / name) for name in contents]}
