# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kernel settings, and the file that sets each. No I/O.

Source: sysctl.d(5) and the source of systemd-sysctl. Of files with one name, the directory that comes first counts. All
files are applied in the order of their names, so the last one wins. A setting by a pattern never overrides one by the
full name. Debian's `sysctl --system` reads /etc/sysctl.conf last; systemd-sysctl does not read it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import NamedTuple

from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.sysctl_files import dotted_key, paths_in_order

LAST = "/etc/sysctl.conf"


class Setting(NamedTuple):
    """A line of a file; exact: by the full name, not by a pattern."""

    file: str
    line: int
    value: str
    exact: bool


def settings_of(key: str, texts: Mapping[str, str]) -> list[Setting]:
    """Find the settings of a key, such as net.ipv4.ip_forward, the one that wins last.

    Args:
        key: the name, with dots
        texts: the content of all files, by their path
    """
    paths = [*paths_in_order(path for path in texts if path != LAST), *([LAST] if LAST in texts else [])]
    found = [one for path in paths for one in _lines(key, path, texts[path])]
    exact = [one for one in found if one.exact]
    return [one for one in found if not one.exact] + exact


def _lines(key: str, path: str, text: str) -> Iterator[Setting]:
    """Yield the settings of a key in a file."""
    for number, line in enumerate(text.splitlines(), 1):
        name, equals, value = line.partition("=")
        name = name.strip().lstrip("-").strip()
        if not equals or not name or name[0] in "#;":
            continue
        name = dotted_key(name)
        if name == key:
            yield Setting(path, number, value.strip(), True)
        elif any(sign in name for sign in "*?[") and fnmatchcase(key, name):
            yield Setting(path, number, value.strip(), False)


__all__ = ["LAST", "settings_of"]
