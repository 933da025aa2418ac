# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the plugins of a pod network keep on a machine. No I/O, no Ansible.

libcni keeps the result of each pod in a file NETWORK-CONTAINER-LINK; the plugin host-local keeps addresses.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.foreign_data import (
    check_objects,
    parse_json,
    read_text,
)

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")  # as the CNI specification has it
# host-local keeps these two files without meaning an address.
_NO_ADDRESS = re.compile(r"lock|last_reserved_ip\..*")


def network_name(configuration: str) -> str | None:
    """Read the name of a network in its configuration. None for a text that cannot be read."""
    try:
        name = read_text(check_objects([parse_json(configuration)])[0], "name")
    except InputError:
        return None
    return name if _NAME.fullmatch(name) else None


def network_patterns(name: str | None) -> tuple[str, ...]:
    """The patterns of the files that plugins keep for a network."""
    return (f"/var/lib/cni/results/{name}-*",) if name else ()


def unused_memory(memory: Iterable[str], removed: Collection[str]) -> bool:
    """Whether the memory of all plugins holds nothing, once some of its files and directories are removed.

    Args:
        memory: the paths of all files below the directory of the memory; empty when it is not there
        removed: the paths that are removed
    """
    kept = [path for path in memory if not any(path == one or path.startswith(f"{one}/") for one in removed)]
    return all(_NO_ADDRESS.fullmatch(path.rpartition("/")[2]) for path in kept)


__all__ = ["network_name", "network_patterns", "unused_memory"]
