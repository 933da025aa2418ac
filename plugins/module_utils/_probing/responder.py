# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""TCP and UDP responders in the namespaces of pods, in one process that ends by itself after a time.

The process answers only probes of its run, with the source address and port that it saw.
"""

from __future__ import annotations

import ctypes
import errno
import os
import socket
import struct
import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.addresses import family_of
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import ClusterError, InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import Listener
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.event_loop import Loop, Steps
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.links import mtu_of
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.network_namespace import Namespaces
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.wire import (
    LARGEST_TRANSFER,
    Report,
    check_run,
    decode_request,
    encode_report,
    is_hopeless,
    payload,
    show_peer,
)

# An abstract socket of the node's network namespace: it leaves no file behind, even when the process is killed.
_CONTROL = "\0podnet.kubernetes/responder"
_SO_SNDBUFFORCE, _SO_RCVBUFFORCE = 32, 33  # asm-generic/socket.h: they exceed the limits for other users
_CONVERSATION = 10.0  # seconds for one conversation
_MCL_CURRENT_AND_FUTURE = 3  # asm-generic/mman.h
_PRIORITY = -10  # as a nice value


@dataclass(frozen=True)
class Place:
    """An endpoint that gets responders.

    Attributes:
        endpoint: name of the endpoint
        namespace: path of its network namespace, such as /proc/PID/ns/net; empty for that of this process
        addresses: of the endpoint
        ports: the ports; empty for any free port
    """

    endpoint: str
    namespace: str
    addresses: tuple[str, ...]
    ports: tuple[int, ...] = ()


@dataclass(frozen=True)
class _Bound:
    listener: Listener
    sock: socket.socket | None  # None when another program has the port


def check_ports(name: str, ports: Iterable[int]) -> tuple[int, ...]:
    """Check the port numbers of the option C(name). Raises InputError."""
    wrong = [port for port in ports if not 1 <= port <= 65535]
    if wrong:
        raise InputError(f"{name} has {', '.join(map(str, wrong))}: a port is a number from 1 to 65535")
    return tuple(ports)


def bind(places: Iterable[Place], namespaces: Namespaces) -> list[_Bound]:
    """Open the sockets of all places.

    Raises:
        ClusterError: the namespace lacks an address, or this process cannot enter it; the sentence names the endpoint
    """
    bound = []
    for place in places:
        namespaces.enter(place.namespace)
        for address in place.addresses:
            mtu = mtu_of(address)
            for port in place.ports or (0,):
                for protocol in ("tcp", "udp"):
                    try:
                        bound.append(_bind(place.endpoint, address, protocol, port, mtu))
                    except OSError as error:
                        raise ClusterError(
                            f"{place.endpoint}: no responder at {address} port {port} ({protocol}): {error.strerror}"
                        ) from None
    namespaces.enter("")
    return bound


def _bind(endpoint: str, address: str, protocol: str, port: int, mtu: int | None) -> _Bound:
    """Open a socket at an address of the current namespace."""
    family = socket.AF_INET if family_of(address) == "ipv4" else socket.AF_INET6
    sock = socket.socket(family, socket.SOCK_STREAM if protocol == "tcp" else socket.SOCK_DGRAM)
    try:
        if protocol == "tcp":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        else:  # many sources may ask at once, and an answer that finds no room is lost
            root = os.geteuid() == 0
            for option in (_SO_RCVBUFFORCE, _SO_SNDBUFFORCE) if root else (socket.SO_RCVBUF, socket.SO_SNDBUF):
                sock.setsockopt(socket.SOL_SOCKET, option, 1 << 20)
        sock.bind((address, port))
        if protocol == "tcp":
            sock.listen(4096)
    except OSError as error:
        sock.close()
        if error.errno == errno.EADDRINUSE:
            return _Bound(Listener(endpoint, address, protocol, port, "nothing", mtu), None)
        raise
    sock.setblocking(False)
    return _Bound(Listener(endpoint, address, protocol, sock.getsockname()[1], "podnet", mtu), sock)


def start(bound: Iterable[_Bound], run: str, seconds: float) -> None:
    """Serve the sockets in a new process for at most this many seconds, and close them in this process.

    Raises:
        InputError: the run's identifier does not fit into a request
        ClusterError: the responders of an earlier run still exist
    """
    check_run(run)
    control = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        control.bind(_CONTROL)
    except OSError as error:
        raise ClusterError(f"this node has responders of another run: {error.strerror}") from None
    control.listen(8)
    control.setblocking(False)
    sys.stdout.flush()
    sys.stderr.flush()
    if os.fork() == 0:
        try:
            _become_daemon()
            _answer_in_time()
            serve(bound, control, run, time.monotonic() + seconds)
        finally:
            os._exit(0)  # skip the cleanup of the parent
    control.close()
    for one in bound:
        if one.sock is not None:
            one.sock.close()


def _become_daemon() -> None:
    """Detach from the terminal and from the pipes, because an SSH session waits until they close."""
    os.setsid()
    os.chdir("/")
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)


def _answer_in_time() -> None:
    """Have a busy node run this process early, and keep its pages in memory. Without the right, go on as it is.

    A node that takes seconds to read a page of an idle program again, or to let it run, would look like a network that
    loses packets.
    """
    ctypes.CDLL(None).mlockall(_MCL_CURRENT_AND_FUTURE)
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, _PRIORITY)


def serve(bound: Iterable[_Bound], control: socket.socket, run: str, deadline: float) -> None:
    """Answer until the deadline of the monotonic clock, or until a permitted process connects to the control socket."""
    loop = Loop(limit=sys.maxsize)
    loop.add(control, _obey(control, loop, deadline))
    for one in bound:
        if one.sock is not None:
            answer = _accept if one.listener.protocol == "tcp" else _answer_datagrams
            loop.add(one.sock, answer(one.sock, one.listener, run, loop))
    loop.run()


def _obey(control: socket.socket, loop: Loop, deadline: float) -> Steps:
    """Stop the loop at the deadline, or when a process of the same user connects."""
    while (yield deadline):
        with suppress(BlockingIOError):  # accept all callers now: the loop wakes this once
            while True:
                caller, _address = control.accept()
                _pid, user, _group = struct.unpack("3i", caller.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
                if user == os.geteuid():
                    # Leave the socket open: it closes with this process, and that is the answer.
                    loop.stopped = True
                    caller.detach()
                    return
                caller.close()
    loop.stopped = True


def _accept(sock: socket.socket, listener: Listener, run: str, loop: Loop) -> Steps:
    """Begin a conversation with each prober."""
    forever = float("inf")
    patience = forever
    while True:
        yield patience
        patience = forever
        while True:
            try:
                connection, peer = sock.accept()
            except BlockingIOError:
                break
            except OSError as error:
                if error.errno in (errno.EMFILE, errno.ENFILE):  # no event reports that descriptors are free again
                    patience = time.monotonic() + 0.05
                    break
                continue  # the prober is gone
            connection.setblocking(False)
            report = partial(Report, listener.endpoint, show_peer(peer))
            loop.add(connection, _answer_connection(connection, report, run), writes=True)


def _answer_connection(connection: socket.socket, report: partial[Report], run: str) -> Steps:
    """Answer a request. Then read as many bytes as it announces, and send them back if they arrived intact."""
    deadline = time.monotonic() + _CONVERSATION
    data = b""
    try:
        while decode_request(data, run) is None:
            if is_hopeless(data) or not (yield deadline):
                return
            data += _receive(connection)
        nonce, transfer = decode_request(data, run) or ("", 0)
        connection.send(encode_report(report(nonce)))
        arrived = bytearray(data.partition(b"\n")[2])
        wanted = min(transfer, LARGEST_TRANSFER)
        while len(arrived) < wanted:
            if not (yield deadline):
                return
            arrived += _receive(connection)
        # Always send as many bytes, so that the prober sees damage instead of waiting for more bytes.
        left = memoryview(payload(wanted) if arrived == payload(wanted) else bytes(wanted))
        while left:
            try:
                left = left[connection.send(left) :]
            except BlockingIOError:
                if not (yield deadline):
                    return
        # The prober closes first: then its side keeps the port in TIME_WAIT, and no byte is lost here.
        while True:
            _receive(connection)
            if not (yield deadline):
                return
    except OSError:  # the prober is gone
        return


def _receive(connection: socket.socket) -> bytes:
    """Read all bytes that have arrived. Raises OSError when the other side has closed."""
    data = bytearray()
    while len(data) < 2 * LARGEST_TRANSFER:  # no prober sends more: ignore the rest
        try:
            part = connection.recv(65536)
        except BlockingIOError:
            break
        if not part:
            if data:
                break
            raise ConnectionResetError
        data += part
    return bytes(data)


def _answer_datagrams(sock: socket.socket, listener: Listener, run: str, _loop: Loop) -> Steps:
    """Answer each request with one small datagram."""
    while True:
        yield float("inf")
        while True:
            try:
                data, peer = sock.recvfrom(65536)
            except BlockingIOError:
                break
            except OSError:  # the kernel reports an earlier answer as undeliverable
                continue
            request = decode_request(data, run)
            if request is not None:
                with suppress(OSError):  # a failed answer must not stop the others
                    sock.sendto(encode_report(Report(listener.endpoint, show_peer(peer), request[0], len(data))), peer)


def stop(patience: float = 20.0) -> bool:
    """End the responders on this node, wait until they are gone, and return whether there were any.

    Raises:
        ClusterError: the responders do not end within C(patience) seconds, or belong to another user
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as control:
        control.settimeout(patience)
        try:
            control.connect(_CONTROL)
        except ConnectionRefusedError:
            return False
        except BlockingIOError:
            raise ClusterError("responders of an earlier run do not answer: end their process on this node") from None
        process, user, _group = struct.unpack("3i", control.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
        if user != os.geteuid():
            raise ClusterError(
                f"process {process} of user {user} holds the socket of the responders on this node: end it"
            )
        try:
            while control.recv(1):
                pass
        except ConnectionResetError:
            pass
        except socket.timeout:
            raise ClusterError(f"the responders of an earlier run do not end within {patience:.0f} s") from None
    return True


__all__ = ["Place", "bind", "check_ports", "start", "stop"]
