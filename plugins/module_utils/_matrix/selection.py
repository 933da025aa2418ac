# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pods that a verification probes: its own pods, and existing pods that selectors choose. No I/O, no Ansible."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.texts import nearest, show
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.pods import Pod
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import Endpoint

_SELECTORS = "pod_selectors"


@dataclass(frozen=True)
class PodSelector:
    """Existing pods: those of a namespace that have all of these labels."""

    namespace: str
    labels: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"the namespace {show(self.namespace)}" + (f" with {_labels(self.labels)}" if self.labels else "")

    def selects(self, pod: Pod) -> bool:
        """Whether a pod is in the namespace and has the labels."""
        has_labels = all(pod.labels.get(key) == value for key, value in self.labels.items())
        return pod.namespace == self.namespace and has_labels


def load_selectors(data: Iterable[Any]) -> tuple[PodSelector, ...]:
    """Return the selectors of a list of dicts with C(namespace) and, perhaps, C(match_labels).

    Raises:
        InputError: an item is no such dict, or a label is no text
    """
    return tuple(_load_selector(one) for one in data)


def _load_selector(data: Any) -> PodSelector:
    if (
        not isinstance(data, Mapping)
        or not set(data) <= {"namespace", "match_labels"}
        or not (isinstance(data.get("namespace"), str) and data["namespace"])
    ):
        raise InputError(f"{_SELECTORS} has {data!r}: give a dict with namespace and, perhaps, match_labels")
    labels = data.get("match_labels") or {}
    if not isinstance(labels, Mapping) or not all(isinstance(value, str) for value in labels.values()):
        raise InputError(
            f"{_SELECTORS} has the match_labels {labels!r}: give a dict of texts, with quotes around numbers and true"
        )
    return PodSelector(data["namespace"], labels)


def select_pods(
    pods: Iterable[Pod],
    own_namespace: str | None = None,
    selectors: Iterable[PodSelector] = (),
    only_running: bool = False,
    missing: Mapping[str, str] | None = None,
    excluded: Collection[str] = (),
) -> list[Endpoint]:
    """Return the endpoints of the pods on the pod network that are ours or selected, by node and name.

    Args:
        pods: all pods of the cluster
        own_namespace: the namespace whose pods were made for the verification
        selectors: of existing pods
        only_running: whether pods of the selectors that do not run are left out, where others of a selector run
        missing: nodes that cannot take part, each with the reason. Their pods need not run, and are missing too.
        excluded: nodes whose pods are left out. A selector may select pods on these alone, if others select some.

    Raises:
        InputError: a selector selects no pod, or a selected pod does not run and its node takes part
    """
    reasons = missing or {}
    on_network = [pod for pod in pods if pod.on_pod_network]
    candidates = [pod for pod in on_network if pod.node not in excluded]
    own = [PodSelector(own_namespace)] if own_namespace else []
    wanted = [*((one, "own_namespace") for one in own), *((one, _SELECTORS) for one in selectors)]
    selected: dict[str, Pod] = {}
    for selector, option in wanted:
        matching = [pod for pod in candidates if selector.selects(pod)]
        if not matching and not any(selector.selects(pod) for pod in on_network):
            raise InputError(f"{option}: no pod on the pod network is in {selector}: {_near(selector, on_network)}")
        if only_running and option == _SELECTORS:
            matching = [pod for pod in matching if _runs(pod)] or matching
        for pod in matching:
            if pod.node not in reasons:
                _check_running(pod, option)
            selected[str(pod)] = pod
    if wanted and not selected:
        nodes = ", ".join(sorted(excluded))
        raise InputError(f"{_SELECTORS}: all selected pods run on nodes that are left out ({nodes}): leave none out")
    endpoints = [
        _endpoint(pod, pod.namespace == own_namespace, reasons.get(pod.node or "")) for pod in selected.values()
    ]
    return sorted(endpoints, key=lambda pod: (pod.node or "", pod.name))


def find_waiting(pods: Iterable[Pod], selectors: Sequence[PodSelector], outsiders: Collection[str] = ()) -> list[str]:
    """Describe in a few words each selected pod that does not run, but for those on nodes that take no part."""
    candidates = (pod for pod in pods if pod.on_pod_network and pod.node not in outsiders)
    selected = (pod for pod in candidates if any(one.selects(pod) for one in selectors))
    return [f"pod {pod} is {_state(pod)}" for pod in selected if not _runs(pod)]


def _runs(pod: Pod) -> bool:
    return pod.phase == "Running" and bool(pod.addresses)


def _state(pod: Pod) -> str:
    return f"{pod.phase}{'' if pod.addresses else ' and has no address'}"


def _check_running(pod: Pod, option: str) -> None:
    if not _runs(pod):
        raise InputError(
            f"pod {pod} ({option}) is {_state(pod)}: wait until it runs, "
            f"or see 'kubectl describe pod -n {pod.namespace} {pod.name}'"
        )


def _endpoint(pod: Pod, own: bool, missing: str | None) -> Endpoint:
    addresses = tuple(str(address) for address in pod.addresses.values())
    return Endpoint(str(pod), "pod", addresses, node=pod.node, uids=pod.uids, own=own, missing=missing)


def _near(selector: PodSelector, candidates: Sequence[Pod]) -> str:
    """Return the namespaces of pods, or the labels of pods in the selector's namespace: the most similar first."""
    there = [pod for pod in candidates if pod.namespace == selector.namespace]
    if not there:
        return f"such pods are in the namespaces {nearest(selector.namespace, (pod.namespace for pod in candidates))}"
    return f"such pods there have {nearest(_labels(selector.labels), (_labels(pod.labels) for pod in there))}"


def _labels(labels: Mapping[str, str]) -> str:
    """Return labels in the form that kubectl takes."""
    return ",".join(f"{key}={value}" for key, value in sorted(labels.items())) or "no labels"


__all__ = ["PodSelector", "find_waiting", "load_selectors", "select_pods"]
