# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from diagnosis_world import World

LINE = 'E1128 1 x.go:1] "failed" err="no IP addresses available in range set: 10.244.2.1-10.244.2.254"'


def test_every_address_is_taken_and_the_log_says_so():
    world = World("flannel")
    world.nodes["node1"]["cni"]["allocated"] = {"cbr0": 253}
    world.nodes["node1"]["logs"]["kubelet"] = ["other", LINE]
    found = world.first("pool_exhausted")
    assert f"253 of 253 in {world.subnet('node1')} are taken" in found["cause"]
    assert found["evidence"] == ["node1: /var/lib/cni/networks/cbr0 has 253 addresses", LINE]


@pytest.mark.parametrize("allocated", [{"cbr0": 252}, {"other": 253}, {}, None])
def test_one_address_that_is_left_is_enough(allocated):
    """Also while the log still has the line of an earlier hour."""
    world = World("flannel")
    world.nodes["node1"]["cni"]["allocated"] = allocated
    world.nodes["node1"]["logs"]["kubelet"] = [LINE]
    assert world.found() == []


def test_calico_has_pools_of_its_own():
    world = World("calico")
    world.nodes["node1"]["cni"]["allocated"] = {"k8s-pod-network": 253}
    assert world.found() == []
