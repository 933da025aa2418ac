"""The page of `make soak`, and what it reads in the output of a run."""

from __future__ import annotations

import json
import time
from types import SimpleNamespace

import pytest
import soak

PAGE = f"# Reliability\n\nWords.\n\n{soak.BEGIN}"
RUN = """
TASK [podnet.kubernetes.common : Install the packages] *****
changed: [node1]

TASK [Wait for the node] ***
fatal: [node1]: UNREACHABLE! => {"msg": "no | route"}

PLAY RECAP ******
node1 : ok=3 changed=1
"""


def outcome(passed=True, **other):
    values = {"fault": "SIGKILL", "number": "1.2", "when": "3 s: A task", "words": "well"}
    return soak.Outcome(**{**values, "passed": passed, **other})


def test_the_line_of_a_try_replaces_that_of_its_earlier_run():
    page = soak.with_line(PAGE, outcome(passed=False))
    assert "0 of 1 tries passed." in page
    page = soak.with_line(page, outcome(number="1.3"))
    page = soak.with_line(page, outcome(when="9 s: B"))
    assert "2 of 2 tries passed." in page
    lines = [line for line in page.splitlines() if line.startswith("| SIGKILL")]
    assert [line.split(" | ")[1:4] for line in lines] == [
        ["1.3", "3 s: A task", "passed: well"],
        ["1.2", "9 s: B", "passed: well"],
    ]
    assert page.startswith(PAGE)


def test_a_page_without_the_mark_is_refused():
    with pytest.raises(SystemExit, match="lacks the line"):
        soak.with_line("# Reliability\n", outcome())


def test_the_output_of_a_run():
    assert soak.last_task(RUN) == "Wait for the node"
    assert soak.last_task("") == "the start of Ansible"
    assert soak.reason(RUN) == 'fatal: [node1]: UNREACHABLE! => {"msg": "no / route"}'


@pytest.fixture
def runs(monkeypatch, tmp_path):
    """A function that lets a program stand for the playbook, and gives the steps that a try takes beside it."""
    steps = []
    monkeypatch.setattr(soak, "ROOT", tmp_path)
    monkeypatch.setattr(soak, "bare_nodes", lambda: steps.append("bare nodes"))
    monkeypatch.setattr(soak, "must", lambda _place, command: steps.append(command))
    monkeypatch.setattr(soak, "converged", lambda: steps.append("converged") or (True, "well"))

    def use(program):
        monkeypatch.setattr(soak, "PLAYBOOK", program)
        return steps

    return use


class Chance:
    """It chooses the moments that a test wants, the last of them again and again, and the last node."""

    def __init__(self, *moments):
        left = list(moments)
        self.uniform = lambda _least, _most: left.pop(0) if left[1:] else left[0]
        self.choice = lambda names: names[-1]


def test_a_run_that_is_killed_is_finished_by_the_next_one(runs):
    steps = runs("sleep 30")
    assert soak.kill("1.1", Chance(0.1)) == outcome(
        fault="SIGKILL of ansible-playbook", number="1.1", when="0 s: the start of Ansible"
    )
    assert steps == ["bare nodes", "converged"]


def test_a_node_without_power_comes_back_before_the_next_run(runs):
    steps = runs("sleep 1")
    assert soak.power("1.2", Chance(0.1)).fault == "node2 loses its power"
    assert steps == [
        "bare nodes",
        "podman kill podnet-node2",
        "ansible-playbook lab/reboot.yml -e lab_reboot=node2",
        "converged",
    ]


def test_a_run_that_waits_too_long_for_the_node_is_ended(runs, monkeypatch):
    monkeypatch.setattr(soak, "LEFT_ALONE", 0.1)
    began = time.monotonic()
    runs("sleep 60")
    assert soak.power("1.2", Chance(0.1)).passed
    assert time.monotonic() - began < 50


def test_a_run_that_ended_before_its_fault_proves_nothing(runs):
    steps = runs("true")
    done = soak.kill("1.3", Chance(20))
    assert (done.passed, done.words) == (False, "nothing was interrupted, because each run had ended before")
    assert steps == ["bare nodes"] * 3


def test_a_run_that_ended_before_its_fault_is_made_again(runs):
    steps = runs("sleep 1")
    assert soak.power("1.3", Chance(20, 0.1)).passed
    assert steps.count("bare nodes") == 2
    assert steps.count("podman kill podnet-node2") == 1


@pytest.mark.parametrize(
    ("status", "written", "found"),
    [(0, None, (True, set())), (2, "disk_full", (False, {"disk_full"})), (2, None, (False, set()))],
)
def test_a_proof_has_the_findings_of_its_own_run(monkeypatch, tmp_path, status, written, found):
    file = tmp_path / "reports" / "soak" / "findings.json"
    file.parent.mkdir(parents=True)

    def write(finding):
        file.write_text(json.dumps({"findings": [{"id": finding}]}))

    def run(_place, _command):
        if written:
            write(written)
        return SimpleNamespace(returncode=status)

    write("of_an_earlier_run")
    monkeypatch.setattr(soak, "OUTPUT", tmp_path)
    monkeypatch.setattr(soak, "run", run)
    assert soak.proved() == found
