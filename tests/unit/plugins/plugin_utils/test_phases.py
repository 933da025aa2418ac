# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.plugin_utils.phases import (
    Failure,
    Failures,
    Phases,
    count,
    names_of_rest,
    step_of,
)


class Clock:
    """A clock that only moves when a test says so."""

    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def phases(clock):
    return Phases(clock)


def head(seconds, name, counts=""):
    return f"{seconds:9.1f} s  {name:<64}  {counts}".rstrip()


def work(phases, clock, step, seconds, changed=0, hosts=("node1", "node2")):
    """Play a task of a step, and return the lines that its begin brought."""
    lines = phases.task("a task", step)
    clock.now += seconds
    for host in hosts:
        phases.result(host, changed > 0)
        changed -= 1
    return lines


def test_a_step_has_a_line_when_it_ends(phases, clock):
    assert phases.play("Prepare the nodes") == []
    assert work(phases, clock, "Install the packages", 12.3, changed=1) == []
    assert work(phases, clock, "Install the packages", 1, changed=1) == []
    assert work(phases, clock, "Configure containerd", 2) == [
        head(13.3, "Prepare the nodes: Install the packages", "2 hosts, 2 changed")
    ]
    assert phases.play("Join the nodes") == [head(2, "Prepare the nodes: Configure containerd", "2 hosts")]


def test_a_play_without_steps_is_one_phase(phases, clock):
    phases.play("Open the way")
    work(phases, clock, None, 0.5)
    work(phases, clock, "Open the way", 0.7, changed=1, hosts=["node1"])
    assert phases.end() == [head(1.2, "Open the way", "2 hosts, 1 changed")]


def test_short_steps_that_change_nothing_share_the_line_of_their_play(phases, clock):
    phases.play("Check")
    assert work(phases, clock, "one", 0.4) == work(phases, clock, "two", 0.4) == []
    assert phases.end() == [head(0.8, "Check", "2 hosts")]


def test_short_steps_beside_a_long_one_have_no_line(phases, clock):
    phases.play("Check")
    work(phases, clock, "one", 5)
    assert work(phases, clock, "two", 0.4) == [head(5, "Check: one", "2 hosts")]
    assert phases.end() == []


def test_a_short_step_that_changes_something_has_a_line(phases, clock):
    phases.play("Prepare")
    work(phases, clock, "one", 0.1, changed=1)
    assert phases.end() == [head(0.1, "Prepare: one", "2 hosts, 1 changed")]


def test_messages_stand_below_their_phase_once(phases, clock):
    phases.play("Prove")
    phases.task("Show", "Show the matrix")
    for host in ("node1", "node2"):
        phases.result(host, False)
        phases.say("  1 . X\n  2 \x1b[2Jhostile")
    assert phases.end() == [
        head(0, "Prove: Show the matrix", "2 hosts"),
        "               1 . X",
        "               2 ?[2Jhostile",
    ]


def test_a_play_without_results_has_no_line(phases):
    phases.play("Nobody")
    assert phases.end() == []


def test_the_controller_counts_as_no_host(phases, clock):
    phases.play("Check the controller")
    work(phases, clock, None, 2, hosts=["localhost"])
    assert phases.end() == [head(2, "Check the controller")]


def test_the_status_says_which_task_runs(phases, clock):
    assert phases.status() == ""
    phases.play("Prepare")
    phases.task("Wait for apt", "Install")
    clock.now += 7
    assert phases.status() == "        7 s  Prepare: Install: Wait for apt …"


def test_progress_is_said_after_a_while_without_lines(phases, clock):
    phases.play("Prepare")
    phases.task("Wait for apt", None)
    clock.now += 29
    assert phases.progress() == []
    clock.now += 2
    assert phases.progress() == ["       31 s  Prepare: Wait for apt …"]
    assert phases.progress() == []
    clock.now += 31
    assert phases.progress() == ["       62 s  Prepare: Wait for apt …"]
    assert phases.seconds() == 62


ROLE, MAIN = ("role", "Probe every pair"), ("tasks", "Find the endpoints")


@pytest.mark.parametrize(
    ("chain", "step"),
    [
        ([], None),
        ([("block", "a block")], None),
        ([ROLE], "Probe every pair"),
        ([("block", ""), ROLE, ("block", "Prove"), MAIN, ("tasks", "Wait")], "Find the endpoints"),
        ([("tasks", "A file of the play")], "A file of the play"),
        ([ROLE, ("tasks", ""), ("role", "Apply the manifest")], "Apply the manifest"),
    ],
)
def test_the_step_of_a_task(chain, step):
    assert step_of(chain) == step


FAULT = Failure("Check", "FAILED", "it is wrong\n  change it")


def test_hosts_with_the_same_failure_share_its_lines():
    failures = Failures()
    for host in ("node1", "node2"):
        failures.add(host, FAULT)
    failures.add("node3", Failure("Wait", "UNREACHABLE", "no answer"))
    assert failures.lines(["node1", "node2", "node3"]) == [
        "",
        "FAILED Check (node1, node2)",
        "  it is wrong",
        "    change it",
        "",
        "UNREACHABLE Wait (node3)",
        "  no answer",
    ]


def test_a_rescued_failure_is_none():
    failures = Failures()
    failures.add("node1", Failure("Try", "FAILED", "first"))
    failures.rescued("node1")
    failures.add("node1", FAULT)
    assert failures.lines(["node1"])[1] == "FAILED Check (node1)"
    assert "first" not in "\n".join(failures.lines(["node1"]))


def test_a_host_that_failed_in_the_end_shows_at_least_its_last_failure():
    failures = Failures()
    failures.add("node1", FAULT)
    failures.rescued("node1")
    assert failures.lines(["node1"])[1] == "FAILED Check (node1)"
    assert failures.lines(["node2"]) == []


def test_what_a_failed_result_has_beside_its_message():
    result = {"msg": "m", "changed": False, "rc": 3, "stdout": "", "stderr": "e", "stderr_lines": ["e"]}
    assert names_of_rest(result) == {"rc": 3, "stderr": "e"}
    assert names_of_rest({"msg": "m", "ansible_loop_var": "node", "node": "a"}) == {}


@pytest.mark.parametrize(("number", "text"), [(0, "0 hosts"), (1, "1 host"), (2, "2 hosts")])
def test_numbers(number, text):
    assert count(number, "host") == text
