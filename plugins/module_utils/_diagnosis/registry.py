# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All causes that the diagnosis knows: each file of findings/ defines one. No Ansible."""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from pathlib import Path

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.texts import nearest
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.causes import Cause

_FOLDER = "findings"


@lru_cache(maxsize=1)
def causes() -> tuple[Cause, ...]:
    """Return all causes, in the order of their ids."""
    package = f"{__name__.rpartition('.')[0]}.{_FOLDER}"
    names = sorted(path.stem for path in (Path(__file__).parent / _FOLDER).glob("*.py") if path.stem != "__init__")
    return tuple(import_module(f"{package}.{name}").CAUSE for name in names)


def chosen(ids: list[str]) -> tuple[Cause, ...]:
    """Return the causes with these ids; all of them without an id.

    Raises:
        InputError: there is no such cause
    """
    known = {cause.id: cause for cause in causes()}
    unknown = [one for one in ids if one not in known]
    if unknown:
        raise InputError(f"only has {unknown[0]!r}, which is no finding: did you mean {nearest(unknown[0], known)}?")
    return tuple(known[one] for one in dict.fromkeys(ids)) if ids else tuple(known.values())


__all__ = ["chosen"]
