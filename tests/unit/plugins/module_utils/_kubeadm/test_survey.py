# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._kubeadm.survey import Survey, find_faults, read_survey

CA = "/etc/kubernetes/pki/ca.crt"
OURS, OTHER = {CA: ("sha256:0a",)}, {CA: ("sha256:0b",)}


def survey(*faults, leftovers="", pins=None):
    return Survey(faults, leftovers, pins or {})


def test_fresh_machines():
    surveys = {"master": survey(), "node1": survey()}
    assert find_faults(surveys, "master", {}, remove_leftovers=False) == []


def test_nodes_with_the_same_fault_share_a_sentence():
    surveys = {"master": survey("no route"), "node1": survey("swap", "no route"), "node2": survey("no route")}
    assert find_faults(surveys, "master", {}, remove_leftovers=False) == [
        "master, node1 and node2: no route",
        "node1: swap",
    ]


def test_leftovers_are_no_fault_when_they_are_removed():
    surveys = {"node1": survey(leftovers="left cni0"), "node2": survey(leftovers="left cni0")}
    assert find_faults(surveys, "master", None, remove_leftovers=False) == ["node1 and node2: left cni0"]
    assert find_faults(surveys, "master", None, remove_leftovers=True) == []


@pytest.mark.parametrize(
    ("control_plane", "node", "foreign"),
    [
        pytest.param(OURS, OURS, False, id="one cluster"),
        pytest.param(OURS, {}, False, id="a new node"),
        pytest.param(OURS, OTHER, True, id="another cluster"),
        pytest.param({}, OTHER, True, id="a control plane that was reset"),
        pytest.param(None, OTHER, False, id="a control plane that was not asked"),
    ],
)
def test_the_cluster_of_a_node(control_plane, node, foreign):
    surveys = {"node1": survey(pins=node)}
    faults = find_faults(surveys, "master", control_plane, remove_leftovers=False)
    assert [one.startswith("node1 belongs to another cluster (CA sha256:0b instead of ") for one in faults] == (
        [True] if foreign else []
    )


def test_the_control_plane_is_its_own_measure():
    surveys = {"master": survey(pins={CA: ("sha256:0a",), "/etc/kubernetes/kubelet.conf": ("sha256:0c",)})}
    assert find_faults(surveys, "master", OURS, remove_leftovers=False) == []


def test_a_result_is_read():
    result = {"faults": ["x"], "leftovers": {"fault": None}, "ca_pins": {CA: ["sha256:0a"]}, "changed": False}
    assert read_survey("node1", result) == Survey(("x",), "", OURS)
    with pytest.raises(InputError, match=r"^the survey of node1 is 3: it must have faults, leftovers and ca_pins$"):
        read_survey("node1", 3)
