# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action manifest: it fetches an upstream manifest and changes it with kustomize.

It is an action and no module, so that all steps are one task, and the files exist for a moment only.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from shutil import which
from typing import Any

from ansible import constants
from ansible.plugins.action import ActionBase

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import (
    ClusterError,
    InputError,
    PodnetError,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.manifest import (
    build_kustomization,
    read_patches,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.downloads import fetch, find_checksum_fault

ARGUMENTS = {
    "url": {"type": "str", "required": True},
    "checksum": {"type": "str", "required": True},
    "images": {"type": "list", "elements": "str", "default": []},
    "registry": {"type": "str"},
    "patches": {"type": "list", "elements": "dict", "default": []},
}
# Either of these programs. A kubectl of pip is beside Python, and not always in PATH.
PROGRAMS = {"kustomize": "build", "kubectl": "kustomize"}
FILE = "manifest.yml"


def find_command() -> list[str]:
    """Find a program that runs kustomize, and the word for it. Raises InputError."""
    for folder in (str(Path(sys.executable).parent), None):
        for program, word in PROGRAMS.items():
            path = which(program, path=folder)
            if path:
                return [path, word]
    raise InputError("the controller has neither kustomize nor kubectl: install one of them")


def kustomize(folder: Path) -> str:
    """Run kustomize, and return what it makes. Raises ClusterError when it fails."""
    command = [*find_command(), str(folder)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        raise ClusterError(f"'{' '.join(command)}' ended with {done.returncode}: {done.stderr.strip()}")
    return done.stdout


def change(manifest: str, params: Mapping[str, Any]) -> str:
    """Change a manifest. Raises PodnetError."""
    kustomization = build_kustomization(
        FILE, manifest, params["images"], params["registry"], read_patches(params["patches"])
    )
    with tempfile.TemporaryDirectory(dir=constants.DEFAULT_LOCAL_TMP) as name:
        folder = Path(name)
        (folder / FILE).write_text(manifest, encoding="utf-8")
        # JSON is YAML too.
        (folder / "kustomization.yaml").write_text(json.dumps(kustomization), encoding="utf-8")
        return kustomize(folder)


class ActionModule(ActionBase):
    """The action, as Ansible finds it."""

    _requires_connection = False
    TRANSFERS_FILES = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Fetch the manifest, and change it. Check mode does so too, because no file stays."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        _validated, params = self.validate_argument_spec(argument_spec=ARGUMENTS)
        try:
            data = fetch(params["url"])
            fault = find_checksum_fault(data, params["checksum"])
            if fault:
                raise ClusterError(fault)
            manifest = change(data.decode("utf-8"), params)
        except PodnetError as error:
            # An exception would end the tries of the task.
            return {**result, "failed": True, "msg": str(error)}
        return {**result, "changed": False, "manifest": manifest}
