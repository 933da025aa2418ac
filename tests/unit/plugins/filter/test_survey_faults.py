# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.podnet.kubernetes.plugins.filter.survey_faults import survey_faults

CA = "/etc/kubernetes/pki/ca.crt"


def result(pin=None, fault=None):
    pins = {CA: [pin]} if pin else {}
    return {"faults": ["swap"] if fault else [], "leftovers": {"fault": fault}, "ca_pins": pins}


def test_the_control_plane_is_among_the_surveys():
    surveys = {"master": result(), "node1": result("sha256:0b", "left cni0")}
    told = survey_faults(surveys, ["master"])
    assert told[0].startswith(
        "node1 belongs to another cluster (CA sha256:0b instead of none, because the control plane"
    )
    assert told[1:] == ["node1: swap", "node1: left cni0"]
    assert survey_faults(surveys, ["master"], {}, True)[1:] == ["node1: swap"]


def test_the_control_plane_was_asked_outside_the_play():
    surveys = {"node1": result("sha256:0b")}
    assert survey_faults(surveys, ["master"]) == []
    assert survey_faults(surveys, ["master"], {CA: ["sha256:0b"]}) == []
    [told] = survey_faults(surveys, ["master"], {CA: ["sha256:0a"]})
    assert "(CA sha256:0b instead of sha256:0a)" in told


def test_the_hardening_of_the_cluster():
    hard, soft = {**result(), "hardening": True}, {**result(), "hardening": False}
    made = {**hard, "hardened": True}
    assert survey_faults({"master": made, "node1": hard}, ["master"]) == []
    [told] = survey_faults({"master": made, "node1": soft}, ["master"])
    assert told.startswith("common_hardening is false on node1, and the cluster was made with it")
    # The control plane is outside the play.
    assert survey_faults({"node1": hard}, ["master"], {}, False, True) == []
    [told] = survey_faults({"node1": hard}, ["master"], {}, False, False)
    assert told.startswith("common_hardening is true on node1, and the cluster was made without it")
    # A new machine is the first of the control planes.
    [told] = survey_faults({"master": soft, "master2": made}, ["master", "master2"])
    assert told.startswith("common_hardening is false on master, ")


@pytest.mark.parametrize("value", ["yes", 1, []])
def test_a_hardening_that_is_no_boolean(value):
    with pytest.raises(AnsibleFilterError, match=r"^survey_faults: hardened is .*: it must be true, false or null"):
        survey_faults({"node1": {**result(), "hardened": value}})


def test_another_input():
    with pytest.raises(AnsibleFilterError, match=r"^survey_faults: the survey of node1 is None: it must have"):
        survey_faults({"node1": None})


def test_the_first_control_plane_is_a_new_machine():
    surveys = {"master": result(), "master2": result("sha256:0a"), "node1": result("sha256:0a")}
    assert survey_faults(surveys, ["master", "master2"]) == []
    surveys["master3"] = result("sha256:0b")
    [told] = survey_faults(surveys, ["master", "master2", "master3"])
    assert told.startswith("master3 belongs to another cluster (CA sha256:0b instead of sha256:0a)")


def test_a_new_control_plane_says_nothing_of_a_cluster_whose_control_plane_is_left_out():
    """As with --limit master2,node1, where node1 works in the cluster of master."""
    surveys = {"master2": result(), "node1": result("sha256:0a")}
    assert survey_faults(surveys, ["master", "master", "master2"]) == []
    [told] = survey_faults({**surveys, "master": result()}, ["master", "master", "master2"])
    assert told.startswith("node1 belongs to another cluster (CA sha256:0a instead of none")
