# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The file with the whole output of a run, and a display of Ansible that writes to it."""

from __future__ import annotations

import os
import re
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.directories import make_private
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError

KEPT = 20
_WIDTH = 79  # of a banner
_NAME = re.compile(r"[\w.-]+-\d{8}T\d{6}-\d+[.]log", re.ASCII)


class OutputLog:
    """A new file in a directory, for the user alone. The oldest files of earlier runs are removed."""

    def __init__(self, directory: Path, name: str) -> None:
        """Make the file.

        Raises:
            InputError: the file cannot be written
        """
        stem = re.sub(r"[^\w.-]", "_", name, flags=re.ASCII) or "run"
        self.path = directory.absolute() / f"{stem}-{time.strftime('%Y%m%dT%H%M%S')}-{os.getpid()}.log"
        try:
            make_private(directory)
            # Ansible forks, and each child would write the content of a buffer: this file has none.
            self._file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise InputError(
                f"log_directory {directory}: the file cannot be written: {error.strerror}: choose another directory"
            ) from None
        self._remove_old(directory)

    def _remove_old(self, directory: Path) -> None:
        """Remove the oldest files of this user. Another run may do so at the same time."""
        own = []
        for path in directory.iterdir():
            with suppress(OSError):
                status = path.stat()
                if _NAME.fullmatch(path.name) and path != self.path and status.st_uid == os.getuid():
                    own.append((status.st_mtime, path))
        for _when, path in sorted(own)[: -(KEPT - 1)]:
            with suppress(OSError):
                path.unlink()

    def write(self, text: str) -> None:
        """Write a text. A full disk is no reason to end a run."""
        try:
            os.write(self._file, text.encode("utf-8", "surrogateescape"))
        except OSError:
            return


class LogDisplay:
    """Ansible's display, with a file in place of the screen. Warnings are on the screen too."""

    def __init__(self, screen: Any, log: OutputLog) -> None:
        self._screen, self._log = screen, log
        # The display remembers the warnings that it has shown. The file has its own.
        self._warns: set[str] = set()
        self._deprecations: dict[str, Any] = {}
        self._errors: set[str] = set()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._screen, name)

    def display(
        self,
        msg: str,
        color: str | None = None,
        stderr: bool = False,
        screen_only: bool = False,
        log_only: bool = False,
        newline: bool = True,
        caplevel: int | None = None,
    ) -> None:
        """Write a message to the file, and to ANSIBLE_LOG_PATH as ever."""
        if not log_only:
            self._log.write(msg if msg.endswith("\n") or not newline else f"{msg}\n")
        if not screen_only:
            self._screen.display(msg, color=color, log_only=True, caplevel=caplevel)

    def banner(self, msg: str, color: str | None = None, cows: bool = True) -> None:
        """Write a heading."""
        self.display(f"\n{msg.strip()} {'*' * max(3, _WIDTH - len(msg))}", color=color)

    def _warning(self, warning: Any) -> None:
        type(self._screen)._warning(self, warning)
        self._screen._warning(warning)

    def _deprecated(self, warning: Any) -> None:
        self._screen._deprecated(warning)

    def _error(self, error: Any, stderr: bool) -> None:
        type(self._screen)._error(self, error, stderr)


__all__ = ["LogDisplay", "OutputLog"]
