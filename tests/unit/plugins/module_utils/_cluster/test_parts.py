# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re

import pytest
import yaml
from api_objects import node
from installed import ROOT

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.parts import Outsider, divide_nodes

DEFAULT = yaml.safe_load((ROOT / "roles/connectivity/defaults/main.yml").read_text())["connectivity_exclude_nodes"]


def ready(name, *addresses, status="True", labels=None, taints=(), **condition):
    """A Node object with the condition Ready."""
    made = node(name, *(addresses or ("10.0.0.1",)))
    made["metadata"]["labels"] = {"kubernetes.io/os": "linux", **(labels or {})}
    made["spec"] = {"taints": [{"key": key, "effect": "NoSchedule"} for key in taints]}
    others = [{"type": "MemoryPressure", "status": "False"}]
    made["status"]["conditions"] = [*others, {"type": "Ready", "status": status, **condition}]
    return made


def without(made, place, key):
    del made[place][key]
    return made


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (
            ready("b", status="Unknown", reason="NodeStatusUnknown", message="Kubelet stopped posting node status."),
            "b is not ready: NodeStatusUnknown: Kubelet stopped posting node status.",
        ),
        (
            ready("b", status="False", reason="KubeletNotReady", message="cni plugin not initialized"),
            "b is not ready: KubeletNotReady: cni plugin not initialized",
        ),
        (ready("b", status="Unknown"), "b is not ready: the API gives no reason"),
        # As kubectl makes it: there is no kubelet.
        ({"metadata": {"name": "b"}}, "b has no condition Ready: no kubelet has reported its status"),
        (without(ready("b"), "status", "conditions"), "b has no condition Ready: no kubelet has reported its status"),
        (without(ready("b"), "status", "addresses"), "b has no InternalIP in its status: see --node-ip of its kubelet"),
    ],
)
def test_a_node_that_cannot_take_part(made, reason):
    parts = divide_nodes([ready("a"), made], DEFAULT)
    assert (parts.taking_part, [one.reason for one in parts.missing], parts.excluded) == (("a",), [reason], ())
    assert parts.outsiders == {"b"}


def test_a_node_with_pressure_or_without_scheduling_takes_part():
    made = ready("a", taints=["node.kubernetes.io/unschedulable"])
    made["status"]["conditions"].append({"type": "DiskPressure", "status": "True"})
    assert divide_nodes([made], DEFAULT).taking_part == ("a",)


@pytest.mark.parametrize(
    ("made", "entry"),
    [
        (ready("b", labels={"kubernetes.io/os": "windows"}), "kubernetes.io/os=windows"),
        (ready("b", labels={"type": "virtual-kubelet"}), "type in (virtual-kubelet, kwok)"),
        (ready("b", taints=["virtual-kubelet.io/provider"]), "virtual-kubelet.io/provider"),
        (ready("b", status="Unknown", labels={"type": "kwok"}), "type in (virtual-kubelet, kwok)"),
    ],
)
def test_virtual_and_windows_nodes_are_left_out_by_default(made, entry):
    parts = divide_nodes([ready("a"), made], DEFAULT)
    assert (parts.taking_part, parts.missing) == (("a",), ())
    assert parts.excluded == (
        Outsider("b", f"b is left out by connectivity_exclude_nodes or --limit ({entry})", ("10.0.0.1",)),
    )
    assert divide_nodes([ready("a"), made], []).excluded == ()


def test_names_and_selectors_leave_nodes_out():
    nodes = [ready("a"), ready("b.example"), ready("c", labels={"zone": "z"}), ready("d", status="Unknown")]
    parts = divide_nodes(nodes, ["b.example", "zone=z", "zone=y"])
    assert (parts.taking_part, [one.name for one in parts.missing]) == (("a",), ["d"])
    assert [one.reason for one in parts.excluded] == [
        "b.example is left out by connectivity_exclude_nodes or --limit (b.example)",
        "c is left out by connectivity_exclude_nodes or --limit (zone=z)",
    ]


@pytest.mark.parametrize(
    ("exclude", "message"),
    [
        (
            ["nod2"],
            "exclude_nodes has nod2, and the cluster has no such node: near it: node2, node1; a label selector ",
        ),
        (["Node2"], "no node of the cluster"),
        (["node=a b"], "exclude_nodes has 'node=a b', which is no label selector: "),
        (
            ["node1", "node2"],
            "no node of the cluster can take part: node1 is left out by ",
        ),
    ],
)
def test_an_entry_that_does_not_fit_is_refused(exclude, message):
    if exclude == ["Node2"]:
        # A label key may have capitals, a node may not: the selector fits no node.
        assert divide_nodes([ready("node1")], exclude).taking_part == ("node1",)
        return
    with pytest.raises(InputError, match=f"^{re.escape(message)}"):
        divide_nodes([ready("node1"), ready("node2")], exclude)


def test_a_cluster_without_nodes():
    assert divide_nodes([], DEFAULT).outsiders == frozenset()
