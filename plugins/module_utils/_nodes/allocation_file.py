# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The file with the pod subnets of each node. One run at a time changes it. No Ansible.

A killed run leaves the old file or the new one, and perhaps a temporary file, which the next change overwrites.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Callable

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.directories import make_private
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.foreign_data import parse_json
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.networks import parse_network
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.subnet_allocation import Allocation

SCHEMA = "podnet.kubernetes/subnet-allocation"
VERSION = 1
_MODE = 0o600


def update_allocation(
    path: str, plan: Callable[[Allocation], Allocation], write: bool = True
) -> tuple[Allocation, Allocation]:
    """Change the file by a plan, and return the allocation before and after.

    From reading to writing, the run holds a lock on a second file, which has C(.lock) after the name, so that another
    run waits. An unchanged allocation writes no file, and an exception of the plan leaves the file unchanged.

    Args:
        path: the file; a missing file is an empty allocation, and a missing directory is created
        plan: takes the allocation and returns the new one
        write: False to change nothing and take no lock; a reader never finds half a file

    Raises:
        InputError: the file is not one of this module, cannot be read, or cannot be written
    """
    try:
        if not write:
            before = _read(path)
            return before, plan(before)
        # Follow a link, so that the lock and the new file stand beside its target.
        target = Path(os.path.realpath(path))
        make_private(target.parent)
        with _locked(target.with_name(f"{target.name}.lock")):
            before = _read(path)
            after = plan(before)
            if after != before:
                _write(target, after)
        return before, after
    except OSError as error:
        raise InputError(f"path {path}: the file cannot be read or written: {error}") from None


def render(allocation: Allocation) -> str:
    """Write the allocation as JSON, sorted by the names of the nodes, with one subnet on each line."""
    document = {"schema": SCHEMA, "version": VERSION, "allocation": as_texts(allocation)}
    return json.dumps(document, indent=2, sort_keys=True) + "\n"


def as_texts(allocation: Allocation) -> dict[str, list[str]]:
    """Write the subnets of each node in CIDR form."""
    return {node: [str(network) for network in networks] for node, networks in allocation.items()}


def parse(content: bytes) -> Allocation:
    """Read the allocation in the content of a file.

    Raises:
        InputError: the end of a sentence that begins with the file, such as "is not JSON: ..."
    """
    try:
        document = parse_json(content, _without_duplicates)
    except InputError as error:
        raise InputError(f"is not JSON: {str(error).removeprefix('no JSON: ')}") from None
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        raise InputError(f"does not have the schema {SCHEMA}")
    if document.get("version") != VERSION:
        raise InputError(f"has the version {document.get('version')!r} of its schema, not {VERSION}")
    nodes = document.get("allocation")
    if set(document) != {"schema", "version", "allocation"} or not isinstance(nodes, dict):
        raise InputError("must have exactly the keys schema, version and allocation, with the subnets of each node")
    return {node: _parse_subnets(node, texts) for node, texts in nodes.items()}


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Read a JSON object. Refuse a repeated key, as a bad merge leaves it, because it would lose a subnet."""
    result = dict(pairs)
    if len(result) < len(pairs):
        keys = [key for key, _value in pairs]
        raise InputError(f"{next(key for key in keys if keys.count(key) > 1)} occurs twice")
    return result


def _parse_subnets(node: str, texts: Any) -> tuple[Any, ...]:
    """Read the subnets of a node, one or two, of different address families."""
    if not isinstance(texts, list) or not texts or not all(isinstance(text, str) for text in texts):
        raise InputError(f"has no list of subnets for {node}, but {texts!r}")
    try:
        networks = tuple(parse_network(text) for text in texts)
    except InputError as error:
        raise InputError(f"has a subnet of {node} in {', '.join(texts)} that {error}") from None
    if len({network.version for network in networks}) < len(networks):
        raise InputError(f"has more than one subnet of an address family for {node}: {', '.join(texts)}")
    return networks


def _read(path: str) -> Allocation:
    """Read the file. A missing file is an empty allocation."""
    try:
        return parse(Path(path).read_bytes())
    except FileNotFoundError:
        return {}
    except InputError as error:
        raise InputError(
            f"{path} {error}: choose another path, or move the file away, and the next run makes it anew from the "
            "cluster"
        ) from None


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold the lock on this file. It is never deleted, because a waiting run would keep the lock of a deleted file."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _MODE)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _write(path: Path, allocation: Allocation) -> None:
    """Replace the file in one step, so that a crash leaves the old file or the new one."""
    temporary = path.with_name(f"{path.name}.tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, _MODE)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        os.fchmod(descriptor, _MODE)  # the temporary file of a killed run may have another mode
        file.write(render(allocation))
        file.flush()
        os.fsync(descriptor)
    temporary.replace(path)
    directory = os.open(path.parent, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


__all__ = ["as_texts", "update_allocation"]
