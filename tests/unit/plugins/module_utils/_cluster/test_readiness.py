# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.readiness import find_unready

OWN = ("own", 1)  # namespace and number of our pods


def pod(name="own/a", ready="True", **status):
    namespace, short = name.split("/")
    conditions = [{"type": "Initialized", "status": "True"}, {"type": "Ready", "status": ready}]
    return {
        "metadata": {"namespace": namespace, "name": short},
        "status": {"phase": "Running", "conditions": conditions, **status},
    }


def service(name, *families):
    namespace, short = name.split("/")
    return {"metadata": {"namespace": namespace, "name": short}, "spec": {"ipFamilies": list(families)}}


def endpoint_slice(name, *conditions, family="IPv4"):
    """Return a slice of the Service with an endpoint for each of the conditions."""
    namespace, short = name.split("/")
    return {
        "metadata": {"namespace": namespace, "name": f"{short}-x", "labels": {"kubernetes.io/service-name": short}},
        "addressType": family,
        "endpoints": [{"conditions": one} for one in conditions],
    }


@pytest.mark.parametrize(
    ("pods", "words"),
    [
        ([pod(), pod("other/b", "False")], []),
        ([], ["0 of 1 pods exist in own"]),
        ([pod(ready="False")], ["pod own/a is not ready"]),
        ([pod(ready="False", phase="Pending")], ["pod own/a is Pending"]),
        ([{"metadata": {"namespace": "own", "name": "a"}}], ["pod own/a is Pending"]),
        (
            [pod(ready="False", containerStatuses=[{"state": {"waiting": {"reason": "ImagePullBackOff"}}}])],
            ["pod own/a is ImagePullBackOff"],
        ),
        ([pod(ready="False", containerStatuses=[{"state": {"running": {}}}])], ["pod own/a is not ready"]),
    ],
)
def test_our_pods(pods, words):
    assert find_unready({"pods": pods, "services": [], "endpoint_slices": []}, [], *OWN) == words


READY, NOT_READY = {"ready": True}, {"ready": False}


@pytest.mark.parametrize(
    ("slices", "is_ready"),
    [
        ([], False),
        ([endpoint_slice("shop/web")], False),
        ([endpoint_slice("shop/web", NOT_READY)], False),
        ([endpoint_slice("shop/web", NOT_READY, READY)], True),
        ([endpoint_slice("shop/web", {})], True),  # unknown counts as ready
        ([endpoint_slice("shop/web", None, family="IPv6")], True),
        ([endpoint_slice("shop/other", READY)], False),
        ([endpoint_slice("other/web", READY)], False),
        ([{**endpoint_slice("shop/web", READY), "metadata": {"namespace": "shop", "name": "by-hand"}}], False),
    ],
)
def test_a_service_that_is_there(slices, is_ready):
    words = [] if is_ready else ["Service shop/web has no ready endpoint"]
    objects = {"pods": [], "services": [service("shop/web", "IPv4")], "endpoint_slices": slices}
    assert find_unready(objects, ["shop/web"], None, 0) == words


def test_a_service_that_does_not_exist_is_no_reason_to_wait():
    assert find_unready({"pods": [], "services": [], "endpoint_slices": []}, ["shop/web"], None, 0) == []


def test_our_services_need_an_endpoint_in_each_family():
    objects = {
        "pods": [pod()],
        "services": [service("own/on-a", "IPv4", "IPv6"), service("other/web", "IPv4")],
        "endpoint_slices": [endpoint_slice("own/on-a", READY)],
    }
    assert find_unready(objects, [], *OWN) == ["Service own/on-a has no ready IPv6 endpoint"]
    objects["endpoint_slices"].append(endpoint_slice("own/on-a", READY, family="IPv6"))
    assert find_unready(objects, [], *OWN) == []


def test_objects_that_are_missing():
    with pytest.raises(InputError, match="the input has no services: give a dict with pods, services, "):
        find_unready({"pods": []}, [], None, 0)


@pytest.mark.parametrize(
    ("conditions", "words"),
    [
        ({"ready": False, "serving": True, "terminating": True}, []),
        ({"ready": False, "serving": False, "terminating": True}, ["Service shop/web has no ready endpoint"]),
        ({"ready": False, "serving": True}, ["Service shop/web has no ready endpoint"]),
    ],
)
def test_endpoints_that_leave_and_still_serve_are_enough(conditions, words):
    objects = {
        "pods": [],
        "services": [service("shop/web", "IPv4")],
        "endpoint_slices": [endpoint_slice("shop/web", conditions)],
    }
    assert find_unready(objects, ["shop/web"], None, 0) == words


def test_nobody_waits_for_endpoints_of_another_name():
    named = {
        "metadata": {"namespace": "shop", "name": "alias"},
        "spec": {"type": "ExternalName", "externalName": "a.b"},
    }
    assert find_unready({"pods": [], "services": [named], "endpoint_slices": []}, ["shop/alias"], None, 0) == []


def on(node, state):
    """The conditions of an endpoint on a node, with its name."""
    return {"addresses": ["10.244.0.9"], "nodeName": node, "conditions": {"ready": state}}


def sliced(name, *endpoints):
    return {**endpoint_slice(name), "endpoints": list(endpoints)}


def test_a_node_that_takes_no_part_is_not_waited_for():
    late = {**pod("own/b-1", "False", phase="Pending"), "spec": {"nodeName": "b"}}
    objects = {
        "pods": [late],
        "services": [service("own/on-b", "IPv4"), service("kube-system/dns", "IPv4")],
        "endpoint_slices": [sliced("own/on-b", on("b", False)), sliced("kube-system/dns", on("b", False))],
    }
    asked = (objects, ["kube-system/dns"], *OWN)
    assert find_unready(*asked, outsiders={"b"}) == []
    everything = [
        "pod own/b-1 is Pending",
        "Service own/on-b has no ready IPv4 endpoint",
        "Service kube-system/dns has no ready endpoint",
    ]
    assert find_unready(*asked, outsiders={"a"}) == find_unready(*asked) == everything


def test_an_endpoint_on_a_healthy_node_is_waited_for():
    slices = [sliced("shop/web", on("b", False), on("a", False))]
    objects = {"pods": [], "services": [service("shop/web", "IPv4")], "endpoint_slices": slices}
    expected = ["Service shop/web has no ready endpoint"]
    assert find_unready(objects, ["shop/web"], None, 0, outsiders={"b"}) == expected


@pytest.mark.parametrize(("outsiders", "waits"), [({"b"}, False), ({"a"}, True), (set(), True)])
def test_a_service_whose_pods_never_had_an_address(outsiders, waits):
    """The kubelet died before the pod started: the Service has no endpoint at all."""
    labels = {"podnet.kubernetes/pod": "2-1"}
    late = pod("own/b-1", "False", phase="Pending")
    late = {**late, "metadata": {**late["metadata"], "labels": labels}, "spec": {"nodeName": "b"}}
    there = service("own/on-b", "IPv4")
    there["spec"]["selector"] = labels
    objects = {"pods": [late], "services": [there], "endpoint_slices": [sliced("own/on-b")]}
    words = ["pod own/b-1 is Pending", "Service own/on-b has no ready IPv4 endpoint"]
    assert find_unready(objects, [], *OWN, outsiders) == (words if waits else [])
