# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.carried_pods import (
    CarriedPods,
    find_carried_pods,
)

OWNER = [{"kind": "ReplicaSet", "name": "web"}]


def pod(name, *, phase="Running", owners=None, **spec):
    metadata = {"namespace": "default", "name": name}
    if owners:
        metadata["ownerReferences"] = owners
    return {"metadata": metadata, "spec": {"nodeName": "node1", **spec}, "status": {"phase": phase}}


def test_a_pod_without_a_controller_is_bare():
    carried = find_carried_pods([pod("web-0", owners=OWNER), pod("alone")])
    assert [str(one) for one in carried.pods] == ["default/web-0", "default/alone"]
    assert [str(one) for one in carried.bare] == ["default/alone"]


@pytest.mark.parametrize(
    "one",
    [
        pod("on-the-host", hostNetwork=True),
        pod("pending", nodeName=None),
        pod("done", phase="Succeeded"),
        pod("broken", phase="Failed"),
    ],
    ids=lambda one: one["metadata"]["name"],
)
def test_pods_without_an_address_of_the_network_are_ignored(one):
    assert find_carried_pods([one]) == CarriedPods((), ())


def test_bad_input():
    with pytest.raises(InputError, match=r"^pods is an object with resources, not a list"):
        find_carried_pods({"resources": []})
