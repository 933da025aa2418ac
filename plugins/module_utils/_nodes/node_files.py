# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of a node whose whole content a role decides: what differs, and how it is written."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import ClusterError, InputError


@dataclass(frozen=True)
class NodeFile:
    """A file as it should be."""

    path: Path
    content: str
    mode: int = 0o644


@dataclass(frozen=True)
class FileChange:
    """A file that differs, and what it holds now. None: it is not there."""

    file: NodeFile
    before: str | None

    @property
    def diff(self) -> dict[str, str]:
        """The change as Ansible shows it."""
        names = {"before_header": str(self.file.path), "after_header": str(self.file.path)}
        return {**names, "before": self.before or "", "after": self.file.content}


def read_node_files(options: Iterable[Mapping[str, Any]]) -> list[NodeFile]:
    """Read the files that an option of a module lists. Raises InputError for a path or a mode that is wrong."""
    files = []
    for option in options:
        path, mode = Path(option["path"]), str(option["mode"])
        if not path.is_absolute():
            raise InputError(f"files: the path {path} is not absolute: give one that starts with /")
        if not mode or set(mode) - set("01234567"):
            raise InputError(f"files: the mode of {path} is {mode}: give an octal number, such as '0644'")
        files.append(NodeFile(path, option["content"], int(mode, 8)))
    return files


def find_changes(files: Iterable[NodeFile]) -> list[FileChange]:
    """Find the files that are not as they should be. Raises ClusterError for one that cannot be read."""
    changes = []
    for file in files:
        try:
            before = file.path.read_text(encoding="utf-8", errors="replace")
            right = before == file.content and file.path.stat().st_mode & 0o777 == file.mode
        except FileNotFoundError:
            before, right = None, False
        except OSError as error:
            raise ClusterError(f"{file.path} cannot be read ({error.strerror}): it must be a file") from None
        if not right:
            changes.append(FileChange(file, before))
    return changes


def write_file(file: NodeFile) -> None:
    """Write a file and the directories above it. A run that is killed leaves the whole file, or the old one.

    Raises:
        ClusterError: it cannot be written
    """
    try:
        file.path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        descriptor, new = tempfile.mkstemp(prefix=f".{file.path.name}.", dir=str(file.path.parent))
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8", errors="surrogateescape") as opened:
                opened.write(file.content)
            Path(new).chmod(file.mode)
            Path(new).replace(file.path)
        finally:
            Path(new).unlink(missing_ok=True)
    except OSError as error:
        raise ClusterError(f"{file.path} cannot be written ({error.strerror}): root writes it, set become") from None


__all__ = ["FileChange", "NodeFile", "find_changes", "read_node_files", "write_file"]
