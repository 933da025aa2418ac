# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.links import Link, read_links, read_silent

# As `ip -j -d address show` prints them, without fields that nobody reads.
LINKS = [
    {"ifname": "lo", "mtu": 65536, "address": "00:00:00:00:00:00", "addr_info": [{"local": "127.0.0.1"}]},
    {},
    {
        "ifname": "enp0s3",
        "mtu": 1500,
        "address": "08:00:27:00:00:01",
        "addr_info": [{"family": "inet", "local": "10.0.2.15"}, {"family": "inet6", "local": "fe80::1"}],
    },
    {
        "ifname": "flannel.1",
        "mtu": 1450,
        "address": "ee:00:00:00:00:01",
        "linkinfo": {"info_kind": "vxlan", "info_data": {"id": 1, "port": 8472}},
        "addr_info": [{"family": "inet", "local": "10.244.1.0"}],
    },
    {
        "ifname": "veth1",
        "mtu": 1450,
        "address": "ee:00:00:00:00:02",
        "master": "cni0",
        "linkinfo": {"info_kind": "veth", "info_slave_kind": "bridge"},
        "addr_info": [],
    },
]
FORWARDING = [
    {"mac": "ee:00:00:00:00:03", "ifname": "flannel.1", "dst": "10.0.2.15", "flags": ["self"]},
    {"mac": "ee:00:00:00:00:04", "ifname": "flannel.1", "dst": "192.0.2.3", "flags": ["self"]},
    {"mac": "33:33:00:00:00:01", "ifname": "veth1", "flags": ["self"]},
]


def test_links():
    assert read_links(json.dumps(LINKS)) == [
        Link("lo", None, None, "00:00:00:00:00:00", 65536, ("127.0.0.1",)),
        Link("enp0s3", None, None, "08:00:27:00:00:01", 1500, ("10.0.2.15", "fe80::1")),
        Link("flannel.1", "vxlan", None, "ee:00:00:00:00:01", 1450, ("10.244.1.0",), port=8472),
        Link("veth1", "veth", "cni0", "ee:00:00:00:00:02", 1450, ()),
    ]


def test_a_vxlan_link_that_sends_to_the_node_itself():
    links = {link.name: link for link in read_links(json.dumps(LINKS), json.dumps(FORWARDING))}
    assert links["flannel.1"].own_remotes == ("10.0.2.15",)
    assert links["veth1"].own_remotes == ()


def test_neighbours_that_do_not_answer():
    text = json.dumps([{"dst": "192.0.2.9", "dev": "enp0s8", "state": ["FAILED"]}, {"dst": "fe80::9", "dev": "cni0"}])
    assert read_silent(text) == ["192.0.2.9 on enp0s8", "fe80::9 on cni0"]
    assert read_silent("[]") == []


@pytest.mark.parametrize("text", ["", "{}", '[{"mtu": 1}]'])
def test_another_text_is_an_error(text):
    with pytest.raises(InputError):
        read_links(text)
