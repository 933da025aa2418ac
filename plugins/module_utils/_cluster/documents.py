# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The objects in the documents of a YAML file, each key of which may be there only once. No I/O, no Ansible.

YAML parsers keep the last of two equal keys. kubectl refuses them, because the first one would be lost without a word.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError


def read_documents(loader: Any, name: str) -> list[dict[str, Any]]:
    """Return the objects of all documents. A document is an object, a list of objects, or empty.

    Args:
        loader: a loader of PyYAML for the text; nodes of the room have no PyYAML, so the caller makes it
        name: the name of the file, for errors

    Raises:
        InputError: a mapping has a key twice, or a document has something else than objects
    """
    objects = []
    while loader.check_node():
        node = loader.get_node()
        _check_keys(node, name)
        document = loader.construct_document(node)
        for one in document if isinstance(document, list) else [] if document is None else [document]:
            if not isinstance(one, dict):
                raise InputError(f"{name}, line {_line(node)}: {one!r} is not an object: give Kubernetes objects")
            objects.append(one)
    return objects


def _check_keys(node: Any, name: str) -> None:
    """Raise InputError when a mapping below the node has a key twice. Merged keys (<<) may be there again."""
    for mapping in _mappings(node):
        lines: dict[tuple[str, str], int] = {}
        for key, _value in mapping.value:
            if key.id != "scalar":
                continue
            same = (key.tag, key.value)
            if same in lines:
                raise InputError(
                    f"{name}, line {_line(key)}: the key {key.value} is there twice, first on line {lines[same]}: "
                    "remove one of the two, because only the last one would count"
                )
            lines[same] = _line(key)


def _mappings(node: Any) -> Iterator[Any]:
    """Yield the mappings at and below a node, each once: an alias may lead back to a node above it."""
    waiting, seen = [node], set()
    while waiting:
        one = waiting.pop()
        if id(one) in seen or one.id == "scalar":
            continue
        seen.add(id(one))
        if one.id == "mapping":
            yield one
            children = [child for pair in one.value for child in pair]
        else:
            children = one.value
        waiting += reversed(children)


def _line(node: Any) -> int:
    """Return the number of the line on which a node begins, from 1."""
    return int(node.start_mark.line) + 1


__all__ = ["read_documents"]
