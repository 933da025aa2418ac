# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.podnet.kubernetes.plugins.filter.network_pods import network_pods

OWNER = [{"kind": "ReplicaSet", "name": "web"}]


def pod(name, *, phase="Running", owners=None, **spec):
    metadata = {"namespace": "default", "name": name}
    if owners:
        metadata["ownerReferences"] = owners
    return {"metadata": metadata, "spec": {"nodeName": "node1", **spec}, "status": {"phase": phase}}


def test_a_pod_is_given_as_an_object_that_can_be_deleted():
    assert network_pods([pod("web-0", owners=OWNER)]) == {
        "pods": [{"apiVersion": "v1", "kind": "Pod", "metadata": {"namespace": "default", "name": "web-0"}}],
        "bare": [],
    }


def test_a_pod_without_a_controller_is_named():
    assert network_pods([pod("web-0", owners=OWNER), pod("alone")])["bare"] == ["default/alone"]


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
    assert network_pods([one]) == {"pods": [], "bare": []}


def test_bad_input():
    with pytest.raises(AnsibleFilterError, match=r"^network_pods: pods is an object with resources, not a list"):
        network_pods({"resources": []})
