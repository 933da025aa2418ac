# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a finding is. No I/O, no Ansible."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Callable

from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.failed_cells import Scope
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.gathered import Gathered

SEVERITIES = ("error", "warning")
# What stands on what: a fault in one layer makes faults in those after it.
LAYERS = ("machine", "node", "cluster", "services", "network", "paths", "pods")
_NAMED = 5


@dataclass(frozen=True)
class Found:
    """A cause that was found.

    Attributes:
        nodes: names of the nodes that have it; empty: it is the cluster's
        cause: one sentence without its point
        evidence: as it was found: values, a rule, a line of a log
        remedy: a variable of this collection, or a command
        explains: the cells that fail for this reason
        severity: one of SEVERITIES, where it differs from the cause's own
        layer: one of LAYERS, where it differs from the cause's own
    """

    nodes: tuple[str, ...]
    cause: str
    evidence: tuple[str, ...]
    remedy: str
    explains: tuple[Scope, ...] = ()
    severity: str | None = None
    layer: str | None = None


@dataclass(frozen=True)
class Cause:
    """A cause that the diagnosis knows. The texts stand in docs/findings.md.

    Attributes:
        id: the name, which never changes
        severity: error: it breaks the network; warning: it breaks something else, or will
        layer: one of LAYERS, by which findings that explain equally many cells are ranked
        title, cause, evidence, remedy: what it is, how it comes about, what shows it, what helps
        harmless: a state that looks alike, and is not named
        find: finds it
    """

    id: str
    severity: str
    layer: str
    title: str
    cause: str
    evidence: str
    remedy: str
    harmless: str
    find: Callable[[Gathered], Iterable[Found]]


def named(names: Iterable[str]) -> str:
    """Name a few of the names, and count the others."""
    listed = sorted(names)
    if len(listed) <= _NAMED:
        return " and ".join([", ".join(listed[:-1]), listed[-1]] if len(listed) > 1 else listed)
    return f"{', '.join(listed[:_NAMED])} and {len(listed) - _NAMED} more"


def several(names: Collection[object], one: str, more: str) -> str:
    """Choose a word by the number of things."""
    return one if len(names) == 1 else more


__all__ = ["LAYERS", "SEVERITIES", "Cause", "Found", "named", "several"]
