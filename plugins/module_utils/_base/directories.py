# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Directories for the files of one user. No Ansible."""

from __future__ import annotations

from pathlib import Path


def make_private(directory: Path) -> None:
    """Make a directory and its missing parents, for the user alone. Those that exist keep their mode.

    `mkdir(mode=0o700, parents=True)` gives the parents the mode of the umask. Others could then list a directory that
    gets admin.conf later.

    Raises:
        OSError: a directory cannot be made
    """
    for place in reversed((directory, *directory.parents)):
        if not place.exists():
            place.mkdir(mode=0o700, exist_ok=True)


__all__ = ["make_private"]
