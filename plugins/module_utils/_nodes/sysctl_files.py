# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which file sets a kernel parameter at boot, as systemd-sysctl reads them: sysctl.d(5). No I/O, no Ansible."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

# Of two files with one name, the file in the first of these directories counts.
SYSCTL_DIRECTORIES = ("/etc/sysctl.d", "/run/sysctl.d", "/usr/local/lib/sysctl.d", "/usr/lib/sysctl.d", "/lib/sysctl.d")
# The kernel has one switch behind these two names.
_FORWARDING = ("net.ipv4.ip_forward", "net.ipv4.conf.all.forwarding")


@dataclass(frozen=True)
class SysctlFile:
    """A file of kernel parameters. One that is a link to /dev/null has no text, and hides files of its name."""

    path: str
    text: str
    target: str = ""  # of a link

    def __str__(self) -> str:
        return f"{self.path} (a link to {self.target})" if self.target else self.path


@dataclass(frozen=True)
class Setting:
    """A line that sets a key, or the keys that a glob matches."""

    key: str
    value: str | None  # None: globs leave this key out
    file: SysctlFile
    line: int


def find_overridden(files: Iterable[SysctlFile], own: SysctlFile, wanted: Mapping[str, object]) -> list[str]:
    """Name the parameters that another file sets to another value at boot, after our own file.

    Args:
        files: the files of the machine; among them may be an older version of our own
        own: our file, as it will be
        wanted: the parameters in our file, and their values
    """
    settings = read_settings(_in_order([*(one for one in files if one.path != own.path), own]))
    faults = []
    for key, value in wanted.items():
        last = next(reversed(acting_settings(settings, dotted_key(key))), None)
        if last is not None and last.file != own and last.value != str(value):
            faults.append(
                f"{last.file} sets {last.key} to {last.value} at boot, after {own.path}, and the node needs {key} = "
                f"{value}: remove that line"
            )
    return faults


def paths_in_order(paths: Iterable[str]) -> list[str]:
    """The paths of the files that count, in the order in which systemd-sysctl reads them: by their names."""
    order = {directory: place for place, directory in enumerate(SYSCTL_DIRECTORIES)}
    first: dict[str, str] = {}
    for path in sorted(paths, key=lambda path: order[path.rpartition("/")[0]]):
        first.setdefault(path.rpartition("/")[2], path)
    return [first[name] for name in sorted(first)]


def _in_order(files: Iterable[SysctlFile]) -> list[SysctlFile]:
    by_path = {one.path: one for one in files}
    return [by_path[path] for path in paths_in_order(by_path)]


def read_settings(files: Iterable[SysctlFile]) -> list[Setting]:
    """The settings in the order in which they act. A later one of the same key takes the earlier one's place."""
    settings: dict[str, Setting] = {}
    for one in files:
        for number, line in enumerate(one.text.splitlines(), 1):
            setting = _read(line.strip(), one, number)
            if setting is None:
                continue
            earlier = settings.get(setting.key)
            # An equal value keeps its place. A different one moves to the end.
            if earlier is None or earlier.value != setting.value:
                settings.pop(setting.key, None)
                settings[setting.key] = setting
    return list(settings.values())


def _read(line: str, file: SysctlFile, number: int) -> Setting | None:
    """Read a line. None for a comment, an empty line and a line that means nothing."""
    if not line or line[0] in "#;":
        return None
    name, equals, value = line.partition("=")
    name = name.strip()
    if not equals and not name.startswith("-"):
        return None
    return Setting(dotted_key(name.lstrip("-").strip()), value.strip() if equals else None, file, number)


def dotted_key(name: str) -> str:
    """Write a key with dots: if its first separator is a slash, dots and slashes have changed places.

    So a dot in the name of a NIC, as in net/ipv4/conf/eth0.5/forwarding, becomes a slash.
    """
    slash, dot = name.find("/"), name.find(".")
    if slash >= 0 and (dot < 0 or slash < dot):
        return name.translate(str.maketrans("./", "/."))
    return name


def acting_settings(settings: Iterable[Setting], key: str) -> list[Setting]:
    """The settings of the kernel's switch behind a key, in the order in which they act: the last one wins."""
    keys = _FORWARDING if key in _FORWARDING else (key,)
    known = list(settings)
    exact = {one.key for one in known if not _is_glob(one.key)}
    # systemd-sysctl sets globs and exact keys in one pass, in the order of the files.
    return [
        one
        for one in known
        if one.value is not None
        and any(
            one.key == name or (_is_glob(one.key) and name not in exact and _matches(one.key, name)) for name in keys
        )
    ]


def _is_glob(key: str) -> bool:
    return any(mark in key for mark in "*?[")


def _matches(pattern: str, key: str) -> bool:
    """A star stands for a part between two separators, as in paths below /proc/sys."""
    parts, pieces = key.split("."), pattern.split(".")
    return len(parts) == len(pieces) and all(map(fnmatch.fnmatchcase, parts, pieces))


__all__ = [
    "SYSCTL_DIRECTORIES",
    "Setting",
    "SysctlFile",
    "acting_settings",
    "dotted_key",
    "find_overridden",
    "paths_in_order",
    "read_settings",
]
