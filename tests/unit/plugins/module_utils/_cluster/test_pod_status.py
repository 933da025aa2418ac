# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.pod_status import (
    PodStatus,
    Waiting,
    read_pod_status,
)


def container(ready=False, **waiting):
    return {"name": "web", "ready": ready, "state": {"waiting": waiting} if waiting else {"running": {}}}


@pytest.mark.parametrize(
    ("pod", "expected"),
    [
        ({}, PodStatus("Pending", False, False, ())),
        ({"status": None}, PodStatus("Pending", False, False, ())),
        (
            {"status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}},
            PodStatus("Running", True, False, ()),
        ),
        (
            {"status": {"containerStatuses": [container(True), container(True)]}},
            PodStatus("Pending", False, True, ()),
        ),
        ({"status": {"containerStatuses": [container(True), container()]}}, PodStatus("Pending", False, False, ())),
        (
            {
                "status": {
                    "containerStatuses": [container(reason="PodInitializing")],
                    "initContainerStatuses": [container(reason="CrashLoopBackOff", message="back-off 10s")],
                }
            },
            PodStatus(
                "Pending",
                False,
                False,
                (Waiting("web", "CrashLoopBackOff", "back-off 10s"), Waiting("web", "PodInitializing", "")),
            ),
        ),
    ],
)
def test_read_pod_status(pod, expected):
    assert read_pod_status(pod) == expected


@pytest.mark.parametrize(
    ("reasons", "sentence"),
    [
        ([], "None"),
        (["ContainerCreating"], "None"),
        (["PodInitializing", "ErrImagePull", "CrashLoopBackOff"], "container web waits: ErrImagePull"),
    ],
)
def test_a_container_that_just_begins_is_no_obstacle(reasons, sentence):
    status = {"containerStatuses": [container(reason=reason) for reason in reasons]}
    assert str(read_pod_status({"status": status}).obstacle) == sentence


@pytest.mark.parametrize(
    ("pod", "message"),
    [
        ("web", "pod is 'web', not an object"),
        ({"status": {"conditions": "Ready"}}, "status.conditions is 'Ready', not a list"),
        ({"status": {"containerStatuses": [1]}}, r"status.containerStatuses\[0\] is 1, not an object"),
    ],
)
def test_something_else_than_a_pod(pod, message):
    with pytest.raises(InputError, match=message):
        read_pod_status(pod)
