# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kernel settings, and the file that sets each. No I/O.

Source: sysctl.d(5) and the source of systemd-sysctl. Of files with one name, the directory that comes first counts. All
files are applied in the order of their names, so the last one wins. A setting by a pattern never overrides one by the
full name. Debian's `sysctl --system` reads /etc/sysctl.conf last; systemd-sysctl does not read it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import NamedTuple

DIRECTORIES = ("/etc/sysctl.d", "/run/sysctl.d", "/usr/local/lib/sysctl.d", "/usr/lib/sysctl.d", "/lib/sysctl.d")
LAST = "/etc/sysctl.conf"


class Setting(NamedTuple):
    """A line of a file; exact: by the full name, not by a pattern."""

    file: str
    line: int
    value: str
    exact: bool


def applied(paths: Iterable[str]) -> list[str]:
    """Return the files that count, in the order in which they are applied."""
    order = {directory: place for place, directory in enumerate(DIRECTORIES)}
    by_name: dict[str, str] = {}
    last = []
    for path in sorted(paths, key=lambda path: order.get(str(PurePosixPath(path).parent), len(order))):
        if path == LAST:
            last.append(path)
        else:
            by_name.setdefault(PurePosixPath(path).name, path)
    return [by_name[name] for name in sorted(by_name)] + last


def settings_of(key: str, texts: Mapping[str, str]) -> list[Setting]:
    """Find the settings of a key, such as net.ipv4.ip_forward, the one that wins last.

    Args:
        key: the name, with dots
        texts: the content of all files, by their path
    """
    found = [one for path in applied(texts) for one in _lines(key, path, texts[path])]
    exact = [one for one in found if one.exact]
    return [one for one in found if not one.exact] + exact


def _lines(key: str, path: str, text: str) -> Iterator[Setting]:
    """Yield the settings of a key in a file."""
    for number, line in enumerate(text.splitlines(), 1):
        name, equals, value = line.partition("=")
        name = name.strip().lstrip("-").strip()
        if not equals or not name or name[0] in "#;":
            continue
        name = _dotted(name)
        if name == key:
            yield Setting(path, number, value.strip(), True)
        elif any(sign in name for sign in "*?[") and fnmatchcase(key, name):
            yield Setting(path, number, value.strip(), False)


def _dotted(name: str) -> str:
    """Write a name with dots. Where the first separator is a slash, a dot is part of a NIC's name, such as eth0.5."""
    separators = [sign for sign in name if sign in "./"]
    if separators and separators[0] == "/":
        return name.translate(str.maketrans("./", "/."))
    return name


__all__ = ["DIRECTORIES", "LAST", "settings_of"]
