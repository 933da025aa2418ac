# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import socket
import struct
import time

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._gathering import knocks
from ansible_collections.podnet.kubernetes.plugins.module_utils._gathering.knocks import Door, doors_of, knock


def vxlan_node(count=2, own="10.0.0.1"):
    macs = [f"02:00:00:00:00:{n:02x}" for n in range(2, count + 2)]
    return {
        "server": "https://10.0.0.1:6443",
        "links": [
            {"name": "eth0", "addresses": [f"{own}/24", "fd00::1/64"]},
            {"name": "flannel.1", "addresses": ["10.244.1.0/32"], "vxlan": {"port": 8472}},
        ],
        "routes": [],
        "overlay": {
            "flannel.1": {
                "neighbours": [f"10.244.{n}.0 {mac}" for n, mac in enumerate(macs, 2)],
                "forwarding": [f"{mac} 10.0.0.{n}" for n, mac in enumerate(macs, 2)],
            }
        },
    }


def test_doors_of_an_overlay():
    assert list(map(str, doors_of(vxlan_node(1)))) == [
        "tcp 10.0.0.1 6443",
        "icmp 10.0.0.1",
        "tcp 10.0.0.2 10250",
        "icmp 10.0.0.2",
        "udp 10.0.0.2 8472",
        "tcp 10.244.2.0 10250",
        "icmp 10.244.2.0",
    ]


def test_twenty_of_many_nodes_after_our_own():
    found = [door.address for door in doors_of(vxlan_node(40, own="10.0.0.35")) if door.protocol == "udp"]
    assert found == [f"10.0.0.{n}" for n in (*range(36, 42), *range(2, 16))]


def test_doors_behind_routes():
    group = {"table": "main", "type": "unicast", "device": "eth0", "protocol": "static"}
    routes = ["10.244.2.0/24 10.0.0.2", "0.0.0.0/0 10.0.0.254", "10.0.0.0/24", "fd00:2::/64 fd00::2"]
    node = {"links": [], "overlay": {}, "server": "https://api.example:6443", "routes": [{**group, "routes": routes}]}
    assert list(map(str, doors_of(node))) == ["tcp 10.0.0.2 10250", "icmp 10.0.0.2"]


def test_a_node_of_which_nothing_could_be_read():
    assert doors_of({"links": None, "routes": None, "overlay": {"flannel.1": {"neighbours": None}}}) == []


@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0)) as one:
        yield one.getsockname()[1]


def test_open_and_refused(listener):
    with socket.create_server(("127.0.0.1", 0)) as gone:
        free = gone.getsockname()[1]
    doors = [Door("tcp", "127.0.0.1", listener), Door("tcp", "127.0.0.1", free), Door("udp", "127.0.0.1", free)]
    start = time.monotonic()
    assert knock(doors, 60) == {
        f"tcp 127.0.0.1 {listener}": "open",
        f"tcp 127.0.0.1 {free}": "refused",
        f"udp 127.0.0.1 {free}": "refused",
    }
    assert time.monotonic() - start < 30


def test_nothing_to_do():
    assert knock([]) == {}


def test_silence_ends_in_time(monkeypatch):
    monkeypatch.setattr(socket.socket, "connect_ex", lambda _self, _address: knocks.errno.EINPROGRESS)
    monkeypatch.setattr(knocks.select, "select", lambda *_arguments: ([], [], []))
    assert knock([Door("tcp", "127.0.0.1", 9)], seconds=0.05) == {"tcp 127.0.0.1 9": "timeout"}


def test_a_network_that_cannot_be_reached(monkeypatch):
    monkeypatch.setattr(socket.socket, "connect_ex", lambda _self, _address: knocks.errno.ENETUNREACH)
    found = knock([Door("tcp", "127.0.0.1", 9), Door("udp", "127.0.0.1", 9)])
    assert set(found.values()) == {"Network is unreachable"}


def test_without_the_right_to_ping_pings_are_left_out(monkeypatch):
    original = socket.socket

    def refused(family=-1, kind=-1, *rest):
        if kind == socket.SOCK_RAW:
            raise PermissionError
        return original(family, kind, *rest)

    monkeypatch.setattr(knocks.socket, "socket", refused)
    assert knock([Door("icmp", "127.0.0.1")]) == {}


def test_the_checksum_of_a_ping():
    header = struct.pack("!BBHHH", 8, 0, 0, 0x1234, 1)
    # RFC 1071: the sum of all words, the checksum's own among them, has all bits set.
    assert sum(struct.unpack("!4H", header)) + knocks._checksum(header) == 0xFFFF
