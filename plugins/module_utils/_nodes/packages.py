# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Packages that a machine still needs. No I/O, no Ansible."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.foreign_data import read_objects, read_text
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.options import read_text_option, read_texts_option

_STATUS = re.compile(r"^(Package|Version|Status): *(.*\S)", re.MULTILINE)
_FIELD = re.compile(r"^(Package|Version): *(\S+)", re.MULTILINE)


def missing_packages(installed: Any, names: Any, pinned: Any, version: str | None) -> list[str]:
    """Find the packages that are missing or have another version.

    Args:
        installed: the packages of the machine, as C(package_facts) keeps them
        names: packages that the machine needs at any version
        pinned: packages that the machine needs at the version
        version: compared without the distribution's part, which follows a hyphen

    Raises:
        InputError: installed is no dict of packages, or another argument is no list of names
    """
    if not isinstance(installed, Mapping):
        raise InputError(f"the input is {installed!r}: give ansible_facts['packages']")
    missing = [name for name in read_texts_option("names", names) if name not in installed]
    return missing + [
        name
        for name in read_texts_option("pinned", pinned)
        if version not in [read_text(one, "version").partition("-")[0] for one in _entries(installed, name)]
    ]


def _entries(installed: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """Read the versions of a package that are installed. Raises InputError."""
    return read_objects(installed, name) if name in installed else []


def installed_versions(installed: Any, names: Iterable[str]) -> dict[str, str]:
    """Find the versions of those packages that are installed.

    Args:
        installed: the packages of the machine, as C(package_facts) keeps them
        names: the packages

    Raises:
        InputError: installed is no dict of packages
    """
    if not isinstance(installed, Mapping):
        raise InputError(f"the packages are {installed!r}: give ansible_facts['packages']")
    found = {name: _entries(installed, name) for name in names}
    return {name: read_text(entries[-1], "version") for name, entries in found.items() if entries}


def installed_packages(status: str) -> dict[str, list[dict[str, Any]]]:
    """List the installed packages with their versions, and whether apt holds them.

    Args:
        status: the content of C(/var/lib/dpkg/status): paragraphs of fields, with empty lines between
    """
    found: dict[str, list[dict[str, Any]]] = {}
    for paragraph in re.split(r"\n\s*\n", status):
        fields = dict(_STATUS.findall(paragraph))
        wanted, _space, state = fields.get("Status", "").partition(" ")
        if state == "ok installed" and "Package" in fields and "Version" in fields:
            entry = {"version": fields["Version"], "held": wanted == "hold"}
            found.setdefault(fields["Package"], []).append(entry)
    return found


def read_distribution(os_release: str) -> tuple[str, str]:
    """Read the first word of a distribution's name, and its version, from C(/etc/os-release): os-release(5)."""
    lines = (line.partition("=") for line in os_release.splitlines())
    values = {key.strip(): value.strip().strip("'\"") for key, _equals, value in lines}
    return values.get("NAME", "Linux").partition(" ")[0], values.get("VERSION_ID", "")


def package_versions(index: Any, name: Any) -> list[str]:
    """List the versions of a package in an apt repository, the oldest first, without the distribution's parts.

    Args:
        index: the content of the file Packages: paragraphs of fields, with empty lines between (deb-control(5))
        name: the name of the package

    Raises:
        InputError: an argument is no text
    """
    text = read_text_option("the index", index) or ""
    package = read_text_option("name", name)
    paragraphs = (dict(_FIELD.findall(paragraph)) for paragraph in re.split(r"\n\s*\n", text))
    found = {one.get("Version", "").partition("-")[0] for one in paragraphs if one.get("Package") == package}
    return sorted(found, key=lambda version: [int(number) for number in re.findall("[0-9]+", version)])


__all__ = [
    "installed_packages",
    "installed_versions",
    "missing_packages",
    "package_versions",
    "read_distribution",
]
