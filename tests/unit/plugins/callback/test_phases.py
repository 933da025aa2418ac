# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real runs of small playbooks, in this process's ansible-core, with the callback on a pipe and on a terminal."""

from __future__ import annotations

import os
import pty
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from playbook_runs import run_playbook

ROOT = Path(__file__).parents[4]
NAME = "podnet.kubernetes.phases"
MATRIX = "  1 . X\n  2 X ."


def play(name, tasks):
    return {"name": name, "hosts": "all", "gather_facts": False, "tasks": tasks}


# A role whose main file names its steps, as those of the collection do.
ROLE = {
    "main.yml": [
        {"name": "Measure", "ansible.builtin.import_tasks": "measure.yml"},
        {"name": "Try", "block": [{"name": "Try it", "ansible.builtin.include_tasks": "try.yml"}]},
    ],
    "measure.yml": [
        {"name": "Count", "ansible.builtin.command": "true"},
        {"name": "Wait", "ansible.builtin.debug": {"msg": "waited long"}, "until": True},
        {"name": "Show the matrix", "ansible.builtin.debug": {"msg": MATRIX}},
        {"name": "Hide", "ansible.builtin.debug": {"msg": "{{ 'to' ~ 'ken' }}"}, "no_log": True},
    ],
    "try.yml": [
        {
            "name": "Fall and get up",
            "block": [{"name": "Fall", "ansible.builtin.include_tasks": "fall.yml"}],
            "rescue": [{"name": "Get up", "ansible.builtin.include_tasks": "get_up.yml"}],
        },
        {"name": "Ignore", "ansible.builtin.fail": {"msg": "to be ignored"}, "ignore_errors": True},
    ],
    "fall.yml": [{"name": "Fall", "ansible.builtin.fail": {"msg": "to be rescued"}}],
    "get_up.yml": [{"name": "Get up", "ansible.builtin.set_fact": {"up": True}}],
}
WAIT = play("Wait", [{"name": "Wait long", "ansible.builtin.wait_for": {"timeout": 3}}])
SAY = play("Say", [{"name": "Say it", "ansible.builtin.debug": {"msg": "a\nb"}, "run_once": True}])
GOOD = [{"name": "Do the work", "ansible.builtin.include_role": {"name": "thing"}}]
BAD = [
    {"name": "Warn", "ansible.builtin.set_fact": {"x": "{{ lookup('ansible.builtin.env', 'X') }}"}},
    {"name": "Ignore", "ansible.builtin.fail": {"msg": "ignored"}, "loop": ["b"], "ignore_errors": True},
    {"name": "Break", "ansible.builtin.command": "ls /none/at/all", "when": "inventory_hostname == 'two'"},
    {"name": "Loop", "ansible.builtin.fail": {"msg": "wrong: {{ item }}"}, "loop": ["a"], "no_log": "{{ hide }}"},
]


@pytest.fixture
def run(tmp_path):
    """A function that plays plays on two local hosts, and returns what ended and the log."""
    for name, tasks in ROLE.items():
        path = tmp_path / "roles" / "thing" / "tasks" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(tasks, sort_keys=False))

    def run_plays(*plays, arguments=(), ends=0, **environment):
        (tmp_path / "site.yml").write_text(yaml.safe_dump(list(plays), sort_keys=False))
        done = run_playbook(
            *("--inventory", "one,two,", "--connection", "local", "--extra-vars", "hide=false"),
            *("--extra-vars", f"ansible_python_interpreter={sys.executable}", *arguments, str(tmp_path / "site.yml")),
            cwd=ROOT,
            **{
                "ANSIBLE_STDOUT_CALLBACK": NAME,
                "ANSIBLE_CALLBACK_RESULT_FORMAT": "yaml",
                "ANSIBLE_NOCOLOR": "1",
                "PODNET_LOG_DIRECTORY": str(tmp_path / "logs"),
                **environment,
            },
        )
        assert done.returncode == ends, done.stdout + done.stderr
        return done, sorted((tmp_path / "logs").glob("*.log"))

    return run_plays


def stars(text):
    """A text without the stars of headings and the spaces at ends of lines, which depend on the width."""
    return re.sub(r" \*+$| +$", "", text, flags=re.MULTILINE)


def test_a_good_run(run):
    done, (log,) = run(play("Make a thing", GOOD))
    lines = done.stdout.splitlines()
    assert re.fullmatch(r" +\d+\.\d s  Make a thing: Measure +2 hosts, 2 changed", lines[0])
    assert lines[1:3] == [f"{' ' * 13}{line}" for line in MATRIX.splitlines()]
    assert re.fullmatch(r"Changed 2 on 2 hosts in \d+\.\d s\.", lines[-2])
    assert lines[-1] == f"The whole output is {log}."
    # No step else changed anything or took a second, unless the machine is slow.
    assert all(re.fullmatch(r"( +\d+\.\d s  Make a thing: Try it +2 hosts)?", line) for line in lines[3:-2])
    assert "\x1b" not in done.stdout
    assert "\r" not in done.stdout
    shown = done.stdout + done.stderr
    for hidden in ("rescued", "ignored", "waited", "token", "TASK ["):
        assert hidden not in shown
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    for kept in ("TASK [thing : Fall]", "to be rescued", "...ignoring", "PLAY RECAP", "changed: [two]"):
        assert kept in log.read_text()
    assert "token" not in log.read_text()


def test_the_file_has_what_the_default_callback_prints(run):
    """But for the order of hosts, which is that of their answers."""
    default, _none = run(SAY, ANSIBLE_STDOUT_CALLBACK="default")
    _done, (log,) = run(SAY)
    assert stars(log.read_text()).strip() == stars(default.stdout).strip()
    verbose, _one = run(SAY, arguments=["-v"], ANSIBLE_STDOUT_CALLBACK="default")
    ours, logs = run(SAY, arguments=["-v"])
    assert ours.stdout == verbose.stdout
    assert logs == [log]


def test_two_playbooks_of_one_command_are_two_runs(run, tmp_path):
    """Ansible counts the changes of all of them together."""
    first = tmp_path / "first.yml"
    first.write_text(yaml.safe_dump([play("Make a thing", GOOD)], sort_keys=False))
    done, logs = run(SAY, arguments=(str(first),))
    ends = [line for line in done.stdout.splitlines() if line.startswith("Changed ")]
    assert [line.split()[1] for line in ends] == ["2", "0"]
    assert len(logs) == 2


def test_a_failed_run(run):
    done, (log,) = run(play("Break a thing", BAD), ends=2, X="", ANSIBLE_PYTHON_INTERPRETER="")
    shown = done.stdout
    assert (
        shown.index("s  Break a thing") < shown.index("FAILED Break (two)") < shown.index("Failed: one, two. Changed")
    )
    (failed,) = re.findall(r"FAILED Break \(two\)\n(.*?)\n\n", shown, re.DOTALL)
    assert "non-zero return code" in failed.splitlines()[0]
    assert "\n  stderr: " in failed
    assert "/none/at/all" in failed
    assert re.search(r"\nFAILED Loop \(item=a\) \(one\)\n  wrong: a\n\n", shown)
    assert "fatal: [two]: FAILED!" in log.read_text()
    assert "FAILED Ignore" not in shown


def test_secrets_of_failed_tasks_are_hidden(run):
    done, (log,) = run(play("Break a thing", BAD[3:]), arguments=["--extra-vars", "hide=true"], ends=2)
    for text in (done.stdout, done.stderr):
        assert "wrong: a" not in text
    assert "output has been hidden" in done.stdout
    assert "msg: 'wrong: a'" not in log.read_text()


def test_warnings_are_shown_at_once_and_once(run):
    tasks = [{"name": "Warn", "ansible.builtin.debug": {"msg": "x"}, "when": "[] is falsy", "with_items": ["a"]}]
    warn = {"name": "Warn", "ansible.builtin.group_by": {"key": "a-b"}}
    done, (log,) = run(play("Warn", [*tasks, warn]), ANSIBLE_TRANSFORM_INVALID_GROUP_CHARS="silently")
    assert done.stderr.count("[WARNING]") == log.read_text().count("[WARNING]")


def test_check_mode_names_what_would_change(run, tmp_path):
    copy = {"name": "Write the file", "ansible.builtin.copy": {"content": "x", "dest": str(tmp_path / "x")}}
    done, _log = run(play("Write", [copy]), arguments=["--check", "--diff"])
    assert "would change: Write the file" in done.stdout
    assert re.search(r"\n +\+x\n", done.stdout)
    assert "\nWould change 2 on 2 hosts" in done.stdout


def test_without_a_file_everything_is_on_the_screen(run, tmp_path):
    (tmp_path / "file").touch()
    done, _none = run(SAY, PODNET_LOG_DIRECTORY=str(tmp_path / "file" / "logs"))
    assert "TASK [Say it]" in done.stdout
    assert "PLAY RECAP" in done.stdout
    assert "The whole output is on the screen: log_directory" in " ".join(done.stderr.split())


@pytest.mark.parametrize("ci", [True, False])
def test_a_terminal_shows_the_task_that_runs(tmp_path, ci):
    """A person sees a line that the next one replaces. CI may have a terminal, too, and keeps all that is printed."""
    for name, one in (("first.yml", SAY), ("site.yml", WAIT)):
        (tmp_path / name).write_text(yaml.safe_dump([one]))
    leader, follower = pty.openpty()
    environment = {name: value for name, value in os.environ.items() if name not in ("CI", "ANSIBLE_STDOUT_CALLBACK")}
    environment |= {"TERM": "xterm", "ANSIBLE_STDOUT_CALLBACK": NAME, "PODNET_LOG_DIRECTORY": str(tmp_path / "logs")}
    with subprocess.Popen(
        # The second playbook of a command, because Ansible tells the end of each of them.
        ["ansible-playbook", "-i", "one,", "-c", "local", str(tmp_path / "first.yml"), str(tmp_path / "site.yml")],
        cwd=ROOT,
        stdin=follower,
        stdout=follower,
        stderr=follower,
        env={**environment, **({"CI": "true"} if ci else {}), "ANSIBLE_PYTHON_INTERPRETER": sys.executable},
    ) as process:
        os.close(follower)
        shown = b""
        try:
            while part := os.read(leader, 65536):
                shown += part
        except OSError:  # how Linux says that the other end is closed
            pass
    os.close(leader)
    text = shown.decode()
    assert process.returncode == 0, text
    assert ("\x1b[K" in text) is not ci
    # Also in the middle of a task, when nothing else is printed.
    assert bool(re.search(r"\x1b\[K +[12] s  Wait: Wait long …\r(?!\n)", text)) is not ci
    assert "The whole output is " in text
