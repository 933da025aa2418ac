# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action node_drain: it takes the pods off a node of a cluster.

It is an action and no module, because it asks the API again and again over one connection. The module
kubernetes.core.k8s_drain asks once, stops at the first pod that a budget keeps, counts pods of DaemonSets with emptyDir
volumes as a reason to fail, and deletes pods without a controller when they have such a volume.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import ClusterError, PodnetError
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.draining import (
    LeavingPod,
    find_blocking_budgets,
    find_forbidden,
    find_leaving,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.fields import read_fields
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.api_requests import PATIENCE
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.cluster_api import ClusterApi, open_cluster

ARGUMENTS = {
    "kubeconfig": {"type": "path", "required": True},
    "name": {"type": "str", "required": True},
    "bare_pods": {"type": "bool", "default": False},
    "empty_dirs": {"type": "bool", "default": False},
    "timeout": {"type": "float", "default": 300.0},
}
PAUSE = 1.0  # seconds between two looks, at least


def takes_pods(cluster: ClusterApi, name: str) -> bool:
    """Whether the scheduler may put pods on a node. Raises ClusterError when there is no such node."""
    nodes = cluster.read("Node", resource_name=name)
    if not nodes:
        raise ClusterError(f"the cluster has no node {name}: give the name of one")
    return not read_fields(nodes[0].get("spec", {}), "spec").get("unschedulable")


def set_schedulable(cluster: ClusterApi, name: str, value: bool) -> None:
    """Let a node take pods, or not. Raises ClusterError."""
    spec = {"unschedulable": None if value else True}
    cluster.patch({"apiVersion": "v1", "kind": "Node", "metadata": {"name": name}, "spec": spec})


def look(cluster: ClusterApi, params: Mapping[str, Any]) -> tuple[LeavingPod, ...]:
    """Find the pods that have to leave the node. Raises ClusterError when one of them may not be evicted."""
    leaving = find_leaving(cluster.read("Pod", field_selector=f"spec.nodeName={params['name']}"))
    forbidden = find_forbidden(leaving, params["bare_pods"], params["empty_dirs"])
    if forbidden:
        raise ClusterError("; ".join(forbidden))
    return leaving


def evict(cluster: ClusterApi, params: Mapping[str, Any]) -> None:
    """Evict the pods of a node, and wait until they are gone.

    Raises:
        ClusterError: they are still there when the time is up, or the API has given no answer for a while
    """
    answered = time.monotonic()
    end = answered + params["timeout"]
    # The scheduler may have put one there before the node was cordoned.
    leaving = look(cluster, params)
    while leaving:
        began = time.monotonic()
        try:
            for pod in (one for one in leaving if not one.ending):
                cluster.evict(pod.namespace, pod.name)
            leaving = look(cluster, params)
        except ClusterError:
            # The API may start anew meanwhile.
            if time.monotonic() > answered + PATIENCE:
                raise
        else:
            answered = time.monotonic()
        if leaving and time.monotonic() >= end:
            raise ClusterError(explain(cluster, params["timeout"], leaving))
        time.sleep(max(PAUSE, time.monotonic() - began) if leaving else 0)


def explain(cluster: ClusterApi, timeout: float, leaving: Sequence[LeavingPod]) -> str:
    """Say which pods are still there, and which budgets keep them."""
    budgets = cluster.read_if_allowed("PodDisruptionBudget", api_version="policy/v1")
    blocking = find_blocking_budgets(budgets, {pod.namespace for pod in leaving})
    return (
        f"after {timeout:g} s these pods are still there: {', '.join(map(str, leaving))}. PodDisruptionBudgets that "
        f"allow no eviction: {'; '.join(blocking) or 'none'}"
    )


def give_back(cluster: ClusterApi, name: str, reason: ClusterError) -> None:
    """Uncordon a node that keeps its pods for a reason. Raises ClusterError with the reason when the API refuses."""
    try:
        set_schedulable(cluster, name, True)
    except ClusterError:
        raise ClusterError(f"{reason}; {name} takes no new pods until `kubectl uncordon {name}`") from None


def drain(cluster: ClusterApi, params: Mapping[str, Any], check_mode: bool) -> bool:
    """Take the pods off a node, and say whether that changed anything. A node that keeps pods is as it was before.

    Raises:
        ClusterError: a pod may not be evicted, or does not leave the node
    """
    leaving, cordons = look(cluster, params), takes_pods(cluster, params["name"])
    if check_mode:
        return cordons or bool(leaving)
    if cordons:
        set_schedulable(cluster, params["name"], False)
    try:
        evict(cluster, params)
    except ClusterError as error:
        if cordons:
            give_back(cluster, params["name"], error)
        raise
    return cordons or bool(leaving)


class ActionModule(ActionBase):
    """The action, as Ansible finds it."""

    _requires_connection = False
    TRANSFERS_FILES = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Drain the node; in check mode, say whether that would change anything."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        _validated, params = self.validate_argument_spec(argument_spec=ARGUMENTS)
        try:
            changed = drain(open_cluster(self, params["kubeconfig"]), params, self._task.check_mode)
        except PodnetError as error:
            raise AnsibleActionFail(str(error)) from error
        return {**result, "changed": changed}
