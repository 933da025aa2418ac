# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.draining import (
    LeavingPod,
    find_blocking_budgets,
    find_forbidden,
    find_leaving,
)

EMPTY_DIR = [{"name": "data", "emptyDir": {}}]


def pod(name, kind="ReplicaSet", volumes=(), phase="Running", **metadata):
    owners = [{"kind": kind, "name": "owner", "controller": True}] if kind else []
    return {
        "kind": "Pod",
        "metadata": {"namespace": "default", "name": name, "ownerReferences": owners, **metadata},
        "spec": {"volumes": list(volumes)},
        "status": {"phase": phase},
    }


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (pod("web"), LeavingPod("default", "web")),
        (pod("web", volumes=EMPTY_DIR), LeavingPod("default", "web", empty_dir=True)),
        (pod("web", None), LeavingPod("default", "web", bare=True)),
        (pod("web", None, EMPTY_DIR), LeavingPod("default", "web", bare=True, empty_dir=True)),
        (pod("web", None, EMPTY_DIR, "Succeeded"), LeavingPod("default", "web")),
        (pod("web", deletionTimestamp="2026-11-30T04:00:00Z"), LeavingPod("default", "web", ending=True)),
    ],
)
def test_a_pod_that_leaves(item, expected):
    assert find_leaving([item]) == (expected,)


@pytest.mark.parametrize(
    "item",
    [
        pod("agent", "DaemonSet"),
        # As with kubectl drain: it keeps its volume.
        pod("agent", "DaemonSet", EMPTY_DIR),
        pod("etcd-master", "Node", annotations={"kubernetes.io/config.mirror": "a1"}),
    ],
)
def test_a_pod_that_stays(item):
    assert find_leaving([item]) == ()


BARE = LeavingPod("default", "lonely", bare=True)
LOSING = LeavingPod("default", "cache", empty_dir=True)
BOTH = LeavingPod("default", "both", bare=True, empty_dir=True)
NO_CONTROLLER = "no controller makes these pods again: default/lonely, default/both"
LOSE_DATA = "these pods lose the data in their emptyDir volumes: default/cache, default/both"


@pytest.mark.parametrize(
    ("bare", "empty_dirs", "expected"),
    [
        (False, False, [NO_CONTROLLER, LOSE_DATA]),
        (True, False, [LOSE_DATA]),
        (False, True, [NO_CONTROLLER]),
        (True, True, []),
    ],
)
def test_each_loss_needs_its_own_permission(bare, empty_dirs, expected):
    assert find_forbidden([BARE, LOSING, BOTH], bare, empty_dirs) == expected


def test_a_pod_that_is_being_deleted_needs_none():
    assert find_forbidden([LeavingPod("default", "a", ending=True, bare=True, empty_dir=True)], False, False) == []


def test_no_pod_is_an_input_error():
    with pytest.raises(InputError):
        find_leaving([{"kind": "Node", "metadata": {"name": "a"}}])


def budget(name, allowed, namespace="default"):
    status = {"disruptionsAllowed": allowed, "currentHealthy": 2, "desiredHealthy": 2}
    return {"kind": "PodDisruptionBudget", "metadata": {"name": name, "namespace": namespace}, "status": status}


def test_budgets_that_allow_no_eviction_are_described():
    budgets = [budget("b", 0), budget("a", 0), budget("c", 1), budget("d", 0, "other")]
    assert find_blocking_budgets(budgets, ["default"]) == [
        "default/a needs 2 ready pods, and 2 are ready",
        "default/b needs 2 ready pods, and 2 are ready",
    ]
    assert find_blocking_budgets([{**budget("a", 0), "status": None}], ["default"]) == [
        "default/a needs 0 ready pods, and 0 are ready"
    ]
