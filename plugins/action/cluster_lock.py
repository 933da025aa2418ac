# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action cluster_lock: it keeps other runs off a cluster until Ansible ends."""

from __future__ import annotations

import os
import shlex
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from ansible import context
from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import (
    ClusterError,
    InputError,
    PodnetError,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.foreign_data import parse_json
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.process_times import read_start_ticks
from ansible_collections.podnet.kubernetes.plugins.plugin_utils import lock_holder
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.kept_process import (
    NoAnswerError,
    keep_process,
    ssh_command,
)

NAME = "podnet.kubernetes"
# Seconds without a line from the controller after which the lock ends, as after a power loss there.
PATIENCE = 60
# A shared connection would outlive Ansible. ssh ends when the host is gone, and the lock when the controller is gone.
_OPTIONS = ("-T", "-S", "none", "-o", "ServerAliveInterval=15")


class NoLockError(PodnetError):
    """The lock can be neither taken nor asked. The reason is the text."""


def describe_run() -> str:
    """Say who runs which playbook. The command line is left out, because it may hold secrets."""
    playbooks = ", ".join(Path(one).name for one in context.CLIARGS.get("args", ())) or "ansible"
    user = os.environ.get("LOGNAME") or os.environ.get("USER") or f"user {os.getuid()}"
    return f"{user}@{socket.gethostname()} with {playbooks} (process {os.getppid()} there)"


def identify_run() -> str:
    """Name this run of Ansible. The number of a process comes again, and its time of start does not."""
    return f"{socket.gethostname()}:{os.getppid()}:{_start_of(os.getppid())}"


def _start_of(process: int) -> str:
    """Say when a process started, also after the clock of this machine was set."""
    with suppress(OSError, InputError):
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        stat = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace")
        return f"{boot}:{read_start_ticks(stat)}"
    command = ["ps", "-o", "lstart=", "-p", str(process)]
    with suppress(FileNotFoundError):  # small images have no ps
        return subprocess.run(command, check=False, stdout=subprocess.PIPE, text=True).stdout.strip()
    return ""


def holder_command(connection: Any, name: str) -> list[str]:
    """Make the command that holds the lock on the host of a connection. Raises NoLockError."""
    program = Path(lock_holder.__file__).read_text(encoding="utf-8")
    arguments = ["-c", program, name, identify_run(), describe_run(), str(PATIENCE)]
    transport = getattr(connection, "transport", None)
    if transport == "local":
        return [sys.executable, *arguments]
    if transport != "ssh":
        raise NoLockError(f"the connection is {transport}, and only ssh and local hold a lock")
    return ssh_command(connection, _OPTIONS, shlex.join(["python3", *arguments]))


def take(connection: Any, host: str, name: str = NAME) -> None:
    """Take the lock until Ansible ends.

    Raises:
        ClusterError: another run holds it
        NoLockError: the host does not answer
    """
    command = holder_command(connection, name)
    status = Path(tempfile.mkstemp(prefix="podnet-lock-")[1])
    with status.open("w+b") as output:
        try:
            other = keep_process(
                connection,
                command,
                status,
                lambda keeper, seconds: _answer(keeper, output.fileno(), seconds),
                output,
                beat=True,
            )
        except NoAnswerError as error:
            lines = str(error).strip().splitlines()
            raise NoLockError(lines[-1] if lines else f"{host} does not answer") from None
    if other:
        raise ClusterError(
            f"another run works on this cluster: {other.get('who')}, since {other.get('since')} by the clock of "
            f"{host}: wait until it ends, or end it; its lock ends with it"
        )


def _answer(keeper: subprocess.Popen[bytes], status: int, seconds: float) -> dict[str, Any] | None:
    """Wait for the holder's answer. None when this run has the lock. Raises TimeoutError when there is no answer."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        ended = keeper.poll() is not None
        # The keeper removes the file when it ends, as when another run holds the lock. The descriptor still reads it.
        for line in os.pread(status, 65536, 0).splitlines(keepends=True):
            # The login of a host may print lines of its own before the holder's.
            with suppress(InputError):
                found = parse_json(line) if line.endswith(b"\n") else ""
                if found is None or isinstance(found, dict):
                    return found
        if ended:
            break
        time.sleep(0.02)
    raise TimeoutError


class ActionModule(ActionBase):
    """The action, as Ansible finds it."""

    TRANSFERS_FILES = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Take the lock, or say who holds it."""
        super().run(tmp, task_vars)
        self.validate_argument_spec(argument_spec={})
        host = str(self._task.delegate_to or (task_vars or {}).get("inventory_hostname"))
        if self._task.check_mode:
            return {"changed": False, "msg": "Check mode changes nothing, and takes no lock."}
        try:
            take(self._connection, host)
        except NoLockError as error:
            # Whoever needs the host says so later, and some runs need it not, such as the reset of another machine.
            return {
                "changed": False,
                "msg": f"{host} holds no lock against a second run: {error}.",
            }
        except PodnetError as error:
            raise AnsibleActionFail(str(error)) from error
        return {"changed": False, "msg": f"{host} keeps other runs off the cluster until this one ends."}
