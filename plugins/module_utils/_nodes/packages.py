# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Packages that a machine still needs. No I/O, no Ansible."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.options import read_texts_option


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
        if version not in [entry["version"].partition("-")[0] for entry in installed.get(name, ())]
    ]


__all__ = ["missing_packages"]
