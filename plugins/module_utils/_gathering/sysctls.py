# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kernel settings, and the file that sets each. No I/O.

Debian's `sysctl --system` reads /etc/sysctl.conf last; systemd-sysctl does not read it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.sysctl_files import (
    Setting,
    SysctlFile,
    acting_settings,
    paths_in_order,
    read_settings,
)

LAST = "/etc/sysctl.conf"


class SettingSource(NamedTuple):
    """A line of a file that sets a key."""

    file: str
    line: int
    value: str


def settings_in(texts: Mapping[str, str]) -> list[Setting]:
    """Read the settings in the order in which they act.

    Args:
        texts: the content of all files, by their path
    """
    paths = [*paths_in_order(path for path in texts if path != LAST), *([LAST] if LAST in texts else [])]
    return read_settings(SysctlFile(path, texts[path]) for path in paths)


def sources(settings: Iterable[Setting], key: str) -> list[SettingSource]:
    """Find the settings of a key, such as net.ipv4.ip_forward, the one that wins last."""
    return [SettingSource(one.file.path, one.line, one.value or "") for one in acting_settings(settings, key)]


def settings_of(key: str, texts: Mapping[str, str]) -> list[SettingSource]:
    """Find the settings of a key in the content of all files, by their path."""
    return sources(settings_in(texts), key)


__all__ = ["LAST", "settings_in", "sources"]
