# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._gathering.links import (
    compact_forwarding,
    compact_links,
    compact_neighbours,
    compact_routes,
)

OUTPUTS = Path(__file__).parents[2] / "ip_address_show"


def test_links_of_a_node_with_flannel():
    found = compact_links(json.loads((OUTPUTS / "vagrant_flannel.json").read_text()))
    by_name = {one["name"]: one for one in found["links"]}
    assert set(by_name) == {"lo", "enp0s3", "enp0s8", "flannel.1", "cni0"}
    assert by_name["enp0s8"]["addresses"][0] == "10.100.198.201/24"
    assert by_name["flannel.1"]["vxlan"]["local"] == "10.100.198.201"
    assert [one["count"] for one in found["veths"]] == [2]
    assert found["veths"][0]["master"] == "cni0"


def test_a_veth_link_with_an_address_is_a_nic():
    found = compact_links(json.loads((OUTPUTS / "lab_calico.json").read_text()))
    assert {"enp0s3", "enp0s8"} <= {one["name"] for one in found["links"]}
    assert all(not one["name"].startswith("cali") for one in found["links"])


def test_routes_are_in_groups():
    routes = [
        {"dst": "default", "gateway": "10.0.2.2", "dev": "enp0s3", "protocol": "static"},
        {"dst": "10.244.1.0/24", "gateway": "10.244.1.0", "dev": "flannel.1", "flags": ["onlink"]},
        {"dst": "10.244.2.0/24", "gateway": "10.244.2.0", "dev": "flannel.1", "flags": ["onlink"]},
        {"type": "blackhole", "dst": "10.9.0.0/26", "protocol": "bird"},
        {"dst": "10.9.0.7", "dev": "cali12345", "scope": "link"},
        {"type": "local", "dst": "10.0.2.15", "dev": "enp0s3", "table": "local"},
        {
            "dst": "10.7.0.0/16",
            "table": "100",
            "nexthops": [{"gateway": "10.0.0.1", "dev": "a"}, {"gateway": "10.0.0.2", "dev": "b"}],
        },
    ]
    found = {(one["table"], one["device"], one["type"]): one["routes"] for one in compact_routes(routes)}
    assert found == {
        ("main", "enp0s3", "unicast"): ["0.0.0.0/0 10.0.2.2"],
        ("main", "flannel.1", "unicast"): ["10.244.1.0/24 10.244.1.0", "10.244.2.0/24 10.244.2.0"],
        ("main", "", "blackhole"): ["10.9.0.0/26"],
        ("100", "a", "unicast"): ["10.7.0.0/16 10.0.0.1"],
        ("100", "b", "unicast"): ["10.7.0.0/16 10.0.0.2"],
    }
    assert compact_routes([{"dst": "default", "gateway": "fd00::1", "dev": "x"}], "::/0")[0]["routes"] == [
        "::/0 fd00::1"
    ]


def test_neighbours_and_forwarding_entries_of_an_overlay():
    neighbours = [
        {"dst": "10.244.1.0", "lladdr": "aa:bb:cc:dd:ee:01", "state": ["PERMANENT"]},
        {"dst": "10.244.2.0", "lladdr": "aa:bb:cc:dd:ee:02", "state": ["STALE"]},
        {"dst": "10.244.3.0", "state": ["FAILED"]},
    ]
    assert compact_neighbours(neighbours) == ["10.244.1.0 aa:bb:cc:dd:ee:01"]
    entries = [{"mac": "aa:bb:cc:dd:ee:01", "dst": "10.0.0.1"}, {"mac": "33:33:00:00:00:01"}]
    assert compact_forwarding(entries) == ["aa:bb:cc:dd:ee:01 10.0.0.1"]


@pytest.mark.parametrize(("key", "address"), [("local", "10.100.198.201"), ("local6", "fd10:100:198::201")])
def test_the_outer_address_of_either_family(key, address):
    data = {"id": 1, key: address, "link": "enp0s8", "port": 8472}
    link = {"ifname": "vx", "flags": [], "linkinfo": {"info_kind": "vxlan", "info_data": data}, "addr_info": []}
    (found,) = compact_links([link])["links"]
    assert found["vxlan"] == {"id": 1, "port": 8472, "local": address, "link": "enp0s8"}
