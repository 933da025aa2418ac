# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re

import pytest
from api_objects import pod

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.pods import read_pods
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.selection import (
    PodSelector,
    find_waiting,
    load_selectors,
    select_pods,
)


def test_load_selectors():
    data = [
        {"namespace": "a"},
        {"namespace": "b", "match_labels": {"app": "web"}},
        {"namespace": "c", "match_labels": {}},
    ]
    assert load_selectors(data) == (PodSelector("a"), PodSelector("b", {"app": "web"}), PodSelector("c"))


@pytest.mark.parametrize(
    "data",
    [
        pytest.param("shop", id="text"),
        pytest.param({}, id="empty"),
        pytest.param({"namespace": ""}, id="empty namespace"),
        pytest.param({"namespace": 7}, id="number"),
        pytest.param({"namespace": "shop", "labels": {"app": "web"}}, id="another key"),
    ],
)
def test_bad_selectors(data):
    message = f"pod_selectors has {data!r}: give a dict with namespace and, perhaps, match_labels"
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        load_selectors([data])


@pytest.mark.parametrize("labels", [{"canary": True}, {"version": 1}, ["app=web"], "app=web"])
def test_bad_labels(labels):
    message = (
        f"pod_selectors has the match_labels {labels!r}: give a dict of texts, with quotes around numbers and true"
    )
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        load_selectors([{"namespace": "shop", "match_labels": labels}])


SHOP = [PodSelector("shop")]
RUNNING = pod("shop/web", "10.244.1.5")
LATE = pod("shop/late", phase="Pending")
LOST = pod("shop/lost", "10.244.2.5", phase="Unknown")
ENDED = pod("shop/ended", phase="Succeeded")
ENDING = pod("shop/ending", phase="Pending", terminating=True)
ELSEWHERE = pod("lab/late", phase="Pending")


def test_pods_that_do_not_run_are_left_out_and_named():
    pods = read_pods([RUNNING, LATE, LOST, ENDED, ENDING, ELSEWHERE])
    assert [one.name for one in select_pods(pods, selectors=SHOP, only_running=True)] == ["shop/web"]
    expected = ["pod shop/late is Pending and has no address", "pod shop/lost is Unknown"]
    assert find_waiting(pods, SHOP) == expected
    assert find_waiting(pods, SHOP, outsiders=["node1"]) == []


@pytest.mark.parametrize(
    ("pods", "only_running", "message"),
    [
        ([RUNNING, LATE], False, r"pod shop/late \(pod_selectors\) is Pending and has no address: wait until it runs"),
        # Without a running pod there is nothing to prove.
        ([LATE], True, r"pod shop/late \(pod_selectors\) is Pending and has no address: wait until it runs"),
        ([ENDED], True, "pod_selectors: no pod on the pod network is in the namespace shop"),
    ],
)
def test_a_pod_that_does_not_run_is_refused(pods, only_running, message):
    with pytest.raises(InputError, match=f"^{message}"):
        select_pods(read_pods(pods), selectors=SHOP, only_running=only_running)


def test_our_own_pods_must_run():
    pods = read_pods([RUNNING, LATE])
    with pytest.raises(InputError, match=r"^pod shop/late \(own_namespace\) is Pending and has no address"):
        select_pods(pods, "shop", only_running=True)


FAR = pod("web/far", "10.244.3.5", node="node3")
OURS = pod("shop/ours", "10.244.1.9", node="node1")


def test_a_selector_whose_pods_are_all_on_nodes_that_are_left_out_selects_none():
    """As in a run with --limit NEW,CONTROL_PLANE: the new node has none of the web servers yet."""
    both = [PodSelector("web"), PodSelector("shop")]
    found = select_pods(read_pods([OURS, FAR]), selectors=both, excluded=["node3"])
    assert [one.name for one in found] == ["shop/ours"]


def test_nothing_but_pods_on_nodes_that_are_left_out_proves_nothing():
    message = r"^pod_selectors: all selected pods run on nodes that are left out \(node2, node3\): leave none out$"
    with pytest.raises(InputError, match=message):
        select_pods(read_pods([OURS, FAR]), selectors=[PodSelector("web")], excluded=["node3", "node2"])
