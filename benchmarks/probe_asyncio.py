"""The probes of scale.py on asyncio, to compare the probe's own event loop with it.

The cells, attempts, source ports, requests and reports are those of the collection; only the loop is asyncio's. The
sockets are opened in the same namespaces. asyncio serves them in two ways: by its socket functions, and by its streams
and datagram protocols. Workers take the records in turn, so their number limits the open sockets.
"""

from __future__ import annotations

import asyncio
import socket
import sys
import time
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / ".collections"))

from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import Cell, Target
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.attempts import Attempt, Record
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.network_namespace import Namespaces
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.probe import Source, make_records
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.settings import ProbeSettings
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.sockets import bind_socket, open_socket
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.source_ports import SourcePorts
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.wire import (
    decode_report,
    encode_request,
    show_peer,
)

WORKERS = 128  # of 128, 1,024 and 16,000 the fastest where no cell is blocked


# Sends a request over a socket and returns the answer; the flag tells TCP from UDP.
Exchange = Callable[[socket.socket, bool, bytes], Awaitable[bytes]]


def probe_by_sockets(
    sources: Iterable[Source], targets: Iterable[Target], settings: ProbeSettings, namespaces: Namespaces
) -> list[Cell]:
    """Make one attempt of each TCP and UDP cell by asyncio's socket functions."""
    return _probe(make_records(sources, targets), settings, namespaces, _exchange_by_sockets)


def probe_by_streams(
    sources: Iterable[Source], targets: Iterable[Target], settings: ProbeSettings, namespaces: Namespaces
) -> list[Cell]:
    """Make one attempt of each TCP and UDP cell by asyncio's streams and datagram protocols."""
    return _probe(make_records(sources, targets), settings, namespaces, _exchange_by_streams)


def _probe(wanted: Iterable[Record], settings: ProbeSettings, namespaces: Namespaces, exchange: Exchange) -> list[Cell]:
    """Make one attempt of each record, and summarise the records."""
    records = list(wanted)
    start = time.monotonic()
    try:
        asyncio.run(_probe_all(records, settings, namespaces, exchange))
    finally:
        namespaces.enter("")
    return [record.summarise(start) for record in records]


async def _probe_all(
    records: list[Record], settings: ProbeSettings, namespaces: Namespaces, exchange: Exchange
) -> None:
    """Run the workers until no record is left."""
    waiting, ports = iter(records), SourcePorts(time.monotonic())

    async def work() -> None:
        for record in waiting:
            namespaces.enter(record.namespace)
            await _attempt(record, ports, settings, exchange)

    await asyncio.gather(*(work() for _number in range(WORKERS)))


async def _attempt(record: Record, ports: SourcePorts, settings: ProbeSettings, exchange: Exchange) -> None:
    """Make the attempt; its socket is opened before the first await, in the current namespace."""
    stream = record.try_.check == "tcp"
    with open_socket(record, socket.SOCK_STREAM if stream else socket.SOCK_DGRAM) as sock:
        bind_socket(sock, ports.candidates(record.target, record.try_.port))
        attempt = record.begin()
        try:
            async with asyncio.timeout(settings.timeout):
                await asyncio.get_running_loop().sock_connect(sock, (record.target.address, record.try_.port))
                attempt.own = show_peer(sock.getsockname())
                _take_report(record, attempt, await exchange(sock, stream, encode_request(settings.run, "0")))
        except TimeoutError:
            return  # an attempt to which nothing happens has timed out
        except OSError as error:
            attempt.fail(error)


async def _exchange_by_sockets(sock: socket.socket, stream: bool, request: bytes) -> bytes:
    """Exchange request and answer by the loop's functions for sockets."""
    loop = asyncio.get_running_loop()
    await loop.sock_sendall(sock, request)
    data = await loop.sock_recv(sock, 65536)
    while stream and b"\n" not in data and (part := await loop.sock_recv(sock, 65536)):
        data += part
    return data


async def _exchange_by_streams(sock: socket.socket, stream: bool, request: bytes) -> bytes:
    """Exchange request and answer by a stream, or by a datagram protocol."""
    if stream:
        reader, writer = await asyncio.open_connection(sock=sock)
        try:
            writer.write(request)
            return await reader.readline()
        finally:
            writer.close()
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.create_datagram_endpoint(_FirstDatagram, sock=sock)
    try:
        transport.sendto(request)
        return await protocol.answer
    finally:
        transport.close()


class _FirstDatagram(asyncio.DatagramProtocol):
    """Waits for one datagram."""

    def __init__(self) -> None:
        self.answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        if not self.answer.done():
            self.answer.set_result(data)

    def error_received(self, exc: Exception) -> None:
        if not self.answer.done():
            self.answer.set_exception(exc)


def _take_report(record: Record, attempt: Attempt, line: bytes) -> None:
    """Note the responder's report in the attempt."""
    report = decode_report(line)
    if report is None or report.nonce != "0":
        attempt.reject("the answer is not from a responder of this run")
        return
    attempt.answer(report.endpoint, report.peer)
    if report.endpoint not in record.try_.expect:
        attempt.reject(f"{report.endpoint} answered, not {' or '.join(record.try_.expect)}")
