# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads files and programs of a node. Nothing fails: what could not be read is kept, with the reason."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from shutil import which
from typing import BinaryIO

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.secret_texts import without_secrets

_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"  # a login by SSH may lack the sbin directories
_ERRORS = 65_536  # bytes at the end of what a program says about its failure


@dataclass(frozen=True)
class Reader:
    """Reads one node.

    Attributes:
        root: the directory that stands for /; tests give another one
        timeout: seconds that a program may take
        limit: bytes that are taken from a file
        output_limit: bytes that are taken from a program; a busy node has 100,000 rules of kube-proxy
        unread: the reason for each part that could not be looked at
    """

    root: Path = Path("/")
    timeout: float = 5
    limit: int = 4_000_000
    output_limit: int = 32_000_000
    unread: dict[str, str] = field(default_factory=dict)

    def at(self, path: str) -> Path:
        """Return the place of a file of the node."""
        return self.root / path.lstrip("/")

    def text(self, path: str) -> str | None:
        """Read the beginning of a file, None without the file."""
        return self._read(path, lambda file: file.read(self.limit))

    def end(self, path: str, size: int) -> str | None:
        """Read the last bytes of a file, from the beginning of a line; None without the file."""

        def read(file: BinaryIO) -> bytes:
            start = max(0, file.seek(0, os.SEEK_END) - size)
            file.seek(start)
            data = file.read(size)
            return data.partition(b"\n")[2] if start else data

        return self._read(path, read)

    def _read(self, path: str, read: Callable[[BinaryIO], bytes]) -> str | None:
        """Read a part of a file, None without the file."""
        try:
            with self.at(path).open("rb") as file:
                return read(file).decode(errors="replace")
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            self.unread[path] = error.strerror or str(error)
            return None

    def age(self, path: str) -> float | None:
        """Return the seconds since a file was written, None without the file."""
        try:
            return time.time() - self.at(path).stat().st_mtime
        except OSError:
            return None

    def names(self, path: str) -> list[str] | None:
        """List the names in a directory, sorted; None without the directory."""
        try:
            return sorted(one.name for one in self.at(path).iterdir())
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            self.unread[path] = error.strerror or str(error)
            return None

    def output(self, part: str | None, *command: str) -> str | None:
        """Run a program and return its output, None when it is missing, fails or takes too long; cut at the limit.

        Args:
            part: the name under which the reason is kept; None: another part says what is missing
            command: the program and its arguments
        """
        output, reason = self._run(command)
        if part is not None and reason is not None:
            self.unread[part] = reason
        return output

    def has(self, program: str) -> bool:
        """Whether the node has a program."""
        return which(program, path=_PATH) is not None

    def _run(self, command: Sequence[str]) -> tuple[str | None, str | None]:
        """Run a program and return its output, and the reason why there is none, or not all of it."""
        program = which(command[0], path=_PATH)
        if program is None:
            return None, f"{command[0]} is not on this node"
        try:
            process = subprocess.Popen(
                [program, *command[1:]],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env={"PATH": _PATH, "LC_ALL": "C", "HOME": "/root"},
                start_new_session=True,
            )
        except OSError as error:  # a file that is damaged, or a node without memory
            return None, f"{command[0]} cannot be started: {error.strerror}"
        try:
            output, errors = process.communicate(timeout=self.timeout)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            # One that waits for a disk, or a child with a session of its own, keeps the pipes open.
            with suppress(subprocess.TimeoutExpired):
                process.communicate(timeout=1)
            return None, f"{' '.join(command)} did not end within {self.timeout:g} s"
        if process.returncode:
            # Half a secret would look like none, so the secrets go before the text is cut.
            reason = without_secrets(" ".join(errors[-_ERRORS:].decode(errors="replace").split()))[-300:]
            return None, f"{' '.join(command)} ended with {process.returncode}: {reason}"
        more = f"{' '.join(command)} printed more than {self.output_limit} bytes, and the rest was left out"
        return output[: self.output_limit].decode(errors="replace"), more if len(output) > self.output_limit else None


__all__ = ["Reader"]
