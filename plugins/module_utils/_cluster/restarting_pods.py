# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pods that start anew when the cluster gets another pod network. No I/O, no Ansible."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.carried_pods import find_carried_pods
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.fields import (
    errors_of,
    read_fields,
    read_items,
    read_list,
    read_metadata,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.network_evidence import TAINT
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.pod_status import read_pod_status

# It belongs to Calico and goes with it.
_OWN = {"k8s-app": "calico-kube-controllers"}


@dataclass(frozen=True)
class RestartingPods:
    """The pods that have an address of the pod network.

    Attributes:
        number: how many they are
        bare: NAMESPACE/NAME of those that no controller makes again
        empty_dirs: NAMESPACE/NAME of those that a controller makes again and that have emptyDir volumes
        returning: NAMESPACE/KIND/NAME of the controllers whose pods no taint keeps off a node
        unready: NAMESPACE/KIND/NAME of the controllers with pods that are not ready
    """

    number: int
    bare: tuple[str, ...]
    empty_dirs: tuple[str, ...]
    returning: tuple[str, ...]
    unready: tuple[str, ...]


@dataclass(frozen=True)
class _Pod:
    """A pod with what the plan reads of it; controller is the pod itself where no controller makes it again."""

    name: str
    controller: str
    owned: bool
    empty_dir: bool
    tolerates: bool
    ready: bool
    carried: bool


def find_restarting_pods(value: Any) -> RestartingPods:
    """Find the pods that start anew.

    Raises:
        InputError: the value is no list of Pod objects
    """
    carried = {str(pod) for pod in find_carried_pods(value).pods}
    every = list(_read(value))
    pods = [pod for pod in every if pod.name in carried]
    return RestartingPods(
        number=len(pods),
        bare=tuple(pod.name for pod in pods if not pod.owned),
        empty_dirs=tuple(pod.name for pod in pods if pod.owned and pod.empty_dir),
        returning=tuple(dict.fromkeys(pod.controller for pod in pods if pod.owned and pod.tolerates)),
        unready=tuple(dict.fromkeys(pod.controller for pod in every if pod.carried and not pod.ready)),
    )


def find_waiting_pods(value: Any, ignored: Collection[str]) -> list[str]:
    """Name the pods that are on the pod network, or wait for it, and are not ready.

    Args:
        value: Pod objects
        ignored: controllers whose pods do not count, as NAMESPACE/KIND/NAME

    Raises:
        InputError: the value is no list of Pod objects
    """
    return [pod.name for pod in _read(value) if pod.carried and not pod.ready and pod.controller not in ignored]


def _read(value: Any) -> Iterator[_Pod]:
    for item in read_list(value, "pods"):
        metadata = read_metadata(item, "pods", "Pod")
        with errors_of(metadata):
            yield _read_pod(str(metadata), metadata.namespace, metadata.labels, read_fields(item, "pod"))


def _read_pod(name: str, namespace: str, labels: Mapping[str, str], fields: Mapping[str, Any]) -> _Pod:
    spec = read_fields(fields.get("spec", {}), "spec")
    owners = [read_fields(one, path) for path, one in read_items(fields["metadata"], "ownerReferences", "metadata")]
    volumes = [read_fields(one, path) for path, one in read_items(spec, "volumes", "spec")]
    tolerations = [read_fields(one, path) for path, one in read_items(spec, "tolerations", "spec")]
    status = read_pod_status(fields)
    of_network = _OWN.items() <= labels.items()
    return _Pod(
        name=name,
        controller=f"{namespace}/{owners[0].get('kind')}/{owners[0].get('name')}" if owners else name,
        owned=bool(owners),
        empty_dir=any("emptyDir" in volume for volume in volumes) and not of_network,
        tolerates=any(_tolerates(one) for one in tolerations) and not of_network,
        ready=status.ready,
        carried=not spec.get("hostNetwork") and status.phase not in ("Succeeded", "Failed"),
    )


def _tolerates(toleration: Mapping[str, Any]) -> bool:
    """Whether a toleration is for the taint of a removal, whose effect is NoSchedule and whose value is empty."""
    if toleration.get("effect") not in (None, "", "NoSchedule"):
        return False
    if toleration.get("operator") == "Exists":
        return toleration.get("key") in (None, "", TAINT)
    return toleration.get("key") == TAINT and not toleration.get("value")


__all__ = ["RestartingPods", "find_restarting_pods", "find_waiting_pods"]
