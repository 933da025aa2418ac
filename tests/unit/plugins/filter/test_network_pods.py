# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.podnet.kubernetes.plugins.filter.network_pods import FilterModule

network_pods = FilterModule().filters()["network_pods"]


def pod(name, **metadata):
    return {"metadata": {"namespace": "default", "name": name, **metadata}, "spec": {"nodeName": "node1"}}


def test_a_pod_is_given_as_an_object_that_can_be_deleted():
    found = network_pods([pod("web-0", ownerReferences=[{"kind": "ReplicaSet", "name": "web"}]), pod("alone")])
    assert found["pods"][0] == {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"namespace": "default", "name": "web-0"},
    }
    assert found["bare"] == ["default/alone"]
    with pytest.raises(AnsibleFilterError, match=r"^network_pods: pods is an object with resources, not a list"):
        network_pods({"resources": []})
