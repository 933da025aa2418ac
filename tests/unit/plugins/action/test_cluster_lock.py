# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path
from types import SimpleNamespace

import pytest
from ansible.utils.context_objects import CLIArgs

from ansible_collections.podnet.kubernetes.plugins.action import cluster_lock
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import ClusterError
from ansible_collections.podnet.kubernetes.plugins.plugin_utils import lock_holder

LOCAL = SimpleNamespace(transport="local")


@pytest.fixture
def name():
    """The name of a lock that no other program of this machine has."""
    return f"podnet-test-{uuid.uuid4()}"


@pytest.fixture
def other(name):
    """A function that starts another run, which holds the lock as long as its input is open and speaks."""
    started = []

    def start(patience=60.0):
        command = [
            sys.executable,
            lock_holder.__file__,
            name,
            "laptop:7:1",
            "alice@laptop with flannel.yml",
            str(patience),
        ]
        started.append(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
        return started[-1]

    yield start
    for one in started:
        one.kill()
        one.communicate()


@pytest.fixture
def ansible(monkeypatch):
    """A process that stands for Ansible: the lock ends with it."""
    process = subprocess.Popen(["sleep", "300"])
    monkeypatch.setattr(cluster_lock.os, "getppid", lambda: process.pid)
    yield process
    process.kill()
    process.wait()


def is_free(name, seconds=60.0):
    """Whether the lock is free within some seconds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            lock_holder.ask("\0" + name)
        except OSError:
            return True
        except ValueError:
            pass  # it ended before it answered
        time.sleep(0.05)
    return False


def test_the_second_run_says_who_is_first_and_since_when(name, other, ansible):
    first = other()
    assert json.loads(first.stdout.readline()) is None
    with pytest.raises(ClusterError) as refused:
        cluster_lock.take(LOCAL, "master", name)
    said = str(refused.value)
    assert said.startswith("another run works on this cluster: alice@laptop with flannel.yml, since 2")
    assert "by the clock of master: wait until it ends" in said


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_the_lock_ends_with_ansible(name, ansible, how):
    cluster_lock.take(LOCAL, "master", name)
    held = lock_holder.ask("\0" + name)
    assert f"(process {ansible.pid} there)" in held["who"]
    ansible.send_signal(how)
    ansible.wait()
    assert is_free(name)


def test_the_same_run_may_take_the_lock_twice(name, ansible):
    cluster_lock.take(LOCAL, "master", name)
    cluster_lock.take(LOCAL, "master", name)
    assert not is_free(name, seconds=0.5)


@pytest.mark.parametrize("how", ["ends", "is silent"])
def test_the_lock_ends_with_the_input(name, other, how):
    first = other(patience=60.0 if how == "ends" else 0.2)
    first.stdout.readline()
    if how == "ends":
        first.stdin.close()
    assert is_free(name)
    first.wait(60)
    first.stdin = None


def test_lines_keep_the_lock(name, other):
    first = other(patience=2.0)
    first.stdout.readline()
    for _beat in range(12):
        first.stdin.write("\n")
        first.stdin.flush()
        time.sleep(0.2)
    assert first.poll() is None
    assert not is_free(name, seconds=0.1)


def test_a_host_that_does_not_answer_holds_no_lock(name, ansible, monkeypatch):
    refusal = "import sys; sys.exit('ssh: connect to host master port 22: No route to host')"
    monkeypatch.setattr(cluster_lock, "holder_command", lambda *_arguments: [sys.executable, "-c", refusal])
    with pytest.raises(cluster_lock.NoLockError, match="No route to host"):
        cluster_lock.take(LOCAL, "master", name)


def test_other_connections_hold_no_lock():
    with pytest.raises(cluster_lock.NoLockError, match="the connection is podman"):
        cluster_lock.holder_command(SimpleNamespace(transport="podman"), "x")


def test_ssh_runs_the_holder_as_one_word_that_the_shell_of_the_host_reads(monkeypatch):
    built = []

    def build(*parts):
        built.extend(parts)
        return [os.fsencode(part) for part in parts]

    options = {"host": "10.0.0.1", "ssh_executable": "ssh"}
    connection = SimpleNamespace(transport="ssh", get_option=options.get, _build_command=build, host=None)
    command = cluster_lock.holder_command(connection, "x y")
    assert command[:3] == ["ssh", "ssh", "-T"]
    assert command[-2] == "10.0.0.1"
    assert command[-1].startswith("python3 -c '")
    shown = subprocess.run(
        ["sh", "-c", f"printf '%s\\001' {command[-1]}"], check=True, stdout=subprocess.PIPE, text=True
    )
    assert shown.stdout.split("\1")[3] == "x y"


def test_the_run_has_the_same_name_twice_also_without_ps(monkeypatch):
    named = cluster_lock.identify_run()
    monkeypatch.setenv("PATH", "/nowhere")
    assert cluster_lock.identify_run() == named
    # Another process of the same number, later.
    monkeypatch.setattr(os, "getppid", os.getpid)
    other = cluster_lock.identify_run()
    assert other.rpartition(":")[2] != named.rpartition(":")[2]


def test_where_there_is_no_proc_ps_tells_when_the_run_started(monkeypatch):
    class Elsewhere(type(Path())):
        def read_text(self, *arguments, **keywords):
            raise FileNotFoundError(2, "No such file or directory")

    monkeypatch.setattr(cluster_lock, "Path", Elsewhere)
    named = cluster_lock.identify_run()
    assert cluster_lock.identify_run() == named
    assert not named.endswith(":")
    monkeypatch.setenv("PATH", "/nowhere")
    assert cluster_lock.identify_run().endswith(":")


def test_the_run_is_described_without_its_secrets(monkeypatch):
    monkeypatch.setattr(
        cluster_lock.context, "CLIARGS", CLIArgs({"args": ("play/flannel.yml",), "extra_vars": ("a=x",)})
    )
    said = cluster_lock.describe_run()
    assert f"with flannel.yml (process {os.getppid()} there)" in said
    assert "a=x" not in said
