# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pods that leave a node, those that may not be evicted, and what keeps the others there. No I/O, no Ansible.

The rules are those of C(kubectl drain): the pods of DaemonSets and static pods stay, whatever volumes they have.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.fields import (
    errors_of,
    read_fields,
    read_items,
    read_list,
    read_metadata,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.pod_status import read_pod_status

# The kubelet writes it to the mirror pod of a static pod.
_MIRROR = "kubernetes.io/config.mirror"


@dataclass(frozen=True)
class LeavingPod:
    """A pod that has to leave its node.

    Attributes:
        namespace, name: of the pod
        ending: whether it is being deleted
        bare: whether no controller makes it again
        empty_dir: whether it loses data in an emptyDir volume
    """

    namespace: str
    name: str
    ending: bool = False
    bare: bool = False
    empty_dir: bool = False

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}"


def find_leaving(pods: Any) -> tuple[LeavingPod, ...]:
    """Find the pods of a node that have to leave it.

    Raises:
        InputError: an object is no Pod
    """
    return tuple(_read_leaving(pods))


def find_forbidden(leaving: Sequence[LeavingPod], bare: bool, empty_dirs: bool) -> list[str]:
    """Say which pods may not be evicted. One that is being deleted needs no permission any more.

    Args:
        leaving: the pods
        bare: whether pods that no controller makes again may be deleted
        empty_dirs: whether data in emptyDir volumes may be lost
    """
    asked = [pod for pod in leaving if not pod.ending]
    lonely = [str(pod) for pod in asked if pod.bare and not bare]
    losing = [str(pod) for pod in asked if pod.empty_dir and not empty_dirs]
    return [
        *([f"no controller makes these pods again: {', '.join(lonely)}"] if lonely else []),
        *([f"these pods lose the data in their emptyDir volumes: {', '.join(losing)}"] if losing else []),
    ]


def find_blocking_budgets(budgets: Any, namespaces: Collection[str]) -> list[str]:
    """Describe the PodDisruptionBudgets of some namespaces that allow no eviction now.

    Raises:
        InputError: an object is no PodDisruptionBudget
    """
    found = []
    for item in read_list(budgets, "budgets"):
        metadata = read_metadata(item, "budgets", "PodDisruptionBudget")
        with errors_of(metadata):
            status = read_fields(read_fields(item, "budget").get("status", {}), "status")
        if metadata.namespace in namespaces and not status.get("disruptionsAllowed"):
            healthy, wanted = status.get("currentHealthy", 0), status.get("desiredHealthy", 0)
            found.append(f"{metadata} needs {wanted} ready pods, and {healthy} are ready")
    return sorted(found)


def _read_leaving(pods: Any) -> Iterator[LeavingPod]:
    for item in read_list(pods, "pods"):
        metadata = read_metadata(item, "pods", "Pod")
        with errors_of(metadata):
            fields = read_fields(item, "pod")
            more = read_fields(fields["metadata"], "metadata")
            owners = [
                read_fields(one, path).get("kind") for path, one in read_items(more, "ownerReferences", "metadata")
            ]
            if "DaemonSet" in owners or _MIRROR in read_fields(more.get("annotations", {}), "metadata.annotations"):
                continue
            # One that has ended has nothing to lose.
            ended = read_pod_status(fields).phase in ("Succeeded", "Failed")
            yield LeavingPod(
                metadata.namespace,
                metadata.name,
                ending="deletionTimestamp" in more,
                bare=not owners and not ended,
                empty_dir=_has_empty_dir(fields) and not ended,
            )


def _has_empty_dir(fields: Mapping[str, Any]) -> bool:
    spec = read_fields(fields.get("spec", {}), "spec")
    return any("emptyDir" in read_fields(one, path) for path, one in read_items(spec, "volumes", "spec"))


__all__ = ["LeavingPod", "find_blocking_budgets", "find_forbidden", "find_leaving"]
