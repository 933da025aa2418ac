# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A process that runs beside Ansible and ends with it, such as an ssh with the settings of Ansible's connection.

It uses _build_command(), _init_shm() and _play_context of Ansible's connection plugin ssh. Ansible has no public way to
get the command and the password that it would use, and they hold all settings of a user: jump hosts, keys, ports, the
password of a vault. exec_command() of the connection ends with its task, but the process must stay. A test builds the
command with each supported ansible-core, so that a change there is noticed.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any, Callable, TypeVar

from ansible_collections.podnet.kubernetes.plugins.plugin_utils import forward_keeper

Answer = TypeVar("Answer")
# Seconds for the host to answer, beyond Ansible's own timeout of the connection.
_PATIENCE = 20.0


class NoAnswerError(Exception):
    """The process gave no answer. The text is what it wrote as errors."""


def ssh_command(connection: Any, options: Sequence[str], *remote: str) -> list[str]:
    """Make the command of a connection by ssh: with options that come before the host, and a command for the host."""
    connection.host = connection.get_option("host") or connection._play_context.remote_addr
    command = connection._build_command(
        connection.get_option("ssh_executable"), "ssh", *options, connection.host, *remote
    )
    return [os.fsdecode(part) for part in command]


def keep_process(
    connection: Any,
    command: Sequence[str],
    file: Path,
    answer: Callable[[subprocess.Popen[bytes], float], Answer],
    output: IO[bytes] | int = subprocess.DEVNULL,
    beat: bool = False,
) -> Answer:
    """Run a command until Ansible ends, and return its answer.

    Args:
        connection: Ansible's, of ssh or local; it has the password
        command: the program and its arguments
        file: is removed when the command ends
        answer: waits for the answer so many seconds at most, and raises TimeoutError when there is none
        output: takes what the command prints
        beat: whether the command gets a line now and then, by which it knows that Ansible lives

    Raises:
        NoAnswerError: there was no answer; the command has ended
    """
    beats = ["--beat"] if beat else []
    seconds = _PATIENCE + (float(connection.get_option("timeout")) if connection.transport == "ssh" else 0)
    with tempfile.TemporaryFile() as errors, _password(connection) as (settings, send):
        # The program's parent, Ansible's worker, ends with the task; its own parent is Ansible.
        keeper = subprocess.Popen(
            [sys.executable, forward_keeper.__file__, *beats, str(os.getppid()), str(file), *command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
            **{"start_new_session": True, **settings},
        )
        send()
        try:
            return answer(keeper, seconds)
        except TimeoutError:
            keeper.terminate()
            keeper.wait()
            errors.seek(0)
            raise NoAnswerError(errors.read().decode(errors="replace")) from None


@contextlib.contextmanager
def _password(connection: Any) -> Iterator[tuple[dict[str, Any], Any]]:
    """Give ssh its password as the connection does: settings of the process, and a function to call after its start."""
    if connection.transport != "ssh":
        yield {}, lambda: None
        return
    settings = connection._init_shm()
    pipe = connection.sshpass_pipe
    if pipe:
        settings["pass_fds"] = pipe

    def send() -> None:
        if pipe:
            os.write(pipe[1], os.fsencode(f"{connection.get_option('password')}\n"))
            for end in pipe:
                os.close(end)

    try:
        yield settings, send
    finally:
        if connection.shm:
            connection.shm.close()
            with contextlib.suppress(FileNotFoundError):
                connection.shm.unlink()


__all__ = ["NoAnswerError", "keep_process", "ssh_command"]
