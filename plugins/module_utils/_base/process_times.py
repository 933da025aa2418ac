# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a process started, by the text of /proc/PID/stat (proc(5)). No I/O, no Ansible."""

from __future__ import annotations

import re

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError

_START = re.compile(r"(?: \S+){19} (-?[0-9]{1,20})(?!\S)")  # field 22, in clock ticks; the name before it is field 2


def read_start_ticks(stat: str) -> int:
    """Read when a process started, in clock ticks since the boot, which no change of the clock moves.

    Args:
        stat: the text of /proc/PID/stat; the name of the program may hold spaces and parentheses

    Raises:
        InputError: the text has another form
    """
    found = _START.match(stat.rpartition(")")[2])
    if found is None:
        raise InputError(f"the state of a process has another form than proc(5) says: {stat[:80]!r}")
    return int(found[1])


__all__ = ["read_start_ticks"]
