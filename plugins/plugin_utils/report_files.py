# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the files of reports on the controller."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.directories import make_private
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError


def write_files(directory: Path, contents: Mapping[str, str | bytes]) -> None:
    """Write files by their names, for the user alone. A reader finds the old file or the new one, never half of one.

    Raises:
        InputError: a file cannot be written
    """
    try:
        make_private(directory)
        with tempfile.TemporaryDirectory(dir=directory) as folder:
            for name, content in contents.items():
                new = Path(folder) / name
                new.touch(mode=0o600)
                new.write_bytes(content.encode() if isinstance(content, str) else content)
                new.replace(directory / name)
    except OSError as error:
        raise InputError(
            f"directory {directory.parent}: the reports cannot be written: {error}: choose another directory"
        ) from None


__all__ = ["write_files"]
