# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action cluster_objects: it applies the objects of a manifest to a cluster.

It is an action and no module, because the Kubernetes client takes longer to load than all requests together.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml
from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError, PodnetError
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.cluster_api import open_cluster

ARGUMENTS = {
    "kubeconfig": {"type": "path", "required": True},
    "manifest": {"type": "str", "required": True},
}
# The cluster changes these by itself.
_RUNNING = ("generation", "managedFields", "resourceVersion")


def read_objects(manifest: str) -> list[dict[str, Any]]:
    """Read the objects of a manifest. Raises InputError."""
    try:
        objects = [one for one in yaml.safe_load_all(manifest) if one is not None]
    except yaml.YAMLError as error:
        raise InputError(f"manifest is no YAML: {' '.join(str(error).split())}") from None
    for index, one in enumerate(objects):
        metadata = one.get("metadata") if isinstance(one, dict) else None
        if not (isinstance(metadata, dict) and all((one.get("apiVersion"), one.get("kind"), metadata.get("name")))):
            raise InputError(f"object {index} of manifest lacks apiVersion, kind or metadata.name: give all three")
    return objects


def lasting(one: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what the cluster changes by itself."""
    metadata = {key: value for key, value in one.get("metadata", {}).items() if key not in _RUNNING}
    return {**{key: value for key, value in one.items() if key != "status"}, "metadata": metadata} if one else {}


def describe(one: Mapping[str, Any]) -> str:
    """Name an object."""
    metadata = one["metadata"]
    return " ".join([one["kind"], "/".join(filter(None, [metadata.get("namespace"), metadata["name"]]))])


def find_difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, str] | None:
    """Compare an object before and after."""
    old, new = lasting(before), lasting(after)
    if old == new:
        return None
    name = describe(after)
    texts = {key: yaml.safe_dump(value) if value else "" for key, value in (("before", old), ("after", new))}
    return {"before_header": name, "after_header": name, **texts}


class ActionModule(ActionBase):
    """The action, as Ansible finds it."""

    _requires_connection = False
    TRANSFERS_FILES = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Apply the objects in their order; in check mode, let the API say what that would change."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        _validated, params = self.validate_argument_spec(argument_spec=ARGUMENTS)
        cluster = open_cluster(self, params["kubeconfig"])
        try:
            pairs = [
                (cluster.find(one), cluster.apply(one, dry_run=self._task.check_mode))
                for one in read_objects(params["manifest"])
            ]
        except PodnetError as error:
            raise AnsibleActionFail(str(error)) from error
        diff = [one for one in (find_difference(before, after) for before, after in pairs) if one]
        shown = {"diff": diff} if self._task.diff else {}
        return {**result, **shown, "changed": bool(diff), "changes": [one["after_header"] for one in diff]}
