# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import errno
import importlib.util
import json
import struct
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[4] / "roles" / "basic_cni" / "files" / "podnet-routes.py"


def load():
    spec = importlib.util.spec_from_file_location("podnet_routes", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


podnet_routes = load()
Route = podnet_routes.Route

FOUR = Route("10.22.2.0/24", "10.100.198.201", "enp0s8", "140")
SIX = Route("fd00:22:2::/64", "fd00:100::201", "enp0s8", "140")
FILE = """\
# Routes to the pods of the other nodes.
route add 10.22.2.0/24 via 10.100.198.201 dev enp0s8 proto 140
route add fd00:22:2::/64 via fd00:100::201 dev enp0s8 proto 140
"""

RULES = """\
*filter
:PODNET-FORWARD - [0:0]
-A PODNET-FORWARD -s 10.22.0.0/16 -j ACCEPT
-I FORWARD -j PODNET-FORWARD
COMMIT
*nat
:PODNET-MASQ - [0:0]
-A PODNET-MASQ -s 10.22.0.0/16 ! -d 10.22.0.0/16 -j MASQUERADE
-A POSTROUTING -m comment --comment "what leaves" -j PODNET-MASQ
COMMIT
"""
FORWARD_JUMP = "-A FORWARD -j PODNET-FORWARD"
# As iptables-save shows them when they are set.
OWN = [line.replace("-I ", "-A ") for line in RULES.splitlines() if "PODNET-" in line]
MASQUERADE_JUMP = '-A POSTROUTING -m comment --comment "what leaves" -j PODNET-MASQ'


def saved(*lines):
    """The output of iptables-save on a node with kube-proxy, with these lines too."""
    own = ["*filter", ":FORWARD ACCEPT [7:420]", ":KUBE-FORWARD - [0:0]", "-A FORWARD -j KUBE-FORWARD", *lines]
    return "".join(f"{line}\n" for line in (*own, "COMMIT"))


def test_the_file_that_pod_routes_writes_is_read():
    assert podnet_routes.parse_file(FILE) == [FOUR, SIX]
    assert podnet_routes.parse_file("") == []


def test_the_file_of_the_module_is_the_one_that_is_read():
    from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes import pod_routes

    entry = {"dst": "10.22.2.9", "gateway": "10.100.198.201", "dev": "enp0s8", "protocol": "140", "flags": []}
    routes = pod_routes.parse_routes(json.dumps([entry]), "ipv4")
    assert podnet_routes.parse_file(pod_routes.file_text(routes)) == [FOUR._replace(destination="10.22.2.9/32")]


def test_the_routes_of_the_kernel_are_read():
    shown = [
        {"dst": "default", "gateway": "10.0.2.2", "dev": "enp0s3", "flags": []},
        {"dst": "10.22.2.0/24", "gateway": "10.100.198.201", "dev": "enp0s8", "protocol": "140", "flags": []},
        {"dst": "10.22.9.9", "dev": "cni0", "protocol": "2", "scope": "253", "flags": []},
        {"dst": "fd00::5", "protocol": "140", "metric": 1024, "flags": [], "nexthops": []},
    ]
    assert podnet_routes.parse_present(json.dumps(shown)) == [
        FOUR,
        Route("10.22.9.9/32", "", "cni0", "2"),
        Route("fd00::5/128", "", "", "140"),
    ]
    assert podnet_routes.parse_present("") == []


@pytest.mark.parametrize(
    ("present", "lines"),
    [
        pytest.param([FOUR, SIX], [], id="all there"),
        pytest.param([SIX], ["route add 10.22.2.0/24 via 10.100.198.201 dev enp0s8 proto 140"], id="one is missing"),
        pytest.param(
            [SIX, FOUR._replace(gateway="10.100.198.209")],
            ["route replace 10.22.2.0/24 via 10.100.198.201 dev enp0s8 proto 140"],
            id="another gateway",
        ),
        pytest.param(
            [SIX, FOUR._replace(protocol="4")],
            ["route add 10.22.2.0/24 via 10.100.198.201 dev enp0s8 proto 140"],
            id="a foreign route is not replaced",
        ),
        pytest.param(
            [SIX, FOUR, Route("10.22.9.0/24", "10.100.198.209", "enp0s8", "140")], [], id="others are left alone"
        ),
    ],
)
def test_what_is_missing(present, lines):
    assert podnet_routes.missing([FOUR, SIX], present) == lines


def test_own_rules_are_those_about_own_chains():
    others = [":CALI-PODNET - [0:0]", '-A FORWARD -m comment --comment "PODNET-FORWARD" -j ACCEPT']
    own = ["-A PODNET-FORWARD -s 10.22.0.0/16 -j ACCEPT", FORWARD_JUMP]
    text = saved(*others, ":PODNET-FORWARD - [12:345]", *own)
    assert podnet_routes.own_rules(text) == [":PODNET-FORWARD -", *own]


@pytest.mark.parametrize(
    ("there", "left_out"),
    [
        ([], []),
        ([FORWARD_JUMP], ["-I FORWARD -j PODNET-FORWARD"]),
        ([FORWARD_JUMP, MASQUERADE_JUMP], ["-I FORWARD -j PODNET-FORWARD", MASQUERADE_JUMP]),
        (["-A FORWARD -j PODNET-MASQ", "-A INPUT -j PODNET-FORWARD"], []),
        (["-A PODNET-OTHER -j PODNET-FORWARD"], []),
    ],
)
def test_a_jump_that_is_there_is_not_added_again(there, left_out):
    rules = podnet_routes.without_jumps(RULES, saved(*there))
    assert rules.splitlines() == [line for line in RULES.splitlines() if line not in left_out]


def message(kind, body, length=None):
    """A message of rtnetlink (struct nlmsghdr), padded to four bytes."""
    whole = struct.pack("=IHHII", length or 16 + len(body), kind, 0, 0, 0) + body
    return whole + bytes(-len(whole) % 4)


def link(kind, index, flags):
    return message(kind, struct.pack("=BxHiII", 0, 1, index, flags, 0xFFFFFFFF) + b"\x08\x00\x03\x00eth\x00")


def address(kind, index):
    return message(kind, struct.pack("=BBBBI", 2, 24, 0, 0, index))


def a_route(kind, protocol):
    return message(kind, struct.pack("=BBBBBBBBI", 2, 24, 0, 0, 254, protocol, 0, 1, 0) + bytes(7))


UP, RUNNING = 0x1, 0x40


@pytest.mark.parametrize(
    ("data", "relevant"),
    [
        pytest.param(link(16, 3, UP), True, id="link up"),
        pytest.param(link(16, 3, RUNNING), False, id="link down"),
        pytest.param(link(16, 4, UP), False, id="another link up"),
        pytest.param(link(17, 3, UP), False, id="link gone"),
        pytest.param(address(20, 3), True, id="address"),
        pytest.param(address(20, 4), False, id="another link's address"),
        pytest.param(address(21, 3), False, id="address gone"),
        pytest.param(a_route(25, 140), True, id="own route gone"),
        pytest.param(a_route(25, 4), False, id="foreign route gone"),
        pytest.param(a_route(24, 140), False, id="own route added"),
        pytest.param(a_route(25, 4) + link(16, 3, UP), True, id="the second of two"),
        pytest.param(a_route(25, 4) + a_route(24, 140), False, id="neither of two"),
        pytest.param(b"", False, id="nothing"),
        pytest.param(message(3, b"", length=0), False, id="a length of zero ends"),
    ],
)
def test_what_an_event_means(data, relevant):
    assert podnet_routes.is_relevant(data, {3}, {"140"}) is relevant


class Events:
    """A socket on which these messages come, or errors."""

    def __init__(self, *events):
        self.events = list(events)

    def recv(self, size):
        event = self.events.pop(0)
        if isinstance(event, OSError):
            raise event
        return event


@pytest.fixture
def nics(monkeypatch):
    """A node whose NIC enp0s8 has the index 3, and a select that says so when nothing more comes."""
    monkeypatch.setattr(podnet_routes.socket, "if_nameindex", lambda: [(1, "lo"), (3, "enp0s8")])
    monkeypatch.setattr(podnet_routes.select, "select", lambda read, *others: ([one for one in read if one.events],))


@pytest.mark.usefixtures("nics")
@pytest.mark.parametrize(
    ("events", "found", "left"),
    [
        ([a_route(25, 4), link(16, 3, UP), a_route(25, 140)], True, 1),
        ([a_route(25, 4), link(16, 1, UP)], False, 0),
        ([OSError(errno.ENOBUFS, "No buffer space available"), a_route(25, 4)], True, 1),
    ],
)
def test_waiting_ends_with_the_first_relevant_event(events, found, left):
    socket = Events(*events)
    assert podnet_routes.wait(socket, 1, [FOUR]) is found
    assert len(socket.events) == left


@pytest.mark.usefixtures("nics")
def test_another_error_of_the_socket_is_not_swallowed():
    with pytest.raises(OSError, match="Bad file descriptor"):
        podnet_routes.wait(Events(OSError(errno.EBADF, "Bad file descriptor")), 1, [FOUR])


class Stopped(Exception):
    pass


@pytest.fixture
def loop(monkeypatch):
    """A function that runs the main loop and returns how long it waited, and slept, until there are no more rounds."""

    def run_loop(*rounds):
        rounds, waits, pauses = list(rounds), [], []

        def set_routes(path):
            if not rounds:
                raise Stopped
            return rounds[0][0]

        def wait(events, timeout, routes):
            waits.append(timeout)
            return rounds.pop(0)[1]

        monkeypatch.setattr(podnet_routes, "set_routes", set_routes)
        monkeypatch.setattr(podnet_routes, "set_rules", lambda path, program, known: True)
        monkeypatch.setattr(podnet_routes, "wait", wait)
        monkeypatch.setattr(podnet_routes.time, "sleep", pauses.append)
        monkeypatch.setattr(podnet_routes.sys, "argv", ["podnet-routes.py", "/nonexistent"])
        with pytest.raises(Stopped):
            podnet_routes.main()
        return waits, pauses

    return run_loop


GOOD, BAD, EVENT, TIMEOUT = True, False, True, False


@pytest.mark.parametrize(
    ("rounds", "waits"),
    [
        ([(GOOD, EVENT), (GOOD, EVENT)], [30, 30]),
        ([(BAD, TIMEOUT)] * 7, [1, 2, 4, 8, 16, 30, 30]),
        ([(BAD, TIMEOUT), (BAD, EVENT), (BAD, TIMEOUT), (GOOD, EVENT), (BAD, TIMEOUT)], [1, 2, 1, 30, 1]),
    ],
)
def test_what_can_not_be_set_is_tried_again_ever_more_seldom(loop, rounds, waits):
    waited, pauses = loop(*rounds)
    assert waited == waits
    assert len(pauses) == len(rounds) and min(pauses) >= 0.2


@pytest.fixture
def commands(monkeypatch):
    """Answers of commands, by their first word; and the commands that ran, with their input.

    Once rules are restored iptables-save answers with them all, or with what is in answers under "then".
    """
    answers, ran = {}, []

    def run(*command, data=""):
        ran.append((command, data))
        answer = answers.get(command[0], (True, ""))
        if command[0] == "iptables-restore" and answer[0]:
            answers["iptables-save"] = answers.get("then", (True, saved(*OWN)))
        return answer

    monkeypatch.setattr(podnet_routes, "run", run)
    return answers, ran


def test_rules_are_set_once_and_again_when_they_or_the_file_change(commands, tmp_path):
    answers, ran = commands
    file, known = tmp_path / "rules4", {}

    def restored():
        ran.clear()
        assert podnet_routes.set_rules(file, "iptables", known)
        return [data for command, data in ran if command[0] == "iptables-restore"]

    assert restored() == []  # without a file
    file.write_text(RULES)
    answers["iptables-save"] = (True, saved())
    assert restored() == [RULES]
    assert restored() == []
    answers["iptables-save"] = (True, saved(":PODNET-FORWARD - [0:0]", FORWARD_JUMP))
    assert restored() == [RULES.replace("-I FORWARD -j PODNET-FORWARD\n", "")]
    assert restored() == []
    file.write_text(f"{RULES}# another\n")
    assert len(restored()) == 1
    answers["iptables-save"] = (True, saved("-A FORWARD -s 10.0.0.0/8 -j ACCEPT", *OWN))
    assert restored() == []  # what is foreign counts for nothing


@pytest.mark.parametrize("damaged", [[FORWARD_JUMP], [*OWN, "-A PODNET-FORWARD -j DROP"]])
def test_what_is_changed_while_rules_are_set_is_not_taken_for_right(commands, tmp_path, damaged):
    answers, _ran = commands
    (tmp_path / "rules4").write_text(RULES)
    known = {}
    answers["then"] = (True, saved(*damaged))
    assert not podnet_routes.set_rules(tmp_path / "rules4", "iptables", known)
    del answers["then"]
    assert podnet_routes.set_rules(tmp_path / "rules4", "iptables", known)


@pytest.mark.parametrize("program", ["iptables-save", "iptables-restore"])
def test_rules_that_can_not_be_set_are_not_taken_for_set(commands, tmp_path, program):
    answers, ran = commands
    (tmp_path / "rules4").write_text(RULES)
    answers[program] = (False, "")
    known = {}
    assert not podnet_routes.set_rules(tmp_path / "rules4", "iptables", known)
    answers.clear()
    ran.clear()
    assert podnet_routes.set_rules(tmp_path / "rules4", "iptables", known)
    assert "iptables-restore" in [command[0] for command, _data in ran]


def test_bytes_that_are_no_text_do_no_harm():
    """iptables-save prints the comments of other programs' rules as they are."""
    good, output = podnet_routes.run("printf", r"-A FORWARD -m comment --comment caf\351 -j X\n%s\n", FORWARD_JUMP)
    assert good
    assert podnet_routes.own_rules(output) == [FORWARD_JUMP]


def test_errors_of_a_command_go_to_the_journal(capfd):
    assert podnet_routes.run("sh", "-c", "cat; echo first >&2; echo second >&2; exit 3", data="input") == (
        False,
        "input",
    )
    written = capfd.readouterr().out
    assert written.endswith("failed: first\n")
