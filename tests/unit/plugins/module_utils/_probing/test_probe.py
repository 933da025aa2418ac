# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import copy
import errno
import gc
import os
import re
import resource
import socket
import threading
import time
from contextlib import contextmanager, suppress

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import ClusterError, InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import Target, Try
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing import echoes
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing import probe as _probe
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing import responder as _responder
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.network_namespace import Namespaces
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.probe import Source, probe
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.settings import ProbeSettings
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.source_ports import SourcePorts
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.wire import (
    Report,
    decode_request,
    encode_echo,
    encode_report,
    payload,
)

HERE = "127.0.0.1"


class Stay(Namespaces):
    """No namespace is left, so root is not needed."""

    def enter(self, path):
        assert path == ""


def cells(*tries, address=HERE, run="run", **settings):
    """Probe these tries from one source, and return the cells."""
    source, target = Source("a", "", (address,)), Target("b", "pod", address, tries)
    with Stay() as namespaces:
        settings = {"attempts": 2, "interval": 0.01, "timeout": 1.0, **settings}
        return probe([source], [target], ProbeSettings(run, **settings), namespaces)


def cell(*tries, **settings):
    (found,) = cells(*tries, **settings)
    return found


@pytest.fixture
def responder():
    """The port at which a responder for endpoint b listens, over TCP and UDP."""
    with Stay() as namespaces:
        bound = _responder.bind([_responder.Place("b", "", (HERE,))], namespaces)
    stop, theirs = socket.socketpair(socket.AF_UNIX)
    theirs.setblocking(False)

    def work():
        _responder.serve(bound, Listening(theirs), "run", float("inf"))

    thread = threading.Thread(target=work)
    thread.start()
    yield {one.listener.protocol: one.listener.port for one in bound}
    stop.send(b"x")
    thread.join(5)
    stop.close()
    assert not thread.is_alive()


class Listening:
    """A stand-in for the control socket. A byte to its other end is a connection of this user."""

    def __init__(self, sock):
        self._sock = sock

    def accept(self):
        self._sock.recv(1)  # BlockingIOError before the first byte
        return socket.socketpair(socket.AF_UNIX)

    def __getattr__(self, name):
        return getattr(self._sock, name)


def test_a_port_of_another_program_costs_no_attempt(monkeypatch):
    """The attempts that follow take other ports than the one that came in its place. Its connection is still there."""
    ports = SourcePorts(time.monotonic())
    monkeypatch.setattr(_probe, "SourcePorts", lambda _now: copy.deepcopy(ports))
    with socket.create_server((HERE, 0)) as server, socket.socket() as other:
        port = server.getsockname()[1]
        other.bind((HERE, next(copy.deepcopy(ports).candidates(Target("b", "pod", HERE, ()), port))))
        found = cell(Try("tcp", port, "nothing"), attempts=5, interval=0)
    assert (found.outcome, found.succeeded) == ("reachable", 5)


def test_a_responder_reports_the_source(responder):
    tcp, udp = cells(Try("tcp", responder["tcp"], "podnet", ("b",)), Try("udp", responder["udp"], "podnet", ("b",)))
    for found in (tcp, udp):
        assert (found.outcome, found.attempts, found.succeeded, found.answered_by) == ("reachable", 2, 2, "b")
        assert found.seen == found.own
        assert found.own.startswith(f"{HERE}:")
        assert found.latency_ms > 0
        assert found.first_success_ms > 0


def test_the_path_mtu_is_at_most_the_largest_packet(responder):
    found = cell(Try("mtu", responder["udp"], "podnet"))
    assert (found.outcome, found.mtu) == ("reachable", 65535)


def test_the_mtu_of_a_nic_is_asked_for_once(responder, monkeypatch):
    asked = []

    def mtu_of(address):
        asked.append(address)
        return 65000

    monkeypatch.setattr(_probe, "mtu_of", mtu_of)
    udp = responder["udp"]
    found = cells(Try("mtu", udp, "podnet"), Try("mtu", udp, "podnet"), Try("mtu", udp, "podnet"))
    assert len(found) == 3
    assert asked == [HERE]


@pytest.mark.parametrize("answered", [True, False])
def test_probes_leave_no_cycles_behind_because_nothing_collects_them_meanwhile(responder, answered):
    """Their number may not grow with that of the cells."""
    ports = (responder["tcp"], responder["udp"]) if answered else (1, 1)
    tries = (Try("tcp", ports[0], "podnet"), Try("udp", ports[1], "podnet"), Try("mtu", ports[1], "podnet"))
    left = []
    for times in (1, 20):
        gc.collect()
        found = cells(*tries * times, timeout=10, attempts=1)
        assert {one.outcome == "reachable" for one in found} == {answered}
        del found
        left.append(gc.collect())
    assert left[1] - left[0] < 20, left


def test_garbage_is_collected_again_after_the_probes(responder, monkeypatch):
    seen = []
    monkeypatch.setattr(_probe._Prober, "run", lambda _self: seen.append(gc.isenabled()))
    cells(Try("udp", responder["udp"], "podnet"))
    assert seen == [False]
    assert gc.isenabled()

    def fail(_self):
        raise ClusterError("x")

    monkeypatch.setattr(_probe._Prober, "run", fail)
    with pytest.raises(ClusterError):
        cells(Try("udp", responder["udp"], "podnet"))
    assert gc.isenabled()


@pytest.mark.parametrize("check", ["tcp", "udp"])
def test_another_endpoint_is_a_wrong_answer(responder, check):
    found = cell(Try(check, responder[check], "podnet", ("c", "d")))
    assert (found.outcome, found.reason, found.detail) == ("faulty", "wrong answer", "b answered, not c or d")


@pytest.mark.parametrize("check", ["tcp", "udp"])
def test_a_responder_answers_its_own_run_alone(responder, check):
    found = cell(Try(check, responder[check], "podnet"), run="another")
    assert found.outcome in ("blocked", "faulty")
    assert found.seen is None


@pytest.mark.parametrize("check", ["tcp", "udp", "mtu"])
def test_nobody_listens(check):
    with socket.socket(type=socket.SOCK_STREAM if check == "tcp" else socket.SOCK_DGRAM) as sock:
        sock.bind((HERE, 0))
        port = sock.getsockname()[1]
    found = cell(Try(check, port, "podnet"))
    assert (found.outcome, found.reason, found.succeeded) == ("blocked", "refused", 0)


def test_a_taken_port_is_reported_as_such():
    with socket.socket() as taken, Stay() as namespaces:
        taken.bind((HERE, 0))
        taken.listen()
        port = taken.getsockname()[1]
        bound = _responder.bind([_responder.Place("b", "", (HERE,), (port,))], namespaces)
        assert [(one.listener.protocol, one.listener.answers) for one in bound] == [
            ("tcp", "nothing"),
            ("udp", "podnet"),
        ]
        assert bound[0].sock is None
        bound[1].sock.close()
        assert cell(Try("tcp", port, "nothing")).outcome == "reachable"


def test_silence_over_udp_says_nothing():
    with socket.socket(type=socket.SOCK_DGRAM) as silent:
        silent.bind((HERE, 0))
        found = cell(Try("udp", silent.getsockname()[1], "nothing"), timeout=0.05)
        asked = cell(Try("udp", silent.getsockname()[1], "podnet"), timeout=0.05)
    assert (found.outcome, found.reason) == ("not observed", None)
    assert (asked.outcome, asked.reason) == ("blocked", "timeout")


def test_an_address_that_is_not_there_has_no_responder():
    with Stay() as namespaces, pytest.raises(ClusterError, match=r"^b: no responder at 203\.0\.113\.9 port 0 \(tcp\)"):
        _responder.bind([_responder.Place("b", "", ("203.0.113.9",))], namespaces)


@contextmanager
def server(kind, serve):
    """Have a server of that kind of socket; `serve` gets a connection, or the socket and a datagram and its sender."""
    with socket.socket(type=kind) as sock:
        sock.bind((HERE, 0))
        sock.settimeout(5)
        stream = kind == socket.SOCK_STREAM
        if stream:
            sock.listen()

        def work():
            for _attempt in range(2):
                if stream:
                    connection, _peer = sock.accept()
                    connection.settimeout(5)
                    with connection:
                        serve(connection)
                else:
                    serve(sock, *sock.recvfrom(65536))

        thread = threading.Thread(target=work)
        thread.start()
        yield sock.getsockname()[1]
        thread.join(5)
        assert not thread.is_alive()


def report_to(connection, nonce=None):
    """Read a request and answer it. Return the bytes after it, and the number of bytes to transfer."""
    data = connection.recv(65536)
    found, transfer = decode_request(data, "run")
    connection.sendall(encode_report(Report("b", "x:1", nonce or found)))
    arrived = data.partition(b"\n")[2]
    while len(arrived) < transfer:
        part = connection.recv(65536)
        if not part:  # the prober has closed
            break
        arrived += part
    return arrived, transfer


def wait_for_the_end(connection):
    while connection.recv(65536):
        pass


def answers_rubbish(connection):
    connection.recv(65536)
    connection.sendall(b"220 mail.example.org\r\n")
    wait_for_the_end(connection)


def answers_another_question(connection):
    report_to(connection, nonce="99")
    wait_for_the_end(connection)


def never_answers(connection):
    wait_for_the_end(connection)


def carries_nothing_back(connection):
    report_to(connection)
    wait_for_the_end(connection)


def damages(connection):
    _arrived, transfer = report_to(connection)
    connection.sendall(bytes(transfer))
    wait_for_the_end(connection)


def closes_early(connection):
    _arrived, transfer = report_to(connection)
    connection.sendall(payload(transfer)[:1000] if transfer else b"")


def hangs_up(connection):
    connection.recv(65536)


def answers_rubbish_and_hangs_up(connection):
    connection.recv(65536)
    connection.sendall(b"220 mail.example.org")


def never_stops(connection):
    with suppress(ConnectionError):
        while True:
            connection.sendall(bytes(65536))


def answers_a_form_that_is_wrong(connection):
    connection.recv(65536)
    connection.sendall(b'{"endpoint": ["b"], "peer": 1, "nonce": "1"}\n')
    wait_for_the_end(connection)


def hangs_up_on_what_it_has_not_read(connection):
    """The kernel then resets the connection, and does not just close it."""
    line = connection.recv(65536, socket.MSG_PEEK).partition(b"\n")[0] + b"\n"
    connection.recv(len(line))
    nonce, transfer = decode_request(line, "run")
    connection.sendall(encode_report(Report("b", "x:1", nonce)))
    if transfer:
        connection.recv(1, socket.MSG_PEEK)


CLOSED = "connected, and the connection was closed without an answer"


@pytest.mark.parametrize(
    ("serve", "outcome", "reason", "detail"),
    [
        (hangs_up, "blocked", "refused", CLOSED),
        (answers_rubbish_and_hangs_up, "faulty", "wrong answer", "the answer is not from a responder of this run"),
        (never_stops, "faulty", "wrong answer", "the answer is not from a responder of this run"),
        (answers_a_form_that_is_wrong, "faulty", "wrong answer", "the answer is not from a responder of this run"),
        (
            hangs_up_on_what_it_has_not_read,
            "faulty",
            "wrong answer",
            "0 of 65536 bytes came back, and the connection was closed",
        ),
        (answers_rubbish, "faulty", "wrong answer", "the answer is not from a responder of this run"),
        (answers_another_question, "faulty", "wrong answer", "the answer is not from a responder of this run"),
        (never_answers, "blocked", "timeout", "connected, and no answer came"),
        (carries_nothing_back, "faulty", "too big", "connected, and 0 of 65536 bytes came back"),
        (damages, "faulty", "wrong answer", "65536 bytes came back, and not those that were sent"),
        (closes_early, "faulty", "wrong answer", "1000 of 65536 bytes came back, and the connection was closed"),
    ],
)
def test_servers_that_are_wrong(serve, outcome, reason, detail):
    with server(socket.SOCK_STREAM, serve) as port:
        found = cell(Try("tcp", port, "podnet", ("b",)), timeout=0.4, interval=0.45)
    assert (found.outcome, found.reason, found.detail) == (outcome, reason, detail)


@pytest.mark.parametrize(
    ("page", "outcome", "reason", "seen"),
    [
        (b"HTTP/1.0 404 Not Found\r\n\r\nnothing here", "reachable", None, None),  # the answer does not name the source
        (b"HTTP/1.0 200 OK\r\n\r\n" + b"x" * 70, "reachable", None, None),
        (b"220 mail.example.org\r\n", "reachable", None, None),
        (b"", "blocked", "refused", None),
    ],
)
def test_an_outside_server_that_is_no_agnhost(page, outcome, reason, seen):
    def serve(connection):
        connection.recv(65536)
        connection.sendall(page)

    with server(socket.SOCK_STREAM, serve) as port:
        found = cell(Try("tcp", port, "agnhost"))
    assert (found.outcome, found.reason, found.seen) == (outcome, reason, seen)


def test_agnhost_says_whom_it_saw():
    def page(connection):
        connection.recv(65536)
        connection.sendall(b"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\n203.0.113.10:4242")

    def datagram(sock, data, peer):
        assert data == b"clientip"
        sock.sendto(b"203.0.113.10:4242", peer)

    for kind, check, serve in ((socket.SOCK_STREAM, "tcp", page), (socket.SOCK_DGRAM, "udp", datagram)):
        with server(kind, serve) as port:
            found = cell(Try(check, port, "agnhost"))
        assert (found.outcome, found.seen, found.translated) == ("reachable", "203.0.113.10:4242", True)


def dns(rcode, *addresses):
    """Return a name server that answers every question so."""

    def serve(sock, data, peer):
        header = data[:2] + bytes([0x81, 0x80 | rcode]) + b"\x00\x01" + len(addresses).to_bytes(2, "big") + bytes(4)
        records = [
            b"\xc0\x0c\x00\x01\x00\x01" + bytes(4) + b"\x00\x04" + socket.inet_aton(address) for address in addresses
        ]
        sock.sendto(header + data[12:] + b"".join(records), peer)

    return serve


@pytest.mark.parametrize(
    ("serve", "outcome", "detail"),
    [
        (dns(0, "10.96.0.1"), "reachable", None),
        (dns(0, "10.96.0.9", "10.96.0.1"), "reachable", None),
        (dns(0, "10.96.0.9"), "faulty", "a.b. is 10.96.0.9, should be 10.96.0.1"),
        (dns(0), "faulty", "a.b. is no address, should be 10.96.0.1"),
        (dns(3), "faulty", "a.b. is rcode 3, should be 10.96.0.1"),
        (
            lambda sock, _data, peer: sock.sendto(b"rubbish", peer),
            "faulty",
            "the answer is not a DNS answer to the question",
        ),
    ],
)
def test_a_name_server_s_answer_is_looked_at(serve, outcome, detail):
    with server(socket.SOCK_DGRAM, serve) as port:
        found = cell(Try("dns", port, "dns", (), "a.b.", "10.96.0.1"))
    assert (found.outcome, found.detail) == (outcome, detail)


def test_ports_out_of_range():
    with pytest.raises(InputError, match="other_ports has 0, 70000: a port is a number from 1 to 65535"):
        _responder.check_ports("other_ports", [0, 80, 70000])
    assert _responder.check_ports("ports", [80, 8080]) == (80, 8080)


def test_over_ipv6():
    with Stay() as namespaces:
        tcp, udp = _responder.bind([_responder.Place("b", "", ("::1",))], namespaces)
    udp.sock.close()
    with tcp.sock:
        found = cell(Try("tcp", tcp.listener.port, "nothing"), address="::1")
    assert (found.family, found.outcome, found.succeeded) == ("ipv6", "reachable", 2)
    assert found.own.startswith("[::1]:")


def test_a_cell_for_each_source_and_each_other_target_of_its_families():
    tries = (Try("udp", 9, "nothing"), Try("tcp", 9, "nothing"))
    sources = [Source("a", "", (HERE,)), Source("dual", "", ("::1", HERE)), Source("six", "", ("::1",))]
    targets = [
        Target("a", "pod", HERE, tries),
        Target("dual", "pod", HERE, tries),
        Target("dual", "pod", "::1", tries),
        Target("empty", "pod", HERE, ()),
    ]
    with Stay() as namespaces:
        found = probe(sources, targets, ProbeSettings("run", attempts=1, timeout=0.01), namespaces)
    assert [(one.source, one.target, one.family, one.check) for one in found] == [
        (source, target, family, check)
        for source, target, family in (("a", "dual", "ipv4"), ("dual", "a", "ipv4"), ("six", "dual", "ipv6"))
        for check in ("udp", "tcp")
    ]


def test_one_answer_of_two_is_flapping():
    def serve(sock, data, peer):
        if decode_request(data, "run")[0] == "1":
            sock.sendto(encode_report(Report("b", "x:1", "1")), peer)

    with server(socket.SOCK_DGRAM, serve) as port:
        found = cell(Try("udp", port, "podnet"), timeout=0.5)
    assert (found.outcome, found.reason, found.attempts, found.succeeded) == ("flapping", "timeout", 2, 1)


def test_a_late_answer_beside_one_in_time_counts():
    late = []

    def serve(sock, data, peer):
        """Answer the first request after the second one, when its time is over."""
        nonce = decode_request(data, "run")[0]
        late.append((encode_report(Report("b", "x:1", nonce)), peer))
        if nonce == "1":
            sock.sendto(*late.pop())
            time.sleep(0.8)
            sock.sendto(*late.pop())

    with server(socket.SOCK_DGRAM, serve) as port:
        found = cell(Try("udp", port, "podnet"), timeout=0.5)
    assert (found.outcome, found.succeeded) == ("reachable", 2)


def test_without_an_answer_in_time_none_is_waited_for():
    def serve(sock, data, peer):
        time.sleep(1.0)
        sock.sendto(encode_report(Report("b", "x:1", decode_request(data, "run")[0])), peer)

    with server(socket.SOCK_DGRAM, serve) as port:
        found = cell(Try("udp", port, "podnet"), timeout=0.2)
    assert (found.outcome, found.succeeded) == ("blocked", 0)


def test_a_namespace_that_is_gone():
    with Namespaces() as namespaces, pytest.raises(ClusterError, match=r"^cannot enter the network namespace /proc/0/"):
        probe(
            [Source("a", "/proc/0/ns/net", (HERE,))],
            [Target("b", "pod", HERE, (Try("tcp", 9, "nothing"),))],
            ProbeSettings("run"),
            namespaces,
        )


@pytest.mark.parametrize(
    ("check", "number", "message"),
    [("icmp", errno.EPERM, "Operation not permitted"), ("tcp", errno.EMFILE, "Too many open files")],
)
def test_a_socket_that_cannot_be_had_is_one_clear_error(monkeypatch, check, number, message):
    def refuse(*arguments):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(socket, "socket", refuse)
    expected = f"a: no socket for {check} over ipv4: {message} (root is needed, and enough open files)"
    with pytest.raises(ClusterError, match=f"^{re.escape(expected)}$"):
        cell(Try(check, 9, "nothing"))


root = pytest.mark.skipif(os.geteuid() != 0, reason="raw sockets need root")


@root
@pytest.mark.parametrize("address", [HERE, "::1"])
def test_icmp_echo(address):
    found = cell(Try("icmp"), address=address)
    assert (found.check, found.port, found.outcome, found.attempts, found.succeeded) == (
        "icmp",
        None,
        "reachable",
        2,
        2,
    )
    assert (found.own, found.seen) == (None, None)
    assert found.latency_ms > 0
    assert found.first_success_ms > 0


@root
def test_more_sources_than_sockets_are_no_hindrance(monkeypatch):
    """Each source keeps a socket for all its echoes."""
    monkeypatch.setattr(_probe, "_allow_sockets", lambda kept: 2)
    sources = [Source(f"a{number}", "", (HERE,)) for number in range(20)]
    target = Target("b", "pod", HERE, (Try("icmp"),))
    with Stay() as namespaces:
        found = probe(sources, [target], ProbeSettings("run", attempts=2, interval=0.01, timeout=1), namespaces)
    assert [one.outcome for one in found] == ["reachable"] * 20


@pytest.mark.parametrize(
    ("kept", "limits", "raised", "room"),
    [
        (10, (1024, 4096), None, 950),
        (1000, (1024, 4096), (1192, 4096), 128),
        (5000, (1024, 4096), (5192, 5192), 128),
    ],
)
def test_the_limit_of_open_files_is_raised_where_sockets_would_be_few(monkeypatch, kept, limits, raised, room):
    now = []
    monkeypatch.setattr(resource, "getrlimit", lambda _which: limits)
    monkeypatch.setattr(resource, "setrlimit", lambda _which, new: now.append(new))
    assert _probe._allow_sockets(kept) == room
    assert now == ([raised] if raised else [])


def test_a_limit_that_the_kernel_will_not_raise_is_one_clear_error(monkeypatch):
    def refuse(_which, _new):
        raise ValueError("not allowed to raise maximum limit")

    monkeypatch.setattr(resource, "getrlimit", lambda _which: (1024, 1024))
    monkeypatch.setattr(resource, "setrlimit", refuse)
    with pytest.raises(
        ClusterError, match=r"^the probes of this node need 1192 open files, and a process may have 1024:"
    ):
        _probe._allow_sockets(1000)


@root
def test_icmp_echo_that_the_kernel_will_not_send():
    """A socket sends to a broadcast address only with the option for it."""
    source, target = Source("a", "", (HERE,)), Target("b", "pod", "255.255.255.255", (Try("icmp"),))
    with Stay() as namespaces:
        (found,) = probe([source], [target], ProbeSettings("run", attempts=2, interval=0, timeout=0.05), namespaces)
    assert (found.outcome, found.reason, found.detail) == ("blocked", "unreachable", "Permission denied")


@root
def test_icmp_echo_that_nobody_answers(monkeypatch):
    """The answers belong to another prober, which has other numbers."""
    monkeypatch.setattr(echoes, "encode_echo", lambda family, number: encode_echo(family, number ^ 0x80000000))
    found = cell(Try("icmp"), timeout=0.05)
    assert (found.outcome, found.reason, found.succeeded) == ("blocked", "timeout", 0)


def ports_bound(kind, address, sources=("a",)):
    """Probe each target twice, and return the source ports by the target's port."""
    bound = {}

    class Watching(socket.socket):
        def connect(self, place):
            bound.setdefault((self.type, place[1]), []).append(self.getsockname()[1])
            super().connect(place)

        def connect_ex(self, place):
            bound.setdefault((self.type, place[1]), []).append(self.getsockname()[1])
            return super().connect_ex(place)

    tries = tuple(Try(check, port, "nothing") for check in ("tcp", "udp") for port in (1, 2, 3))
    target = Target("shop/web:80", kind, address, tries)
    with pytest.MonkeyPatch.context() as patch, Stay() as namespaces:
        patch.setattr(socket, "socket", Watching)
        for _run in range(2):
            settings = ProbeSettings("run", attempts=2, interval=0.05, timeout=0.2)
            probe([Source(name, "", (address,)) for name in sources], [target], settings, namespaces)
    return bound


@pytest.mark.parametrize("address", [HERE, "::1"])
def test_services_are_asked_from_ports_of_their_own(address):
    """Otherwise a packet through a Service could look like a packet straight to its pod."""
    bound = [port for ports in ports_bound("service", address).values() for port in ports]
    assert len(bound) == 24
    assert all(20000 <= port < 30000 for port in bound)


@pytest.mark.parametrize("address", [HERE, "::1"])
def test_no_two_probes_of_a_target_have_one_port(address):
    """This holds for two sources and for two runs, because connection tracking remembers all ports."""
    bound = ports_bound("pod", address, sources=("a", "c"))
    assert len(bound) == 6
    for ports in bound.values():
        assert len(set(ports)) == len(ports) == 8


def test_a_port_that_a_program_has_is_left_to_it(monkeypatch, responder):
    """The other socket does not share the port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as theirs:
        theirs.bind((HERE, 0))
        taken = theirs.getsockname()[1]
        monkeypatch.setattr(_probe.SourcePorts, "candidates", lambda self, target, port: iter([taken, taken, taken]))
        found = cell(Try("udp", responder["udp"], "podnet"))
    assert found.outcome == "reachable"
    assert found.own != f"{HERE}:{taken}"
