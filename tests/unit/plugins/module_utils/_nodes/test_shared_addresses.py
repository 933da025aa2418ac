# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.shared_addresses import find_shared_addresses


@pytest.mark.parametrize(
    ("addresses", "expected"),
    [
        pytest.param({}, [], id="no nodes"),
        pytest.param({"master": ("10.0.2.15", "enp0s3")}, [], id="one node"),
        pytest.param(
            {"master": ("10.100.198.200", "enp0s8"), "node1": ("10.100.198.201", "enp0s8")}, [], id="each its own"
        ),
        pytest.param(
            {"node2": ("10.0.2.15", "enp0s3"), "master": ("10.0.2.15", "enp0s3"), "node1": ("10.0.2.15", "enp0s3")},
            [
                {
                    "address": "10.0.2.15",
                    "nodes": ["master", "node1", "node2"],
                    "interfaces": {"master": "enp0s3", "node1": "enp0s3", "node2": "enp0s3"},
                    "message": "master, node1 and node2 all have 10.0.2.15 on enp0s3: give node_address an "
                    "interface or a network that picks another address on each node",
                }
            ],
            id="all of three",
        ),
        pytest.param(
            {"b": ("fd00:0::1", "eth1"), "c": ("10.0.0.1", "eth0"), "a": ("fd00::1", "eth0")},
            [
                {
                    "address": "fd00::1",
                    "nodes": ["a", "b"],
                    "interfaces": {"a": "eth0", "b": "eth1"},
                    "message": "a (eth0) and b (eth1) both have fd00::1: give node_address an interface or a "
                    "network that picks another address on each node",
                }
            ],
            id="two of three, on different NICs",
        ),
    ],
)
def test_shared_addresses(addresses, expected):
    assert [one.as_dict() for one in find_shared_addresses(addresses)] == expected


@pytest.mark.parametrize(
    ("others", "holders"),
    [
        ({"old": ["10.0.0.1", "fd00::1"]}, (("new", "eth0"), ("old", ""))),
        ({"old": ["10.0.0.2"], "older": ["10.0.0.2"]}, None),
        ({"old": []}, None),
    ],
)
def test_others_count_where_a_node_has_their_address(others, holders):
    found = find_shared_addresses({"new": ("10.0.0.1", "eth0")}, others)
    assert [one.holders for one in found] == ([holders] if holders else [])


def test_the_nic_of_others_is_unknown():
    (shared,) = find_shared_addresses({"new": ("10.0.0.1", "eth0")}, {"old": ["10.0.0.1"]})
    assert shared.message.startswith("new (eth0) and old both have 10.0.0.1: give node_address")


def test_shared_addresses_are_sorted():
    texts = ["fd00::1", "10.0.10.1", "10.0.9.1"]
    addresses = {f"{text} on {node}": (text, "eth0") for text in texts for node in "ab"}
    assert [str(one.address) for one in find_shared_addresses(addresses)] == ["10.0.9.1", "10.0.10.1", "fd00::1"]


def test_a_text_that_is_no_address():
    with pytest.raises(InputError, match=r"^the address of node1 is 'none', which is not an IPv4 or IPv6 address$"):
        find_shared_addresses({"node1": ("none", "eth0")})
