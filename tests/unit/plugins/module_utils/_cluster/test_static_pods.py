# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.static_pods import find_waiting_programs

PROGRAMS = ["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler"]


def pod(program, ready="True", source="file", tier="control-plane"):
    """A pod as the kubelet has it."""
    return {
        "kind": "Pod",
        "metadata": {
            "namespace": "kube-system",
            "name": f"{program}-master",
            "labels": {"component": program, "tier": tier},
            "annotations": {"kubernetes.io/config.source": source},
        },
        "status": {"conditions": [{"type": "Ready", "status": ready}]},
    }


def test_all_programs_are_ready():
    assert find_waiting_programs({"items": [pod(name) for name in PROGRAMS]}) == []


@pytest.mark.parametrize("program", PROGRAMS)
def test_one_is_not_ready(program):
    pods = [pod(name, ready="False" if name == program else "True") for name in PROGRAMS]
    assert find_waiting_programs({"items": pods}) == [program]


def test_a_kubelet_that_has_not_read_its_manifests_yet():
    """It knows the copies that the API has. Where etcd runs elsewhere, nothing waits for it."""
    copies = [pod(name, source="api") for name in PROGRAMS]
    assert find_waiting_programs({"items": copies}) == PROGRAMS[1:]
    assert find_waiting_programs({}) == PROGRAMS[1:]
    assert find_waiting_programs({"items": [*copies, *(pod(name) for name in PROGRAMS[1:])]}) == []


def test_a_new_pod_that_waits_counts_beside_its_older_copy():
    pods = [*(pod(name) for name in PROGRAMS[:1] + PROGRAMS[2:]), pod("kube-apiserver", source="api")]
    pods.append({**pod("kube-apiserver"), "status": {"phase": "Pending"}})
    assert find_waiting_programs({"items": pods}) == ["kube-apiserver"]


def test_static_pods_of_users_are_not_waited_for():
    pods = [*(pod(name) for name in PROGRAMS), pod("proxy", ready="False", tier="mine")]
    assert find_waiting_programs({"items": pods}) == []


@pytest.mark.parametrize("answer", [[], {"items": 3}, {"items": [3]}])
def test_another_answer_is_refused(answer):
    with pytest.raises(InputError):
        find_waiting_programs(answer)
