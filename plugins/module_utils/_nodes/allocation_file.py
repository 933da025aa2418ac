# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The file that says which node has which pod subnets: read, and changed by one run at a time. No Ansible.

A run that is killed at any point leaves the old file or the new one, and perhaps a temporary file, which the next
change overwrites.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Callable

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.networks import parse_network
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.subnet_allocation import Allocation

SCHEMA = "podnet.kubernetes/subnet-allocation"
VERSION = 1
_MODE = 0o600


def update_allocation(
    path: str, plan: Callable[[Allocation], Allocation], write: bool = True
) -> tuple[Allocation, Allocation]:
    """Change the file to what a plan makes of it, and return the allocation before and after.

    From reading to writing a lock on a file beside it, with C(.lock) after its name, is held: another run waits. The
    file is written only when it changes. What plan raises leaves it as it is.

    Args:
        path: the file; when it is missing the allocation is empty, and its directory is made
        plan: takes the allocation, returns the new one
        write: False to change nothing, and take no lock: a reader finds the old file or the new one, never half of one

    Raises:
        InputError: the file is not one of this module, cannot be read, or cannot be written
    """
    try:
        if not write:
            before = _read(path)
            return before, plan(before)
        # Where the path is a link, the file that it leads to is locked and replaced.
        target = Path(os.path.realpath(path))
        target.parent.mkdir(parents=True, exist_ok=True)
        with _locked(target.with_name(f"{target.name}.lock")):
            before = _read(path)
            after = plan(before)
            if after != before:
                _write(target, after)
        return before, after
    except OSError as error:
        raise InputError(f"path {path}: the file cannot be read or written: {error}") from None


def render(allocation: Allocation) -> str:
    """Return the text of the file: JSON, the nodes in the order of their names, every subnet on a line of its own."""
    document = {"schema": SCHEMA, "version": VERSION, "allocation": as_texts(allocation)}
    return json.dumps(document, indent=2, sort_keys=True) + "\n"


def as_texts(allocation: Allocation) -> dict[str, list[str]]:
    """Return the subnets of each node in CIDR form."""
    return {node: [str(network) for network in networks] for node, networks in allocation.items()}


def parse(content: bytes) -> Allocation:
    """Return the allocation that the content of a file holds.

    Raises:
        InputError: the end of a sentence that begins with the file, such as "is not JSON: ..."
    """
    try:
        document = json.loads(content, object_pairs_hook=_without_duplicates)
    except (ValueError, RecursionError, InputError) as error:
        raise InputError(f"is not JSON: {error}") from None
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        raise InputError(f"has not the schema {SCHEMA}")
    if document.get("version") != VERSION:
        raise InputError(f"has the version {document.get('version')!r} of its schema, not {VERSION}")
    nodes = document.get("allocation")
    if set(document) != {"schema", "version", "allocation"} or not isinstance(nodes, dict):
        raise InputError("has not just the keys schema, version and allocation, which holds the subnets by node")
    return {node: _parse_subnets(node, texts) for node, texts in nodes.items()}


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return the object of these keys and values. A key that is there twice, as after a merge, would lose a subnet."""
    result = dict(pairs)
    if len(result) < len(pairs):
        keys = [key for key, _value in pairs]
        raise InputError(f"{next(key for key in keys if keys.count(key) > 1)} is there twice")
    return result


def _parse_subnets(node: str, texts: Any) -> tuple[Any, ...]:
    """Return the subnets of a node: one or two, of different address families."""
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
    """Return what the file holds; nothing when there is none."""
    try:
        return parse(Path(path).read_bytes())
    except FileNotFoundError:
        return {}
    except InputError as error:
        raise InputError(
            f"{path} {error}: it is left as it is; choose another path, or move it away, and it is made anew from the "
            "cluster"
        ) from None


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold the lock on this file. It is never deleted: a run that waits for a deleted one would not see the next."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _MODE)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _write(path: Path, allocation: Allocation) -> None:
    """Replace the file, so that after a crash it is the old one or the new one."""
    temporary = path.with_name(f"{path.name}.tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, _MODE)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        os.fchmod(descriptor, _MODE)  # one that a killed run left may have another
        file.write(render(allocation))
        file.flush()
        os.fsync(descriptor)
    temporary.replace(path)
    directory = os.open(path.parent, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


__all__ = ["SCHEMA", "VERSION", "as_texts", "parse", "render", "update_allocation"]
