# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.pods import choose_pods


def pod(name="api", **more):
    return {"metadata": {"name": name, "namespace": "shop"}, "status": {"podIPs": [{"ip": "10.0.0.1"}]}, **more}


def names(pods):
    return [str(pod) for pod in pods]


@pytest.mark.parametrize("phase", ["Succeeded", "Failed"])
def test_a_pod_that_has_ended_is_left_out(phase):
    chosen = choose_pods([pod(status={"phase": phase})])
    assert (chosen.pods, chosen.waiting) == ((), ())


@pytest.mark.parametrize("phase", ["Pending", "Running", "Unknown"])
def test_a_pod_that_waits_for_its_address_has_no_cells(phase):
    chosen = choose_pods([pod(), pod("late", status={"phase": phase})])
    assert [names(chosen.pods), names(chosen.waiting)] == [["shop/api"], ["shop/late"]]


def on_network(name, *addresses, terminating=False, host=False):
    """A pod on node1; terminating: the API server waits for its end."""
    metadata = {"name": name, "namespace": "shop"}
    if terminating:
        metadata["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    spec = {"nodeName": "node1", "hostNetwork": host}
    return {"metadata": metadata, "spec": spec, "status": {"podIPs": [{"ip": address} for address in addresses]}}


OLD = {"terminating": True}


@pytest.mark.parametrize(
    ("pods", "expected"),
    [
        # It keeps its network until the kubelet has ended it, and policies count for it until then.
        ([on_network("old", "10.0.0.1", **OLD), on_network("new", "10.0.0.2")], ["shop/old", "shop/new"]),
        ([on_network("old", "10.0.0.1", **OLD), on_network("new", "10.0.0.1")], ["shop/new"]),
        ([on_network("new", "10.0.0.1"), on_network("old", "10.0.0.1", **OLD)], ["shop/new"]),
        # One of two addresses is enough: the kubelet gives both back together.
        ([on_network("old", "10.0.0.1", "fd00::1", **OLD), on_network("new", "10.0.0.9", "fd00::1")], ["shop/new"]),
        # No object says which of two terminating pods had the address first.
        ([on_network("older", "10.0.0.1", **OLD), on_network("old", "10.0.0.1", **OLD)], []),
        # Host-network pods share the address of their node.
        (
            [on_network("old", "10.0.0.1", host=True, **OLD), on_network("new", "10.0.0.1", host=True)],
            ["shop/old", "shop/new"],
        ),
    ],
)
def test_a_terminating_pod_whose_address_another_pod_has_gets_no_cells(pods, expected):
    assert names(choose_pods(pods).pods) == expected


@pytest.mark.parametrize(
    ("pods", "message"),
    [
        (
            [pod(status={})],
            "shop/api: status.podIPs is missing: leave out a pod that has no address yet, or write the address that it "
            "will have, such as [{'ip': '10.244.1.5'}]",
        ),
        (
            [pod(), pod("agent", spec={"hostNetwork": True, "nodeName": "node1"})],
            "shop/api: spec.nodeName is missing, and shop/agent is on the host network, which pods of the same node "
            "always let in: give the name of the node",
        ),
    ],
)
def test_a_bad_pod_is_refused(pods, message):
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        choose_pods(pods)
