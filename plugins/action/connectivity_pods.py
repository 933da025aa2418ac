# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action connectivity_pods: it makes the pods of a verification, waits for them, and deletes them.

It is an action and no module, because the Kubernetes client takes longer to load than all requests together. One
process makes the objects, waits, and reads what the verification needs.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import ClusterError, PodnetError
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.parts import divide_nodes
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.pods import read_pods
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.readiness import find_unready
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.selection import (
    PodSelector,
    find_waiting,
    load_selectors,
)
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.api_requests import private_keys
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.cluster_api import ClusterApi, open_cluster

ARGUMENTS = {
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "kubeconfig": {"type": "path", "required": True},
    "objects": {"type": "list", "elements": "dict", "required": True},
    "services": {"type": "list", "elements": "str", "default": []},
    "pod_selectors": {"type": "list", "elements": "dict", "default": []},
    "exclude_nodes": {"type": "list", "elements": "str", "default": []},
    "config_maps": {"type": "bool", "default": False},
    "timeout": {"type": "float", "default": 120.0},
}
T = TypeVar("T")
AT_ONCE = 8  # requests
PAUSE = 0.2  # seconds between two looks at the pods, at least
READ: Mapping[str, Mapping[str, str]] = {
    "nodes": {"kind": "Node"},
    "pods": {"kind": "Pod"},
    "services": {"kind": "Service"},
    "endpoint_slices": {"kind": "EndpointSlice", "api_version": "discovery.k8s.io/v1"},
}


def for_all(work: Callable[[Mapping[str, Any]], T], objects: Sequence[Mapping[str, Any]]) -> list[T]:
    """Work on the namespace, which is the first object, and then on all others at once. Raises ClusterError."""
    # With the namespace the client learns all kinds of v1, so the threads only read what it knows.
    with private_keys(), ThreadPoolExecutor(AT_ONCE) as pool:
        return [work(one) for one in objects[:1]] + list(pool.map(work, objects[1:]))


def wait(
    cluster: ClusterApi,
    objects: Iterable[Mapping[str, Any]],
    services: list[str],
    selectors: Sequence[PodSelector],
    exclude: list[str],
    end: float,
) -> tuple[dict[str, Any], list[str]]:
    """Wait until the pods among the objects are ready, selected pods run, and Services have ready endpoints.

    Args:
        cluster: where they are
        objects: pods and Services of our own, and their namespace
        services: Services of others, NAMESPACE/NAME
        selectors: of pods of others
        exclude: the nodes to leave out
        end: when to stop waiting, as the monotonic clock has it

    Returns:
        What the cluster has at the end, and a few words for each pod and Service that is not ready even then.

    Raises:
        ClusterError: the API fails twice in a row
        InputError: an entry of `exclude` fits no node
    """
    kinds = [one["kind"] for one in objects]
    namespace = next((one["metadata"]["name"] for one in objects if one["kind"] == "Namespace"), None)
    failed = False
    while True:
        asked = time.monotonic()
        try:
            found = {name: cluster.read(**question) for name, question in READ.items()}
        except ClusterError:
            if failed:
                raise
            failed = True
        else:
            failed = False
            outsiders = divide_nodes(found["nodes"], exclude).outsiders
            unready = find_unready(found, services, namespace, kinds.count("Pod"), outsiders)
            if selectors:
                unready += find_waiting(read_pods(found["pods"]), selectors, outsiders)
            if not unready or time.monotonic() >= end:
                return found, unready
        # A large cluster answers for seconds: it has as long to rest.
        time.sleep(max(PAUSE, time.monotonic() - asked))


class ActionModule(ActionBase):
    """The action, as Ansible finds it."""

    _requires_connection = False
    TRANSFERS_FILES = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Make the objects and wait, or delete them."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        _result, params = self.validate_argument_spec(argument_spec=ARGUMENTS)
        if self._task.check_mode:
            return {**result, "changed": bool(params["objects"])}
        cluster = open_cluster(self, params["kubeconfig"], params["timeout"])
        try:
            work = self._delete if params["state"] == "absent" else self._make
            return {**result, **work(cluster, params)}
        except PodnetError as error:
            raise AnsibleActionFail(str(error)) from error

    @staticmethod
    def _make(cluster: ClusterApi, params: Mapping[str, Any]) -> dict[str, Any]:
        objects, end = params["objects"], time.monotonic() + params["timeout"]
        selectors = load_selectors(params["pod_selectors"])
        for_all(cluster.apply, objects)
        found, unready = wait(cluster, objects, params["services"], selectors, params["exclude_nodes"], end)
        # Credentials that may not read ConfigMaps are no reason to fail.
        maps = cluster.read_if_allowed("ConfigMap", namespace="kube-system") if params["config_maps"] else []
        return {"changed": bool(objects), "objects": found, "config_maps": maps, "unready": unready}

    @staticmethod
    def _delete(cluster: ClusterApi, params: Mapping[str, Any]) -> dict[str, Any]:
        names = [one["metadata"]["name"] for one in params["objects"] if one["kind"] == "Namespace"]
        try:
            were_there = for_all(cluster.delete, params["objects"])
        except ClusterError as error:
            raise ClusterError(f"{error}; the namespace {', '.join(names)} may stay: the next run deletes it") from None
        return {"changed": any(were_there)}
