# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
import socket
import threading
from types import SimpleNamespace

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import Target, Try
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.expected_cells import ExpectedCell
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing import convergence
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.attempts import Attempt
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.convergence import Convergence, Goal, converge
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.network_namespace import Namespaces
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.probe import Source
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.settings import ProbeSettings
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.wire import (
    Report,
    decode_request,
    encode_report,
)

HERE = "127.0.0.1"
OUTCOMES = {"r": "reachable", "b": "blocked", "f": "faulty", "n": "not observed"}


class Stay(Namespaces):
    """No namespace is left, so root is not needed."""

    def enter(self, path):
        assert path == ""


class Rounds:
    """Stands in for the probing and the clock. A round takes a second. The test chooses the results of its attempts.

    C(shows) has the rounds of each target, the last of them ever after; a round is a letter of OUTCOMES for each
    attempt.
    """

    def __init__(self, shows):
        self.shows = {name: list(rounds) for name, rounds in shows.items()}
        self.now = 100.0
        self.polled = []
        self.settings = None

    def monotonic(self):
        return self.now

    def make_attempts(self, records, settings, namespaces):
        self.settings = settings
        self.polled.append([record.target.name for record in records])
        for record in records:
            rounds = self.shows[record.target.name]
            letters = rounds.pop(0) if len(rounds) > 1 else rounds[0]
            assert record.attempts == []
            record.attempts += [
                Attempt(self.now + number / 4, outcome=OUTCOMES[letter]) for number, letter in enumerate(letters)
            ]
        self.now += 1


@pytest.fixture
def run(monkeypatch):
    """A function that waits for cells from a, by target, and returns how it went and the rounds."""

    def run_with(allowed, shows, timeout=30.0, more=(), **settings):
        rounds = Rounds(shows)
        monkeypatch.setattr(convergence, "time", SimpleNamespace(monotonic=rounds.monotonic))
        monkeypatch.setattr(convergence, "make_attempts", rounds.make_attempts)
        sources = [Source("a", "", (HERE,)), Source("a2", "", (HERE,))]
        targets = [Target(name, "pod", HERE, (Try("tcp", 80, "podnet"), Try("icmp"))) for name in (*shows, "a")]
        goal = Goal([*(wanted(name, one) for name, one in allowed.items()), *more], timeout)
        return converge(sources, targets, goal, ProbeSettings("run", **settings), None), rounds

    return run_with


def wanted(target, allowed=True, source="a", protocol="TCP", port=80, family="ipv4"):
    return ExpectedCell(source, target, port, protocol, family, allowed)


@pytest.mark.parametrize(
    ("allowed", "shows", "rounds", "seconds"),
    [
        pytest.param(True, ["rrr"], 1, 0, id="open from the start"),
        pytest.param(False, ["bbb"], 1, 0, id="blocked from the start"),
        pytest.param(True, ["bbb", "bbb", "rrr"], 3, 2, id="is opened"),
        pytest.param(False, ["rrr", "rrr", "bbb"], 3, 2, id="is blocked"),
        pytest.param(True, ["bbr", "rrb", "rrr"], 3, 2, id="two of three are not enough to be open"),
        pytest.param(False, ["rbb", "bbr", "bbb"], 3, 2, id="two of three are not enough to be blocked"),
        pytest.param(True, ["frr", "rrr"], 2, 1, id="a wrong answer is not open"),
        pytest.param(False, ["fff", "bbb"], 2, 1, id="a wrong answer is not blocked"),
        pytest.param(True, ["nnn"], 1, 0, id="silence that says nothing is not against it"),
        pytest.param(False, ["nnn"], 1, 0, id="silence that says nothing is not against it either"),
        pytest.param(False, ["nrn", "nnn"], 2, 1, id="an answer says something"),
    ],
)
def test_a_cell_becomes_right(run, allowed, shows, rounds, seconds):
    found, _rounds = run({"b": allowed}, {"b": shows})
    assert found == Convergence(cells=1, rounds=rounds, seconds=seconds, wrong=())


@pytest.mark.parametrize(
    ("timeout", "rounds"),
    [
        pytest.param(0, 1, id="one round in any case"),
        pytest.param(2.5, 3, id="the one that has begun is ended"),
        pytest.param(3, 3, id="none begins when the time is over"),
    ],
)
def test_a_cell_never_becomes_right(run, timeout, rounds):
    found, _rounds = run({"b": True, "c": False}, {"b": ["bbb"], "c": ["bbb"]}, timeout)
    assert found == Convergence(cells=2, rounds=rounds, seconds=rounds, wrong=(wanted("b"),))
    assert found.as_dict() == {
        "cells": 2,
        "rounds": rounds,
        "seconds": rounds,
        "wrong": [
            {"source": "a", "target": "b", "protocol": "TCP", "port": 80, "family": "ipv4", "allowed": True},
        ],
    }


def test_only_what_is_wrong_is_polled_again(run):
    shows = {"b": ["rrr", "bbb"], "c": ["bbb", "bbb", "rrr"], "d": ["bbb", "rrr"], "unasked": []}
    found, rounds = run({"b": True, "c": True, "d": True}, shows)
    assert rounds.polled == [["b", "c", "d"], ["c", "d"], ["c"]]
    assert found == Convergence(cells=3, rounds=3, seconds=2, wrong=())


def test_a_round_is_three_spaced_attempts_without_a_load(run):
    _found, rounds = run({"b": True}, {"b": ["rrr"]}, attempts=7, interval=0.2, timeout=30)
    assert (rounds.settings.attempts, rounds.settings.interval, rounds.settings.transfer) == (3, 0.2, 0)


def test_cells_that_are_not_this_node_s_to_probe(run):
    more = [
        wanted("b", source="elsewhere"),
        wanted("unknown", source="elsewhere"),
        wanted("a"),
        wanted("b", protocol="SCTP"),
        wanted("unknown", protocol="SCTP"),
        wanted("b")._replace(allowed=None, decided_by="implementation"),
    ]
    found, rounds = run({}, {"b": ["bbb"]}, more=more)
    assert found.as_dict() == {"cells": 0, "rounds": 0, "seconds": None, "wrong": []}
    assert rounds.polled == []


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        (wanted("unknown"), "a -> unknown, tcp 80, ipv4"),
        (wanted("b", port=81), "a -> b, tcp 81, ipv4"),
        (wanted("b", protocol="UDP"), "a -> b, udp 80, ipv4"),
        (wanted("b", family="ipv6"), "a -> b, tcp 80, ipv6"),
    ],
)
def test_a_cell_that_is_not_probed_is_an_error(run, cell, name):
    with pytest.raises(
        InputError, match=f"^converge_on has {name}, which targets has not: give cells of these targets$"
    ):
        run({"b": True}, {"b": ["rrr"]}, more=[wanted("b", protocol="ICMP", port=None), cell])


def test_cells_that_contradict_one_another_are_an_error(run):
    with pytest.raises(InputError, match=r"^converge_on has a -> b, tcp 80, ipv4 both allowed and denied: "):
        run({"b": True}, {"b": ["rrr"]}, more=[wanted("b", False)])


@pytest.mark.parametrize("timeout", [-1, 3601, float("nan")])
def test_a_timeout_out_of_its_range(timeout):
    with pytest.raises(InputError, match=re.escape(f"converge_timeout is {timeout}: it must be from 0 to 3600")):
        Goal([], timeout)


@pytest.mark.parametrize("allowed", [True, False])
def test_over_real_sockets(allowed):
    """A responder that begins, or stops, to answer with the fifth request: the second round is mixed."""
    requests = 0
    with socket.socket(type=socket.SOCK_DGRAM) as sock:
        sock.bind((HERE, 0))
        sock.settimeout(5)

        def work():
            nonlocal requests
            while requests < 9:
                data, peer = sock.recvfrom(65536)
                requests += 1
                if (requests > 4) == allowed:
                    sock.sendto(encode_report(Report("b", "x:1", decode_request(data, "run")[0])), peer)

        thread = threading.Thread(target=work)
        thread.start()
        port = sock.getsockname()[1]
        with Stay() as namespaces:
            found = converge(
                [Source("a", "", (HERE,))],
                [Target("b", "pod", HERE, (Try("udp", port, "podnet"),))],
                Goal([wanted("b", allowed, protocol="UDP", port=port)]),
                ProbeSettings("run", interval=0.01, timeout=0.5),
                namespaces,
            )
        thread.join(5)
    assert requests == 9
    assert (found.cells, found.rounds, found.wrong) == (1, 3, ())
    # Two rounds came before, each with two intervals; one attempt of theirs at least was waited for.
    assert 0.1 < found.seconds < 10
