# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action cluster_ready: it waits until nodes, DaemonSets and Deployments of a cluster are ready.

It is an action and no module, because the Kubernetes client takes longer to load than all requests together.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from ansible.plugins.action import ActionBase

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import ClusterError, PodnetError
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.rollouts import (
    find_waiting,
    find_waiting_nodes,
)
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.cluster_api import open_cluster

ARGUMENTS = {
    "kubeconfig": {"type": "path", "required": True},
    "nodes": {"type": "str", "choices": ["any", "subnets", "ready"]},
    "annotation": {"type": "str", "default": ""},
    "kubelet": {"type": "str", "default": ""},
    "daemon_sets": {"type": "list", "elements": "str", "default": []},
    "deployments": {"type": "list", "elements": "str", "default": []},
    "left_out": {"type": "list", "elements": "str", "default": []},
    "timeout": {"type": "float", "default": 120.0},
}
PAUSE = 0.3  # seconds between two looks, at least
Read = Callable[..., list[dict[str, Any]]]


def workloads(params: Mapping[str, Any]) -> list[dict[str, str]]:
    """Make the options of the lookup for each DaemonSet and Deployment."""
    named = [("DaemonSet", one.partition("/")) for one in params["daemon_sets"]]
    named += [("Deployment", one.partition("/")) for one in params["deployments"]]
    return [
        {"kind": kind, "api_version": "apps/v1", "namespace": namespace, "resource_name": name}
        for kind, (namespace, _slash, name) in named
    ]


def look(read: Read, params: Mapping[str, Any]) -> tuple[list[dict[str, Any]], list[str]]:
    """Read the objects once: the nodes, and a few words for each object that is not ready. Raises ClusterError."""
    # The nodes last: they have what the pods of a network wrote before these were ready.
    found = [(asked, read(**asked)) for asked in workloads(params)]
    nodes = read(kind="Node") if params["nodes"] else []
    left_out = set(params["left_out"])
    away = [one for one in nodes if one["metadata"]["name"] in left_out]
    here = [one for one in nodes if one["metadata"]["name"] not in left_out]
    waiting = find_waiting_nodes(here, params["nodes"], params["annotation"], params["kubelet"])
    # On these nodes the pods of a DaemonSet are not ready either.
    spared = len(find_waiting_nodes(away, "ready"))
    for asked, objects in found:
        waiting += find_waiting(asked["kind"], objects, spared if asked["kind"] == "DaemonSet" else 0)
        # A cluster may have another DNS than the Deployment, but has the DaemonSet that was applied before.
        if not objects and asked["kind"] == "DaemonSet":
            waiting.append(f"there is no DaemonSet {asked['namespace']}/{asked['resource_name']}")
    return nodes, waiting


def wait(read: Read, params: Mapping[str, Any]) -> tuple[list[dict[str, Any]], list[str]]:
    """Look until all is ready, or the time is up. Raises ClusterError when the API fails twice in a row."""
    end, failed = time.monotonic() + params["timeout"], False
    while True:
        began = time.monotonic()
        try:
            nodes, waiting = look(read, params)
        except ClusterError:
            if failed or time.monotonic() >= end:
                raise
            failed = True
        else:
            failed = False
            if not waiting or time.monotonic() >= end:
                return nodes, waiting
        # A large cluster answers for seconds: it has as long to rest.
        time.sleep(max(PAUSE, time.monotonic() - began))


class ActionModule(ActionBase):
    """The action, as Ansible finds it."""

    _requires_connection = False
    TRANSFERS_FILES = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Wait."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        _validated, params = self.validate_argument_spec(argument_spec=ARGUMENTS)
        try:
            nodes, waiting = wait(open_cluster(self, params["kubeconfig"]).read, params)
        except PodnetError as error:
            # An exception would pass by the failed_when of a task, which lets check mode go on without a cluster.
            return {**result, "failed": True, "msg": str(error)}
        if waiting:
            return {**result, "failed": True, "msg": f"after {params['timeout']:g} s: {'; '.join(waiting)}"}
        return {**result, "changed": False, "nodes": nodes}
