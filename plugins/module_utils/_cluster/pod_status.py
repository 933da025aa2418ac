# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The status of a pod: whether the pod is ready, and why its containers wait. No I/O, no Ansible."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.fields import read_fields, read_items

# Every container waits so before it starts for the first time: that explains nothing.
_BEGINNING = ("ContainerCreating", "PodInitializing")


@dataclass(frozen=True)
class Waiting:
    """A container that waits, with the reason and the message of the kubelet."""

    container: str
    reason: str
    message: str

    def __str__(self) -> str:
        return f"container {self.container} waits: {self.reason}{f' ({self.message})' if self.message else ''}"


@dataclass(frozen=True)
class PodStatus:
    """The status of a pod.

    Attributes:
        phase: such as V(Running)
        ready: whether the pod has the condition Ready
        containers_ready: whether the pod has containers, and all of them are ready
        waiting: the containers that wait, in the order in which they start
    """

    phase: str
    ready: bool
    containers_ready: bool
    waiting: tuple[Waiting, ...]

    @property
    def obstacle(self) -> Waiting | None:
        """The first container that waits for another reason than that it just begins."""
        return next((one for one in self.waiting if one.reason not in _BEGINNING), None)


def read_pod_status(pod: Any) -> PodStatus:
    """Read the status of a Pod object. Raises InputError when a field is not as the API has it."""
    status = read_fields(read_fields(pod, "pod").get("status", {}), "status")
    conditions, init, containers = (
        [read_fields(item, path) for path, item in read_items(status, name, "status")]
        for name in ("conditions", "initContainerStatuses", "containerStatuses")
    )
    return PodStatus(
        phase=str(status.get("phase", "Pending")),
        ready=any((one.get("type"), one.get("status")) == ("Ready", "True") for one in conditions),
        containers_ready=bool(containers) and all(one.get("ready") for one in containers),
        waiting=tuple(_read_waiting([*init, *containers])),
    )


def _read_waiting(statuses: Iterable[Mapping[str, Any]]) -> Iterator[Waiting]:
    for one in statuses:
        waiting = read_fields(read_fields(one.get("state", {}), "state").get("waiting", {}), "waiting")
        if waiting.get("reason"):
            yield Waiting(str(one.get("name")), str(waiting["reason"]), str(waiting.get("message", "")))


__all__ = ["PodStatus", "read_pod_status"]
