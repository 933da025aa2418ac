# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.podnet.kubernetes.plugins.filter.control_plane_plan import control_plane_plan

HOSTS = ["master", "master2", "master3"]


def result(*missing, endpoint="", begun=False):
    return {"missing": list(missing), "endpoint": endpoint, "begun": begun, "changed": bool(missing)}


def test_the_plan():
    progress = {"master": result("object"), "master3": result(endpoint="10.0.0.9:8443", begun=True)}
    assert control_plane_plan(progress, HOSTS, "10.0.0.9:8443") == {
        "first": "master3",
        "join": ["master"],
        "faults": [],
    }


def test_other_inputs():
    with pytest.raises(AnsibleFilterError, match=r"^control_plane_plan: the progress of master is None: it must have"):
        control_plane_plan({"master": None}, HOSTS)
    with pytest.raises(AnsibleFilterError, match=r"^control_plane_plan: hosts is empty"):
        control_plane_plan({}, [])
