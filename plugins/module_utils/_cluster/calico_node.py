# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The reasons why pods of calico-node do not start. No I/O, no Ansible.

Source: Calico v3.31.0, node/pkg/lifecycle/startup. When another node has its address, calico-node logs a line and
exits, unless DISABLE_NODE_IP_CHECK is true.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.options import read_dicts_option
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.fields import (
    read_fields,
    read_list,
    read_metadata,
    read_text,
    read_word,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.pod_status import PodStatus, read_pod_status

_CONFLICT = re.compile(r"Calico node '([^']+)' is already using the IPv[46] address ([0-9a-fA-F.:]+[0-9a-fA-F])")
# 2026-01-02 03:04:05.678 [ERROR][9] startup/startup.go 99: message
_SERIOUS = re.compile(r"\[(?:ERROR|FATAL|PANIC)\]\[\d+\] \S+ \d+: (.+)")


@dataclass(frozen=True)
class _Pod:
    """A pod of calico-node, and the name of its node; None: the pod is on no node."""

    name: str
    node: str | None
    status: PodStatus


def start_problems(pods: Iterable[Mapping[str, Any]], results: Any) -> list[str]:
    """Say for each pod of calico-node that is not ready why it is not.

    Args:
        pods: Pod objects of the DaemonSet calico-node
        results: the results of a loop over names of pods that read the log of the container calico-node; each has the
            name (C(item)) and the log, if there is one

    Raises:
        InputError: a pod is no Pod object, or the results are no such list
    """
    logs = dict(map(_read_log, read_dicts_option("results", results)))
    try:
        found = [_read_pod(item, f"pods[{index}]") for index, item in enumerate(read_list(pods, "pods"))]
    except InputError as error:
        raise InputError(f"the input is {pods!r}: give a list of Pod objects ({error})") from None
    waiting = [pod for pod in found if not pod.status.containers_ready]
    return [f"{pod.node or pod.name}: {_start_problem(pod, logs.get(pod.name) or '')}" for pod in waiting]


def _read_log(result: Mapping[str, Any]) -> tuple[Any, str | None]:
    """Read the name of a pod and its log. Raises InputError."""
    name, log = read_word(read_fields(result, "results"), "item", "results"), result.get("log")
    if log is not None and not isinstance(log, str):
        raise InputError(f"results has the log {log!r} of {name}: give the log as a text")
    return name, log


def _read_pod(item: Any, where: str) -> _Pod:
    """Read a Pod object. Raises InputError."""
    name = read_metadata(item, where, "Pod").name
    spec = read_fields(read_fields(item, where).get("spec"), f"{where}.spec")
    return _Pod(name, read_text(spec, "nodeName", f"{where}.spec"), read_pod_status(item))


def _start_problem(pod: _Pod, log: str) -> str:
    """Say why a pod is not ready, by its log and its status."""
    conflicts = _CONFLICT.findall(log)
    if conflicts:
        other, address = conflicts[-1]
        return f"calico-node does not start with the address {address}, because {other} has the same address"
    errors = _SERIOUS.findall(log)
    if errors:
        return f"calico-node logs: {errors[-1].strip()}"
    if pod.status.obstacle:
        return f"the {pod.status.obstacle}"
    return f"calico-node is not ready: read kubectl -n kube-system logs {pod.name}"


__all__ = ["start_problems"]
