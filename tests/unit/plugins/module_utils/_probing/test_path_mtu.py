# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import errno
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import Target, Try
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.attempts import Record
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.path_mtu import PathMtu
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.settings import ProbeSettings
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.wire import (
    Report,
    decode_request,
    encode_report,
)

# Addresses that no NIC has (RFC 5737, RFC 3849), so that the route alone tells the largest size.
ADDRESSES = {"ipv4": "192.0.2.77", "ipv6": "2001:db8::77"}
HEADERS = {"ipv4": 20 + 8, "ipv6": 40 + 8}  # IP (RFC 791, RFC 8200) and UDP (RFC 768)
LEAST = {"ipv4": 576, "ipv6": 1280}
IP_MTU = {"ipv4": (0, 14), "ipv6": (41, 24)}
IP_MTU_DISCOVER = {"ipv4": (0, 10, 3), "ipv6": (41, 23, 3)}  # 3: IP_PMTUDISC_PROBE


class Path:
    """A socket to a responder. `carries` decides by nonce and packet size which requests the path carries.

    `late` has the datagrams whose answers arrive only after so many deadlines.
    """

    def __init__(self, family, route, carries, too_big=lambda size: False, late=()):
        self.family, self.route, self._carries, self._too_big = family, route, carries, too_big
        self._late = dict(late)
        self.deadlines = 0  # that passed
        self._held = {}
        self.options = []
        self.bursts = [[]]  # sizes of packets, of one step each
        self.waiting = []  # reports, or errors, that have arrived

    def setsockopt(self, *option):
        self.options.append(option)

    def getsockopt(self, *option):
        assert option == IP_MTU[self.family]
        return self.route

    def connect(self, address):
        assert address == (ADDRESSES[self.family], 4000)

    def getsockname(self):
        return ADDRESSES[self.family], 40000

    def send(self, data):
        size = len(data) + HEADERS[self.family]
        nonce, transfer = decode_request(data, "run")
        assert transfer == 0
        self.bursts[-1].append(size)
        if self._too_big(size):
            raise OSError(errno.EMSGSIZE, os.strerror(errno.EMSGSIZE))
        if self._carries(nonce, size):
            self._held[nonce] = encode_report(Report("b", "192.0.2.1:40000", nonce, len(data)))
            self.pass_time(0)

    def pass_time(self, deadlines=1):
        """Let a deadline pass, and have those answers arrive that are not late any more."""
        self.deadlines += deadlines
        for nonce in list(self._held):
            self._late[nonce] = self._late.get(nonce, 0) - deadlines
            if self._late[nonce] <= 0:
                self.waiting.append(self._held.pop(nonce))

    def recv(self, size):
        if not self.waiting:
            raise BlockingIOError
        answer = self.waiting.pop(0)
        if isinstance(answer, OSError):
            raise answer
        return answer


def find(path, attempts=3):
    """Search the MTU of the path, and return the cell."""
    record = Record("a", "", Target("b", "pod", ADDRESSES[path.family], ()), Try("mtu", 4000, "podnet"))
    steps = PathMtu(path, record, "run").steps(ProbeSettings("run", attempts=attempts, interval=0.1, timeout=1.0))
    event = None
    while True:
        try:
            steps.send(event)
        except StopIteration:
            return record.summarise(0.0)
        path.bursts.append([])
        event = bool(path.waiting)  # nothing there: the time has come
        if not event:
            path.pass_time()


@given(st.sampled_from(["ipv4", "ipv6"]), st.integers(1280, 65535), st.data())
def test_the_largest_size_that_arrives_is_found(family, route, data):
    limit = data.draw(st.integers(LEAST[family], route + 10))
    path = Path(family, route, lambda nonce, size: size <= limit)
    cell = find(path)
    assert (cell.outcome, cell.mtu, cell.attempts, cell.succeeded) == ("reachable", min(limit, route), 3, 3)
    assert path.options == [IP_MTU_DISCOVER[family]]
    for burst in path.bursts:
        # The send buffer of a socket (net.core.wmem_default 212992, including the kernel's overhead for each packet).
        assert len(burst) <= 32
        assert sum(burst) <= 65536 + LEAST[family]
        assert all(LEAST[family] <= size <= route for size in burst)


@given(st.integers(576, 1499))
def test_sizes_that_this_node_will_not_send_are_as_good_as_lost(limit):
    """The route remembers an error of a router: the kernel refuses a packet, or reports the error of an earlier one."""
    path = Path("ipv4", 1500, lambda nonce, size: True, lambda size: size > limit)
    assert find(path).mtu == limit
    assert path.deadlines == 2, "the probe waits between its attempts only, and not for packets that were not sent"


def test_that_a_packet_was_too_big_is_no_end():
    path = Path("ipv4", 1500, lambda nonce, size: size <= 1400)
    path.waiting.append(OSError(errno.EMSGSIZE, "Message too long"))
    assert find(path).mtu == 1400


def test_where_all_arrives_nothing_is_searched():
    path = Path("ipv4", 1450, lambda nonce, size: True)
    assert find(path).mtu == 1450
    assert sorted(size for burst in path.bursts for size in burst) == [576] * 3 + [1450] * 3


def test_an_ipv4_packet_is_never_larger_than_its_length_field_tells():
    assert find(Path("ipv4", 65536, lambda nonce, size: True)).mtu == 65535


@pytest.mark.parametrize(
    ("lost", "outcome", "reason", "succeeded", "mtu"),
    [
        ({"small0", "large0"}, "flapping", "timeout", 2, 1500),
        ({"large1"}, "flapping", "timeout", 2, 1500),  # a large one that is lost once is a loss, not the path's size
        ({"small1"}, "reachable", None, 3, 1500),
        ({"small0", "small1", "small2", "large0", "large1", "large2"}, "blocked", "timeout", 0, None),
    ],
)
def test_packets_that_are_lost(lost, outcome, reason, succeeded, mtu):
    cell = find(Path("ipv4", 1500, lambda nonce, size: nonce not in lost))
    assert (cell.outcome, cell.reason, cell.succeeded, cell.mtu) == (outcome, reason, succeeded, mtu)


@pytest.mark.parametrize(
    "late",
    [
        {"large2": 1},
        {"large0": 3, "large1": 2},
        {"small2": 1, "large2": 1},
        # These come while the search is under way.
        {"large0": 3, "large1": 2, "large2": 1},
        {"large0": 5, "large1": 4, "large2": 3, **{f"size{size}": 1 for size in range(577, 1500)}},
    ],
)
def test_late_answers_count(late):
    """Deadlines pass after each of the first two attempts, and after the last one."""
    cell = find(Path("ipv4", 1500, lambda nonce, size: True, late=late))
    assert (cell.outcome, cell.succeeded, cell.mtu) == ("reachable", 3, 1500)


def test_late_answers_of_a_search_count():
    late = {f"size{size}": size % 2 for size in range(577, 1500)}
    cell = find(Path("ipv4", 1500, lambda nonce, size: size <= 1400, late=late))
    assert (cell.outcome, cell.succeeded, cell.mtu) == ("reachable", 3, 1400)


@pytest.mark.parametrize("lost", ["small0", "small1", "small2"])
def test_the_search_does_not_make_up_for_a_lost_attempt(lost):
    cell = find(Path("ipv4", 1500, lambda nonce, size: size <= 1400 and nonce != lost))
    assert (cell.outcome, cell.reason, cell.succeeded, cell.mtu) == ("flapping", "timeout", 2, 1400)


def test_nobody_listens():
    path = Path("ipv4", 1500, lambda nonce, size: False)
    path.waiting.append(ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused"))
    cell = find(path, attempts=1)
    assert (cell.outcome, cell.reason, cell.mtu) == ("blocked", "refused", None)


@pytest.mark.parametrize(
    "rubbish",
    [
        b"220 mail.example.org",
        b'{"endpoint": "b", "peer": "192.0.2.1:40000", "nonce": [1]}\n',
        encode_report(Report("b", "192.0.2.1:40000", "size9999", 0)),  # which was not asked
    ],
)
def test_what_is_no_answer_is_passed_over(rubbish):
    path = Path("ipv4", 1500, lambda nonce, size: size <= 1400)
    path.waiting.append(rubbish)
    cell = find(path)
    assert (cell.outcome, cell.mtu) == ("reachable", 1400)
