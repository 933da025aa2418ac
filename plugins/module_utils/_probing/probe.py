# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All probes from all endpoints of one node, in one event loop.

A probe opens its socket in the namespace of its source. Attempts begin at fixed times, whatever the earlier attempts
showed. So a matrix that loses all packets takes the intervals between the attempts and one timeout. With a limited rate
attempts begin later, and those of a cell are as far apart or farther.
"""

from __future__ import annotations

import errno
import gc
import os
import re
import resource
import socket
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.addresses import family_of
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import ClusterError
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import Cell, Target, targets_of
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.attempts import Attempt, Record
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.echoes import Echoes
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.event_loop import Loop, Steps
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.links import mtu_of
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.network_namespace import Namespaces
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.pace import Pace, cost_of
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.path_mtu import PathMtu
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.settings import ProbeSettings
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.sockets import (
    Deadline,
    bind_socket,
    is_connected,
    open_socket,
    read_datagram,
    read_until,
    wait,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.source_ports import SourcePorts
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.wire import (
    decode_answer,
    decode_report,
    encode_question,
    encode_request,
    payload,
    show_peer,
)

# Descriptors besides the sockets and one for each namespace: the standard streams and the files of Ansible.
_SPARE_DESCRIPTORS = 64
_FEWEST_SOCKETS = 128  # with fewer at once, waiting for lost packets would take too long


@dataclass(frozen=True)
class Source:
    """An endpoint that probes.

    Attributes:
        name: of the endpoint
        namespace: path of its network namespace, empty for that of this process
        addresses: of the endpoint
    """

    name: str
    namespace: str
    addresses: tuple[str, ...]


@contextmanager
def _without_garbage_collection() -> Iterator[None]:
    """Let Python look for no cycles meanwhile. Probes make none, and each look would go through all records."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


@_without_garbage_collection()
def probe(
    sources: Iterable[Source], targets: Iterable[Target], settings: ProbeSettings, namespaces: Namespaces
) -> list[Cell]:
    """Probe each target from each of its sources in one of the source's families. No endpoint probes itself.

    Returns:
        A cell for each source, each target and each of its tries.

    Raises:
        ClusterError: this process cannot enter a namespace or open a socket there
    """
    records = list(make_records(sources, targets))
    start = make_attempts(records, settings, namespaces)
    return [record.summarise(start) for record in records]


def make_attempts(records: Sequence[Record], settings: ProbeSettings, namespaces: Namespaces) -> float:
    """Make all attempts of the records, and return the time of the start, of the monotonic clock.

    Raises:
        ClusterError: as probe() does
    """
    entered = {record.namespace for record in records}
    echoes = {(record.source, record.family) for record in records if record.try_.check == "icmp"}
    pace = Pace(settings.packet_rate, settings.connection_rate)
    prober = _Prober(settings, namespaces, Loop(limit=_allow_sockets(len(entered) + len(echoes)), pace=pace))
    start = time.monotonic()
    for record in records:
        prober.schedule(record, start)
    try:
        prober.run()
    finally:
        namespaces.enter("")
    return start


def _allow_sockets(kept: int) -> int:
    """Return how many sockets may be open beside C(kept) descriptors. Raise the limit of this process if they are few.

    Raises:
        ClusterError: the kernel refuses
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = kept + _SPARE_DESCRIPTORS + _FEWEST_SOCKETS
    if soft < needed:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (needed, max(needed, hard)))
        except (OSError, ValueError):
            raise ClusterError(
                f"the probes of this node need {needed} open files, and a process may have {hard}: raise the limit "
                "(ulimit -n), or choose fewer pods"
            ) from None
    return max(soft, needed) - kept - _SPARE_DESCRIPTORS


def make_records(sources: Iterable[Source], targets: Iterable[Target]) -> Iterator[Record]:
    """Yield an empty record for each cell of probe()."""
    probed_by = targets_of(list(targets))
    for source in sources:
        families = {family_of(address) for address in source.addresses}
        for target in probed_by(source.name):
            if target.name != source.name and family_of(target.address) in families:
                for try_ in target.tries:
                    yield Record(source.name, source.namespace, target, try_)


class _Prober:
    """Begins the attempts and runs a conversation for each."""

    def __init__(self, settings: ProbeSettings, namespaces: Namespaces, loop: Loop) -> None:
        self._settings, self._namespaces, self._loop = settings, namespaces, loop
        self._echoes: dict[tuple[str, str], Echoes] = {}  # by source and family
        self._ports = SourcePorts(time.monotonic())
        self._mtus: dict[tuple[str, str], int | None] = {}  # by namespace and address
        self._conversations = {"tcp": self._connect, "udp": self._exchange, "dns": self._ask}

    def schedule(self, record: Record, start: float) -> None:
        """Schedule the attempts of a cell."""
        if record.try_.check == "icmp":
            key = record.source, record.family
            echoes = self._echoes.setdefault(key, Echoes(record.family, self._settings))
            echoes.unsent += self._settings.attempts
        # The search for the MTU schedules its own attempts, because it continues from their results.
        check, attempts, transfer = record.try_.check, self._settings.attempts, self._settings.transfer
        for number in range(1 if check == "mtu" else attempts):
            carried = transfer if number == attempts - 1 and record.try_.answers == "podnet" else 0
            cost = cost_of(check, attempts, carried)
            self._loop.at(start + number * self._settings.interval, partial(self._begin, record, number), cost)

    def run(self) -> None:
        """Run until all attempts have ended."""
        self._loop.run()

    def _begin(self, record: Record, number: int) -> None:
        """Begin an attempt on a socket in the namespace of the source."""
        settings, check = self._settings, record.try_.check
        self._namespaces.enter(record.namespace)
        if check == "icmp":
            self._echoes[record.source, record.family].send(record, self._loop)
            return
        stream = check == "tcp"
        sock = open_socket(record, socket.SOCK_STREAM if stream else socket.SOCK_DGRAM)
        bind_socket(sock, self._ports.candidates(record.target, record.try_.port))
        if check == "mtu":
            search = PathMtu(sock, record, settings.run, partial(self._nic_mtu, record.namespace))
            steps = search.steps(settings)
        else:
            attempt = record.begin()
            steps = _guard(self._conversations[check](sock, record, attempt, number), attempt)
        self._loop.add(sock, steps, writes=stream)

    def _nic_mtu(self, namespace: str, address: str) -> int | None:
        """Return the MTU of the NIC with an address. The thread must be in the namespace.

        It is asked for once, because the question lists all addresses, which takes as long as the probe.
        """
        if (namespace, address) not in self._mtus:
            self._mtus[namespace, address] = mtu_of(address)
        return self._mtus[namespace, address]

    def _deadline(self, record: Record, attempt: Attempt) -> Deadline:
        """Return what tells when this attempt counts as lost."""
        return partial(record.gives_up, attempt, self._settings)

    def _connect(self, sock: socket.socket, record: Record, attempt: Attempt, number: int) -> Steps:
        """Open a connection and ask who answers. The last attempt also transfers bytes both ways."""
        code = sock.connect_ex((record.target.address, record.try_.port))
        if code not in (0, errno.EINPROGRESS):
            raise OSError(code, os.strerror(code))
        # No patience here: the kernels shake hands, and after a second they hide that a packet was lost (RFC 6298).
        while not is_connected(sock):
            if not (yield attempt.begun + self._settings.timeout):
                return
        deadline = self._deadline(record, attempt)
        attempt.own = show_peer(sock.getsockname())
        if record.try_.answers == "nothing":
            attempt.answer()
        elif record.try_.answers == "agnhost":
            sock.send(b"GET /clientip HTTP/1.0\r\n\r\n")
            page = yield from read_until(sock, b"\r\n\r\n", deadline, beyond=True)
            if page:
                attempt.answer(seen=_peer_in(page.partition(b"\r\n\r\n")[2]))
            else:
                _note_silence(attempt, closed=page is not None)
        else:
            transfer = self._settings.transfer if number == self._settings.attempts - 1 else 0
            sock.send(encode_request(self._settings.run, str(number), transfer))
            data = yield from read_until(sock, b"\n", deadline)
            if not data:
                _note_silence(attempt, closed=data is not None)
                return
            line, _newline, rest = data.partition(b"\n")
            if _take_report(record, attempt, line, str(number)) and transfer:
                yield from _carry(sock, attempt, transfer, bytearray(rest), deadline)

    def _exchange(self, sock: socket.socket, record: Record, attempt: Attempt, number: int) -> Steps:
        """Send one datagram and read the report in the answer."""
        answers = record.try_.answers
        sock.connect((record.target.address, record.try_.port))
        attempt.own = show_peer(sock.getsockname())
        # "clientip" asks agnhost the same question. A foreign server may or may not answer it.
        sock.send(encode_request(self._settings.run, str(number)) if answers == "podnet" else b"clientip")
        if answers == "nothing":
            attempt.outcome, attempt.reason = "not observed", None
        data = yield from read_datagram(sock, self._deadline(record, attempt))
        if data is None:
            return
        if answers == "podnet":
            _take_report(record, attempt, data, str(number))
        else:
            attempt.answer(seen=_peer_in(data) if answers == "agnhost" else None)

    def _ask(self, sock: socket.socket, record: Record, attempt: Attempt, number: int) -> Steps:
        """Ask a name server, and check its answer."""
        question, wanted = record.try_.question or "", record.try_.answer or ""
        sock.connect((record.target.address, record.try_.port))
        attempt.own = show_peer(sock.getsockname())
        sock.send(encode_question(number, question, family_of(wanted)))
        data = yield from read_datagram(sock, self._deadline(record, attempt))
        if data is None:
            return
        attempt.answer()
        answer = decode_answer(data, number, family_of(wanted))
        if answer is None:
            attempt.reject("the answer is not a DNS answer to the question")
        elif answer[0] != 0 or wanted not in answer[1]:
            got = f"rcode {answer[0]}" if answer[0] else ", ".join(answer[1]) or "no address"
            attempt.reject(f"{question} is {got}, should be {wanted}")


def _guard(steps: Steps, attempt: Attempt) -> Steps:
    """Take these steps. An error of the socket ends the attempt."""
    try:
        yield from steps
    except OSError as error:
        attempt.fail(error)


def _note_silence(attempt: Attempt, closed: bool) -> None:
    """Note a connection without an answer. The other side may have closed it at once."""
    attempt.detail = "connected, and no answer came"
    if closed:
        attempt.reason, attempt.detail = "refused", "connected, and the connection was closed without an answer"


def _take_report(record: Record, attempt: Attempt, line: bytes, nonce: str) -> bool:
    """Note the report of a responder, and return whether the right responder answered."""
    report = decode_report(line)
    if report is None or report.nonce != nonce:
        attempt.reject("the answer is not from a responder of this run")
        return False
    attempt.answer(report.endpoint, report.peer)
    if record.try_.expect and report.endpoint not in record.try_.expect:
        attempt.reject(f"{report.endpoint} answered, not {' or '.join(record.try_.expect)}")
        return False
    return True


def _carry(sock: socket.socket, attempt: Attempt, size: int, arrived: bytearray, deadline: Deadline) -> Steps:
    """Send bytes and check that the same bytes come back. Small packets arrived, so lost packets were too big."""
    left = memoryview(payload(size))
    while len(arrived) < size:
        try:
            if left:
                left = left[sock.send(left) :]
            part = sock.recv(65536)
        except BlockingIOError:
            if not (yield from wait(deadline)):
                attempt.reject(f"connected, and {len(arrived)} of {size} bytes came back", "too big")
                return
            continue
        except ConnectionError:  # the other side closed too early; its report stays valid
            part = b""
        if not part:
            attempt.reject(f"{len(arrived)} of {size} bytes came back, and the connection was closed")
            return
        arrived += part
    attempt.accept()
    if arrived != payload(size):
        attempt.reject(f"{size} bytes came back, and not those that were sent")


def _peer_in(text: bytes) -> str | None:
    """Read the ADDRESS:PORT in the answer of agnhost. None for any other text."""
    peer = text.decode("ascii", "replace").strip()
    return peer if re.fullmatch(r"([0-9.]{7,15}|\[[0-9a-fA-F:.]{2,39}\]):[0-9]{1,5}", peer) else None


__all__ = ["Source", "make_attempts", "make_records", "probe"]
