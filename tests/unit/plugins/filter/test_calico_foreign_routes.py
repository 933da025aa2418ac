# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.podnet.kubernetes.plugins.filter.calico_foreign_routes import FilterModule
from ansible_collections.podnet.kubernetes.plugins.filter.network_conflicts import network_conflicts

calico_foreign_routes = FilterModule().filters()["calico_foreign_routes"]

ROUTES = [
    {"dst": "default", "gateway": "10.0.2.2", "dev": "enp0s3", "protocol": "dhcp", "flags": []},
    {"dst": "192.168.7.0/24", "gateway": "10.100.198.9", "dev": "enp0s8", "protocol": "static", "flags": []},
    {"dst": "192.168.104.0/26", "gateway": "192.168.104.0", "dev": "vxlan.calico", "protocol": "80", "flags": []},
]


def test_the_entries_are_those_that_network_conflicts_reads():
    pods = {"name": "pod network", "variable": "calico_pod_network", "network": "192.168.0.0/16"}
    assert network_conflicts([pods, *calico_foreign_routes(ROUTES, "node2")]) == [
        "pod network 192.168.0.0/16 (calico_pod_network) overlaps the route 192.168.7.0/24 (node2, enp0s8): choose "
        "another calico_pod_network"
    ]


@pytest.mark.parametrize("routes", ["10.0.0.0/8", [1], None])
def test_bad_input(routes):
    with pytest.raises(
        AnsibleFilterError,
        match=r"^calico_foreign_routes: node2: the input is .*: give the output of 'ip -json route show'",
    ):
        calico_foreign_routes(routes, "node2")
