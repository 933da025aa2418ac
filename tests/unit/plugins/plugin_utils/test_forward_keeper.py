# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from ansible_collections.podnet.kubernetes.plugins.plugin_utils import forward_keeper

# A command that says its PID and sleeps.
SLEEPS = [sys.executable, "-c", "import os, time; print(os.getpid(), flush=True); time.sleep(300)"]


def ends(pid, seconds=60.0):
    """Whether a process ends within some seconds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except (FileNotFoundError, ProcessLookupError):  # it ended before the file was opened, or before it was read
            return True
        time.sleep(0.05)
    return False


@pytest.fixture
def run(tmp_path):
    """A function that starts a process like Ansible's, and a keeper for it; both are ended after the test."""
    started = []

    def start(command=tuple(SLEEPS)):
        file = tmp_path / "forwarded.conf"
        file.write_text("a kubeconfig")
        # A shell starts a program in the background with SIGINT ignored, and its children inherit that.
        ansible = subprocess.Popen(["sleep", "300"], preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL))
        keeper = subprocess.Popen(
            [sys.executable, forward_keeper.__file__, str(ansible.pid), str(file), *command], stdout=subprocess.PIPE
        )
        started.extend([ansible, keeper])
        return ansible, keeper, file

    yield start
    for one in started:
        one.kill()
        one.wait()
        if one.stdout:
            one.stdout.close()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL, signal.SIGINT])
def test_the_command_ends_with_ansible(run, how):
    ansible, keeper, file = run()
    command = int(keeper.stdout.readline())
    time.sleep(0.5)
    os.kill(command, 0)  # it lives as long as Ansible does
    assert file.exists()
    ansible.send_signal(how)
    ansible.wait()
    assert ends(command)
    keeper.wait(60)
    assert not file.exists()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_the_command_ends_with_the_keeper(run, how):
    _ansible, keeper, file = run()
    command = int(keeper.stdout.readline())
    keeper.send_signal(how)
    keeper.wait(60)
    assert ends(command)
    assert file.exists() == (how == signal.SIGKILL)  # then nothing can remove it


def test_the_keeper_ends_with_the_command(run):
    _ansible, keeper, file = run([sys.executable, "-c", "raise SystemExit(3)"])
    assert keeper.wait(60) == 3
    assert not file.exists()


def test_ansible_ended_before_the_keeper_looked(tmp_path):
    gone = subprocess.Popen(["true"])
    gone.wait()
    command = [sys.executable, forward_keeper.__file__, str(gone.pid), str(tmp_path / "file"), *SLEEPS]
    assert subprocess.run(command, check=False, timeout=60, capture_output=True).stdout == b""


@pytest.mark.parametrize("error", [AttributeError(), OSError(errno.ENOSYS, "no"), OSError(errno.EPERM, "no")])
def test_a_system_without_pidfd(monkeypatch, error):
    """Python may have it while the kernel, or the seccomp of an old container runtime, has not."""

    def refuse(_pid):
        raise error

    monkeypatch.setattr(os, "pidfd_open", refuse)
    process = subprocess.Popen(["sleep", "300"])
    lives = forward_keeper.watch(process.pid)
    assert lives(0)
    process.kill()
    process.wait()
    assert not lives(0)
    with pytest.raises(ProcessLookupError):
        forward_keeper.watch(process.pid)
