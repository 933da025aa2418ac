# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Packets over the loopback link of this machine, as root."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import ClusterError
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import Endpoint
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail import senders
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.marks import Mark, mark_of_payload
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.packet_socket import Watcher
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.pairs import load_pairs
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.senders import open_sender

RUN = f"sender{os.getpid()}"  # another process may run the same test now
HERE = [
    Endpoint("here", "node", ("127.0.0.1", "::1"), "here"),
    Endpoint("dns", "dns", ("127.0.0.1", "::1"), "here", question="kubernetes.default.svc.cluster.local."),
]
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="packet sockets need root")


def pair(check, **more):
    form = {"source": "here", "target": "dns" if check == "dns" else "here", "check": check, **more}
    return load_pairs([form], HERE)[0]


def seen(one, *marks):
    """The kinds and marks of the packets that the loopback link sees arrive while these probes are sent."""
    watcher, sender = Watcher(RUN), open_sender(one, RUN)
    try:
        for mark in marks:
            sender.send(mark)
        return [(packet.kind, packet.mark) for _link, kind, packet in watcher.packets(100) if kind == 0]
    finally:
        sender.close()
        watcher.close()


@needs_root
@pytest.mark.parametrize("family", ["ipv4", "ipv6"])
@pytest.mark.parametrize("size", [0, 1400])
def test_echoes(family, size):
    marks = Mark(0, 0), Mark(0, 63)
    found = seen(pair("icmp", family=family, size=size), *marks)
    assert found == [(kind, mark) for mark in marks for kind in ("probe", "answer")]


@needs_root
@pytest.mark.parametrize("family", ["ipv4", "ipv6"])
def test_connections_to_a_server(family):
    version, address = (socket.AF_INET, "127.0.0.1") if family == "ipv4" else (socket.AF_INET6, "::1")
    with socket.create_server((address, 0), family=version) as server:
        found = seen(pair("tcp", family=family, port=server.getsockname()[1]), Mark(7, 1), Mark(7, 2))
    assert found == [(kind, Mark(7, number)) for number in (1, 2) for kind in ("probe", "answer")]


@needs_root
@pytest.mark.parametrize("family", ["ipv4", "ipv6"])
@pytest.mark.parametrize("check", ["tcp", "udp", "dns"])
def test_a_port_without_a_server(check, family):
    """TCP answers with a reset, UDP by an ICMP error."""
    assert seen(pair(check, family=family, port=1), Mark(3, 4)) == [("probe", Mark(3, 4)), ("error", Mark(3, 4))]


def test_datagrams_are_requests_of_the_given_size():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(5)
        sender = open_sender(pair("udp", port=server.getsockname()[1], size=500), RUN)
        sender.send(Mark(1, 2))
        sender.close()
        data = server.recv(65536)
    assert mark_of_payload(data, RUN) == Mark(1, 2)
    assert len(data) == 500 - 20 - 8  # the headers of IPv4 and UDP


@pytest.mark.parametrize(("mtu", "size"), [(1450, 1450), (None, 576)])
def test_the_check_mtu_fills_the_link_of_the_source(monkeypatch, mtu, size):
    """Without a link that has the address, RFC 791 knows the least MTU."""
    monkeypatch.setattr(senders, "mtu_of", {"127.0.0.1": mtu}.get)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(5)
        sender = open_sender(pair("mtu", port=server.getsockname()[1]), RUN)
        sender.send(Mark(1, 2))
        sender.close()
        assert len(server.recv(65536)) == size - 20 - 8


def test_nothing_of_a_connection_is_left():
    if os.geteuid():
        pytest.skip("the repair of TCP needs root")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        seen(pair("tcp", port=port), Mark(0, 1))
    lines = Path("/proc/net/tcp").read_text().splitlines()
    assert [line for line in lines if f":{port:04X} " in line] == []


def test_a_kernel_that_refuses_a_packet():
    blocked = load_pairs(
        [{"source": "here", "target": "far", "check": "udp", "port": 9}],
        [*HERE, Endpoint("far", "node", ("255.255.255.255",), "far")],
    )[0]
    sender = open_sender(blocked, RUN)
    with pytest.raises(PermissionError):  # broadcast without asking for it
        sender.send(Mark(0, 0))
    sender.close()


def test_a_kernel_that_refuses_a_socket(monkeypatch):
    def refuse(*_arguments):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(senders.socket, "socket", refuse)
    with pytest.raises(ClusterError, match="here: no socket for icmp over ipv4: Operation not permitted"):
        open_sender(pair("icmp"), RUN)
