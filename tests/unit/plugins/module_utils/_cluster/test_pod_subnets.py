# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.pod_subnets import find_mistakes

FOUR, BOTH = "10.244.0.0/16", "10.244.0.0/16, fd10:244::/56"


def nodes(*subnets):
    spec = {"podCIDR": subnets[0], "podCIDRs": list(subnets)} if subnets else {}
    return [{"kind": "Node", "metadata": {"name": "node1"}, "spec": spec}]


@pytest.mark.parametrize(
    ("network", "subnets", "mistakes"),
    [
        (FOUR, ["10.244.1.0/24"], []),
        # A cluster of both families would lose one.
        (
            FOUR,
            ["10.244.1.0/24", "fd10:244::/64"],
            ["node1 has the pod subnet fd10:244::/64, and net 10.244.0.0/16 has no IPv6 network"],
        ),
        (BOTH, ["10.244.1.0/24", "fd10:244::/64"], []),
        (BOTH, ["fd10:244::/64", "10.244.1.0/24"], []),
        (FOUR, [], ["node1 has the pod subnet none of IPv4, which is not in net 10.244.0.0/16"]),
        (FOUR, ["10.22.1.0/24"], ["node1 has the pod subnet 10.22.1.0/24, which is not in net 10.244.0.0/16"]),
        (BOTH, ["10.244.1.0/24"], ["node1 has the pod subnet none of IPv6, which is not in net fd10:244::/56"]),
        (
            BOTH,
            ["10.244.1.0/24", "fd10:22::/64"],
            ["node1 has the pod subnet fd10:22::/64, which is not in net fd10:244::/56"],
        ),
    ],
)
def test_subnets(network, subnets, mistakes):
    assert find_mistakes(nodes(*subnets), "net", network) == mistakes


def test_a_subnet_that_is_none():
    with pytest.raises(InputError, match=r"^node1: spec\.podCIDRs\[0\] 10\.244\.1\.1/24: has host bits"):
        find_mistakes(nodes("10.244.1.1/24"), "net", FOUR)
