# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.calico_pools import plan_pools

FOUR, SIX = "192.168.0.0/16", "fd10:192::/56"
BOTH = f"{FOUR},{SIX}"


def pool(name, network):
    return {"kind": "IPPool", "metadata": {"name": name}, "spec": {"cidr": network}}


POOL4, POOL6 = pool("default-ipv4-ippool", FOUR), pool("default-ipv6-ippool", SIX)


def modes(plan):
    return {one["metadata"]["name"]: one["spec"] for one in plan.changes}


@pytest.mark.parametrize("network", [FOUR, BOTH])
def test_a_cluster_without_pools(network):
    plan = plan_pools([], network, "Always", "Never")
    assert (plan.changes, plan.mistakes) == ((), ())


def test_each_pool_gets_the_modes_of_its_family():
    plan = plan_pools([POOL6, POOL4], BOTH, "Never", "Always")
    assert modes(plan) == {
        "default-ipv4-ippool": {"vxlanMode": "Never", "ipipMode": "Always"},
        "default-ipv6-ippool": {"vxlanMode": "Never", "ipipMode": "Never"},
    }
    assert plan.mistakes == ()
    assert set(modes(plan_pools([POOL4], BOTH, "Always", "Never"))) == {"default-ipv4-ippool"}


def test_pools_of_others_stay():
    other = pool("of-a-user", "10.9.0.0/16")
    assert plan_pools([other, POOL6], FOUR, "Always", "Never").changes == ()


@pytest.mark.parametrize(
    ("found", "name", "network"),
    [
        ([pool("default-ipv4-ippool", "10.9.0.0/16"), POOL6], "default-ipv4-ippool", "10.9.0.0/16"),
        ([POOL4, pool("default-ipv6-ippool", "fd10:193::/56")], "default-ipv6-ippool", "fd10:193::/56"),
    ],
)
def test_a_pool_of_another_network(found, name, network):
    assert plan_pools(found, BOTH, "Always", "Never").mistakes == (
        f"Calico gives addresses from {network} (IPPool {name}), and calico_pod_network is {BOTH}",
    )


def test_one_network_has_several_spellings():
    assert plan_pools([POOL4, pool("default-ipv6-ippool", "fd10:192:0::/56")], BOTH, "Always", "Never").mistakes == ()


@pytest.mark.parametrize("found", [7, [{}], [{"metadata": {"name": "a"}, "spec": {"cidr": 7}}]])
def test_no_pools(found):
    with pytest.raises(InputError):
        plan_pools(found, FOUR, "Always", "Never")
