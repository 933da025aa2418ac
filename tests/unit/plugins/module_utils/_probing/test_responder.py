# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import itertools
import json
import os
import re
import socket
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import ClusterError, InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing import responder
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.links import mtu_of
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.network_namespace import Namespaces
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.responder import (
    Place,
    bind,
    serve,
    start,
    stop,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.wire import LARGEST_TRANSFER, payload

ADDRESSES = ("127.0.0.1", "::1")
PATIENCE = 5.0  # seconds until a test gives up; nothing takes as long when all is well


NUMBERS = itertools.count()


@contextmanager
def alone():
    """Use another control socket, because other responders may run on this machine."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(responder, "_CONTROL", f"\0podnet.kubernetes/test-{os.getpid()}-{next(NUMBERS)}")
        yield


@pytest.fixture(autouse=True)
def control():
    """A control socket for each test."""
    with alone():
        yield


@contextmanager
def responders(*places, run="run1", seconds=60):
    """Start responders in their own process, and yield their listeners."""
    with Namespaces() as namespaces:
        bound = bind(places, namespaces)
    start(bound, run, seconds)
    try:
        yield [one.listener for one in bound]
    finally:
        stop()


@pytest.fixture(scope="module")
def ports():
    """The ports of a responder of endpoint b and run run1, by address and protocol."""
    with alone(), responders(Place("b", "", ADDRESSES)) as listeners:
        yield {(one.address, one.protocol): one.port for one in listeners}


def connect(port, address="127.0.0.1"):
    return socket.create_connection((address, port), timeout=PATIENCE)


def read_all(sock):
    """Read until the other side closes."""
    parts = []
    with suppress(ConnectionResetError):
        while part := sock.recv(65536):
            parts.append(part)
    return b"".join(parts)


@pytest.mark.parametrize(("address", "shown"), [("127.0.0.1", "127.0.0.1"), ("::1", "[::1]")])
def test_tcp_reports_whom_it_saw(ports, address, shown):
    with connect(ports[address, "tcp"], address) as sock:
        sock.sendall(b"podnet1 run1 nonce7 0\n")
        line = sock.makefile("rb").readline()
        own = sock.getsockname()[1]
    assert json.loads(line) == {"endpoint": "b", "peer": f"{shown}:{own}", "nonce": "nonce7", "size": 0}


@pytest.mark.parametrize(("address", "shown"), [("127.0.0.1", "127.0.0.1"), ("::1", "[::1]")])
def test_udp_reports_whom_it_saw_and_how_much(ports, address, shown):
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(PATIENCE)
        sock.connect((address, ports[address, "udp"]))
        # Only the last one is a request of the run. An answer to another one would come first.
        for data in (b"", b"rubbish", b"podnet1 run2 nonce1 0\n", b"podnet1 run1 nonce7 0\n".ljust(1400)):
            sock.send(data)
        answer = sock.recv(65536)
        own = sock.getsockname()[1]
    assert json.loads(answer) == {"endpoint": "b", "peer": f"{shown}:{own}", "nonce": "nonce7", "size": 1400}


def test_a_request_may_come_in_pieces(ports):
    with connect(ports["127.0.0.1", "tcp"]) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for part in (b"pod", b"net1 run1", b" 7 3", b"\n", payload(3)[:1], payload(3)[1:]):
            sock.sendall(part)
        stream = sock.makefile("rb")
        assert json.loads(stream.readline())["nonce"] == "7"
        assert stream.read(3) == payload(3)


@pytest.mark.parametrize("size", [1, 65536, LARGEST_TRANSFER])
def test_what_was_sent_comes_back(ports, size):
    with connect(ports["127.0.0.1", "tcp"]) as sock:
        sock.sendall(b"podnet1 run1 0 %d\n" % size + payload(size))
        stream = sock.makefile("rb")
        stream.readline()
        assert stream.read(size) == payload(size)


def test_damage_on_the_way_there_is_told_at_once_and_in_full_length(ports):
    """Fewer bytes would look as if large packets were lost."""
    damaged = bytearray(payload(65536))
    damaged[40000] ^= 1
    with connect(ports["127.0.0.1", "tcp"]) as sock:
        sock.sendall(b"podnet1 run1 0 65536\n" + damaged)
        stream = sock.makefile("rb")
        stream.readline()
        back = stream.read(65536)
    assert len(back) == 65536
    assert back != payload(65536)


def test_no_more_is_carried_than_the_largest_transfer(ports):
    with connect(ports["127.0.0.1", "tcp"]) as sock:
        sock.sendall(b"podnet1 run1 0 %d\n" % (1 << 40) + payload(LARGEST_TRANSFER))
        stream = sock.makefile("rb")
        stream.readline()
        assert stream.read(LARGEST_TRANSFER) == payload(LARGEST_TRANSFER)


@pytest.mark.parametrize(
    "data",
    [
        b"podnet1 run2 0 0\n",  # of another run
        b"podnet2 run1 0 0\n",
        b"podnet1 run1 0\n",
        b"GET / HTTP/1.1\r\n",
        b"x" * 201,
        b"x" * (4 * LARGEST_TRANSFER),
    ],
    ids=["run", "word", "short", "http", "long", "flood"],
)
def test_who_is_no_asker_is_not_answered(ports, data):
    with connect(ports["127.0.0.1", "tcp"]) as sock:
        with suppress(BrokenPipeError, ConnectionResetError):
            sock.sendall(data)
        assert read_all(sock) == b""


def test_an_asker_that_hangs_up_is_no_trouble_for_the_next(ports):
    for data in (b"", b"podnet1 ", b"podnet1 run1 0 0\n", b"podnet1 run1 0 65536\nhalf"):
        with connect(ports["127.0.0.1", "tcp"]) as sock:
            sock.sendall(data)
    test_tcp_reports_whom_it_saw(ports, "127.0.0.1", "127.0.0.1")


def test_free_ports_are_chosen_and_the_nic_s_mtu_is_told():
    with responders(Place("a", "", ADDRESSES), Place("b", "", ("127.0.0.1",))) as listeners:
        assert [(one.endpoint, one.address, one.protocol, one.answers, one.mtu) for one in listeners] == [
            (endpoint, address, protocol, "podnet", mtu_of(address))
            for endpoint, address in (("a", "127.0.0.1"), ("a", "::1"), ("b", "127.0.0.1"))
            for protocol in ("tcp", "udp")
        ]
        assert all(1024 <= one.port <= 65535 for one in listeners)
        assert len({(one.address, one.protocol, one.port) for one in listeners}) == len(listeners)


@pytest.mark.skipif(os.geteuid() != 0, reason="the kernel gives others less")
def test_there_is_room_for_many_datagrams():
    """The kernel of a busy node may take answers later than a responder gives them."""
    with Namespaces() as namespaces:
        bound = bind([Place("b", "", ADDRESSES[:1])], namespaces)
    (udp,) = [one.sock for one in bound if one.listener.protocol == "udp"]
    for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
        assert udp.getsockopt(socket.SOL_SOCKET, option) >= 1 << 20
    for one in bound:
        one.sock.close()


@pytest.mark.parametrize("taken_protocol", ["tcp", "udp"])
def test_a_port_that_is_taken_is_left_to_who_has_it(taken_protocol):
    with socket.socket(type=socket.SOCK_STREAM if taken_protocol == "tcp" else socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        if taken_protocol == "tcp":
            taken.listen()
        port = taken.getsockname()[1]
        with responders(Place("b", "", ("127.0.0.1",), (port,))) as listeners:
            assert {(one.protocol, one.port, one.answers) for one in listeners} == {
                (protocol, port, "nothing" if protocol == taken_protocol else "podnet") for protocol in ("tcp", "udp")
            }


@pytest.mark.parametrize(
    ("place", "message"),
    [
        (
            Place("shop/web", "", ("203.0.113.9",), (8080,)),
            "shop/web: no responder at 203.0.113.9 port 8080 (tcp): Cannot assign requested address",
        ),
        (
            Place("shop/web", "/proc/0/ns/net", ("127.0.0.1",)),
            "cannot enter the network namespace /proc/0/ns/net: No such file or directory",
        ),
    ],
)
def test_where_there_can_be_no_responder(place, message):
    with Namespaces() as namespaces, pytest.raises(ClusterError, match=f"^{re.escape(message)}$"):
        bind([place], namespaces)


def test_there_are_responders_of_one_run_on_a_node():
    with responders(Place("b", "", ("127.0.0.1",))):
        with pytest.raises(ClusterError, match=r"^this node has responders of another run: Address already in use$"):
            start([], "run2", 60)
        assert stop() is True
        assert stop() is False
        start([], "run2", 60)
        assert stop() is True


@pytest.mark.parametrize("run", ["", "a b", "a\n", "x" * 65, "läuft"])
def test_an_identifier_that_does_not_fit_into_a_request(run):
    with pytest.raises(InputError, match=r"^run is '.*': it must be 1 to 64 letters and digits$"):
        start([], run, 60)
    assert stop() is False


def test_responders_are_gone_after_their_time():
    with responders(Place("b", "", ("127.0.0.1",)), seconds=0.2) as listeners:
        with connect(listeners[0].port) as sock:
            sock.sendall(b"podnet1 run1 0 0\n")
            assert read_all(sock).endswith(b"\n")  # it closes when the process ends
        with pytest.raises(ConnectionRefusedError):
            connect(listeners[0].port)
        assert stop() is False


@pytest.mark.skipif(os.geteuid() != 0, reason="the rights to lock memory and to go first are needed")
def test_a_busy_node_lets_the_responder_answer():
    with responders(Place("b", "", ("127.0.0.1",))) as listeners, connect(listeners[0].port) as sock:
        sock.sendall(b"podnet1 run1 0 0\n")
        sock.recv(1)  # it is set up when it answers
        (child,) = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()[-1:]
        locked = re.search(r"^VmLck:\s+(\d+) kB$", Path(f"/proc/{child}/status").read_text(), re.MULTILINE)
        assert locked is not None
        assert int(locked[1]) > 1000
        assert os.getpriority(os.PRIO_PROCESS, int(child)) == -10


def test_only_the_responder_keeps_the_sockets():
    """Otherwise a port stays taken while the module goes on."""
    with Namespaces() as namespaces:
        bound = bind([Place("b", "", ("127.0.0.1",))], namespaces)
    start(bound, "run1", 60)
    assert stop() is True
    assert [one.sock.fileno() for one in bound] == [-1, -1]


@pytest.mark.skipif(os.geteuid() != 0, reason="another user is needed")
def test_nobody_but_the_owner_ends_them():
    with responders(Place("b", "", ("127.0.0.1",))) as listeners:
        child = os.fork()
        if child == 0:
            try:
                os.setuid(65534)
                stop()
            finally:
                os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
        connect(listeners[0].port).close()
        assert stop() is True


@pytest.mark.skipif(os.geteuid() != 0, reason="another user is needed")
def test_the_owner_ends_them_who_comes_right_behind_another():
    with (
        socket.socket(socket.AF_UNIX) as control,
        socket.socket(socket.AF_UNIX) as other,
        socket.socket(socket.AF_UNIX) as owner,
    ):
        control.bind(responder._CONTROL)
        control.listen()
        control.setblocking(False)
        child = os.fork()
        if child == 0:
            try:
                os.setuid(65534)
                other.connect(responder._CONTROL)
            finally:
                os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
        owner.connect(responder._CONTROL)
        start = time.monotonic()
        serve([], control, "run1", start + PATIENCE)
        assert time.monotonic() - start < PATIENCE / 2
