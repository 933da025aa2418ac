# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps that bring policies into a cluster: which objects each step applies and deletes. No I/O, no Ansible."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.fields import (
    read_fields,
    read_items,
    read_list,
    read_metadata,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.report import REPORT_NAME

# The label of policies that the role network_policies applied.
MANAGED_BY = "app.kubernetes.io/managed-by"
MANAGER = "podnet.kubernetes"

_API_VERSION = "networking.k8s.io/v1"
_KIND = "NetworkPolicy"

_Object = Mapping[str, Any]


@dataclass(frozen=True)
class Step:
    """One step of a sequence.

    Attributes:
        name: the step's name
        report: the last part of its report's name: its number and name, or V(end-NAME)
        policies: the NetworkPolicy objects that the step applies; they carry our label
        names: their names, NAMESPACE/NAME
        before: the policies of ours that are in force before the step
        stale: those of C(before) that the step deletes
        labels: labels for running pods, as the user wrote them
        objects: other objects that the step applies
    """

    name: str
    report: str
    policies: tuple[_Object, ...]
    names: tuple[str, ...]
    before: tuple[_Object, ...]
    stale: tuple[_Object, ...]
    labels: tuple[_Object, ...]
    objects: tuple[_Object, ...]


@dataclass(frozen=True)
class PolicyPlan:
    """What a run does.

    Attributes:
        namespaces: the namespaces whose pods are probed
        ours: the policies there that the role applied in an earlier run
        foreign: the policies of the cluster that somebody else applied
        taken: names of wanted policies that somebody else has applied
        unplaced: names of wanted policies that name no namespace
        end_only: whether the cluster has the policies of the last step, so that only this step is played
        steps: the steps that are played
    """

    namespaces: tuple[str, ...]
    ours: tuple[_Object, ...]
    foreign: tuple[_Object, ...]
    taken: tuple[str, ...]
    unplaced: tuple[str, ...]
    end_only: bool
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class _Wanted:
    """A step as the user wrote it."""

    name: str
    policies: tuple[_Object, ...]
    labels: tuple[_Object, ...]
    objects: tuple[_Object, ...]


def plan_steps(
    existing: Any, definitions: Any = (), steps: Any = (), namespaces: Sequence[str] = (), replay: bool = False
) -> PolicyPlan:
    """Decide what a run applies and deletes, step by step.

    Args:
        existing: all NetworkPolicy objects of the cluster
        definitions: NetworkPolicy objects, the policies of a single step
        steps: in place of definitions, a list of dicts with name and, perhaps, policies, labels and objects
        namespaces: the namespaces whose pods are probed; empty: those of the policies
        replay: play all steps even when the cluster has the policies of the last one

    Raises:
        InputError: a step or a policy has another form; the message names the field
    """
    wanted = [_read_step(item, f"steps[{index}]") for index, item in enumerate(read_list(steps, "steps"))]
    if not wanted:
        wanted = [_Wanted("all", tuple(_read_policies({"definitions": definitions}, "definitions", "")), (), ())]
    policies = [policy for step in wanted for policy in step.policies]
    touched = {*namespaces, *(_namespace(policy) for policy in policies)}
    found = list(_read_policies({"existing": existing}, "existing", ""))
    foreign = tuple(policy for policy in found if not _is_ours(policy))
    ours = tuple(policy for policy in found if _is_ours(policy) and _namespace(policy) in touched)
    end_only = len(wanted) > 1 and not replay and _are_the_same(ours, wanted[-1].policies)
    theirs = {_name(policy) for policy in foreign}
    return PolicyPlan(
        namespaces=tuple(namespaces) or tuple(sorted(touched)),
        ours=ours,
        foreign=foreign,
        taken=tuple(name for name in dict.fromkeys(map(_name, policies)) if name in theirs),
        unplaced=tuple(policy["metadata"]["name"] for policy in policies if not policy["metadata"].get("namespace")),
        end_only=end_only,
        steps=(_play(_end(wanted), "end", ours),) if end_only else tuple(_play_all(wanted, ours)),
    )


def _play_all(wanted: Iterable[_Wanted], before: tuple[_Object, ...]) -> list[Step]:
    """Return all steps; each deletes the policies that the step before it leaves and it does not have."""
    steps: list[Step] = []
    for number, one in enumerate(wanted, 1):
        steps.append(_play(one, str(number), before))
        before = steps[-1].policies
    return steps


def _play(wanted: _Wanted, number: str, before: tuple[_Object, ...]) -> Step:
    """Return a step that starts with these policies of ours."""
    names = tuple(map(_name, wanted.policies))
    return Step(
        name=wanted.name,
        report=f"{number}-{wanted.name}",
        policies=tuple(map(_labelled, wanted.policies)),
        names=names,
        before=before,
        stale=tuple(policy for policy in before if _name(policy) not in names),
        labels=wanted.labels,
        objects=wanted.objects,
    )


def _end(wanted: Sequence[_Wanted]) -> _Wanted:
    """Return one step that leaves the cluster as all of them do: objects and labels stay, policies are replaced."""
    return _Wanted(
        name=wanted[-1].name,
        policies=wanted[-1].policies,
        labels=tuple(one for step in wanted for one in step.labels),
        objects=tuple(one for step in wanted for one in step.objects),
    )


def _read_step(value: Any, path: str) -> _Wanted:
    """Read a step. Raises InputError when it has another form."""
    fields = read_fields(value, path, ("name", "policies", "labels", "objects"))
    name = fields.get("name")
    if not isinstance(name, str) or not REPORT_NAME.fullmatch(name):
        raise InputError(
            f"{path}.name is {name!r}: use letters, digits and ._-, a letter or digit first, because the step's report "
            "has this name"
        )
    labels, objects = (read_items(fields, part, path) for part in ("labels", "objects"))
    return _Wanted(
        name,
        tuple(_read_policies(fields, "policies", f"{path}.")),
        tuple(item for _path, item in labels),
        tuple(item for _path, item in objects),
    )


def _read_policies(fields: Mapping[str, Any], name: str, path: str) -> Iterator[_Object]:
    """Yield the NetworkPolicy objects of a list. Raises InputError when one of them is something else."""
    for index, policy in enumerate(read_list(fields.get(name, ()), f"{path}{name}")):
        read_metadata(policy, f"{path}{name}[{index}]", _KIND)
        yield policy


def _are_the_same(found: Sequence[_Object], wanted: Sequence[_Object]) -> bool:
    """Return whether two sets of policies, neither of them empty, have the same names."""
    return bool(wanted) and sorted(map(_name, found)) == sorted(map(_name, wanted))


def _is_ours(policy: _Object) -> bool:
    """Return whether the policy carries our label."""
    return (policy["metadata"].get("labels") or {}).get(MANAGED_BY) == MANAGER


def _labelled(policy: _Object) -> _Object:
    """Return the policy with our label."""
    metadata = policy["metadata"]
    labels = {**(metadata.get("labels") or {}), MANAGED_BY: MANAGER}
    return {"apiVersion": _API_VERSION, "kind": _KIND, **policy, "metadata": {**metadata, "labels": labels}}


def _namespace(policy: _Object) -> str:
    return str(policy["metadata"].get("namespace") or "default")


def _name(policy: _Object) -> str:
    return f"{_namespace(policy)}/{policy['metadata']['name']}"


__all__ = ["plan_steps"]
