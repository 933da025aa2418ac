# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.api_vip import NodeAddress, plan_vip

NETWORK = "10.100.198.0/24"
ADDRESSES = {"master": NodeAddress("10.100.198.200", NETWORK), "master2": NodeAddress("10.100.198.204", NETWORK)}


def test_the_control_planes_that_share_it():
    plan = plan_vip(ADDRESSES, ["master2", "master3", "master"], "10.100.198.210")
    assert [*plan.peers.items()] == [("master2", "10.100.198.204"), ("master", "10.100.198.200")]
    assert (plan.silent, plan.faults) == (("master3",), ())


@pytest.mark.parametrize(
    ("vip", "fault"),
    [
        ("10.100.198.204", f"is the address of master2: give a free address of {NETWORK}"),
        ("10.100.198.255", f"is no host's address in {NETWORK}: give a free one between"),
    ],
)
def test_an_address_that_is_not_free(vip, fault):
    assert f"podnet_api_vip {vip} {fault}" in plan_vip(ADDRESSES, list(ADDRESSES), vip).faults


def test_an_address_of_another_network():
    faults = plan_vip(ADDRESSES, list(ADDRESSES), "10.0.2.99").faults
    assert faults == tuple(
        f"podnet_api_vip 10.0.2.99 is outside the node network {NETWORK} of {host}: give a free address there"
        for host in ADDRESSES
    )


@pytest.mark.parametrize("vip", ["", "api.example.org", "fd00::1"])
def test_another_thing(vip):
    with pytest.raises(InputError, match="give a free IPv4 address of the node network"):
        plan_vip(ADDRESSES, list(ADDRESSES), vip)
