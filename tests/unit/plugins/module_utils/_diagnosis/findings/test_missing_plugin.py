# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from diagnosis_world import World


@pytest.mark.parametrize("name", ["flannel", "bridge", "host-local", "portmap", "loopback"])
def test_a_program_is_missing(name):
    world = World()
    world.nodes["node1"]["cni"]["programs"]["/opt/cni/bin"].remove(name)
    (found,) = world.diagnose("missing_plugin")["findings"]
    assert found["cause"] == f"containerd finds no plugin {name} on node1"
    assert found["evidence"] == [f"10-flannel.conflist needs {name}; containerd looks in /opt/cni/bin"]
    assert world.found()[0] == "missing_plugin"


def test_containerd_looks_elsewhere():
    world = World()
    cni = world.nodes["node2"]["cni"]
    cni["places"] = ["/usr/lib/cni"]
    cni["programs"]["/usr/lib/cni"] = None
    (found,) = world.diagnose("missing_plugin")["findings"]
    assert "containerd looks in /usr/lib/cni, and they are in /opt/cni/bin" in found["evidence"][0]


def test_programs_that_no_configuration_names_may_be_missing():
    world = World()
    world.nodes["node1"]["cni"]["programs"]["/opt/cni/bin"].remove("ptp")
    assert world.found() == []


def test_a_directory_that_could_not_be_read_says_nothing():
    world = World()
    world.nodes["node1"]["cni"]["programs"]["/opt/cni/bin"] = None
    world.nodes["node1"]["unread"]["/opt/cni/bin"] = "Permission denied"
    assert world.found("missing_plugin") == []
