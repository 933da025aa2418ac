# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fields of Kubernetes objects, read with errors that name their paths. No I/O, no Ansible.

What is null counts as absent, as it does for the API server.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError


@dataclass(frozen=True)
class Metadata:
    """Of which object it is; labels are those of the object itself."""

    namespace: str
    name: str
    labels: Mapping[str, str]

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}"


@contextmanager
def errors_of(name: object) -> Iterator[None]:
    """Put the name of the object in front of every InputError from within."""
    try:
        yield
    except InputError as error:
        raise InputError(f"{name}: {error}") from None


def read_list(value: Any, name: str) -> Sequence[Any]:
    """Return a list of the input; C(name) is that of its variable.

    Raises:
        InputError: it is none, but for example an object of kind List, or the result of a module
    """
    if isinstance(value, Mapping):
        raise InputError(
            f"{name} is an object with {', '.join(map(str, value)) or 'nothing'}, not a list: give the items of a List "
            "object, or the resources of what kubernetes.core.k8s_info returns"
        )
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise InputError(f"{name} is {value!r}, not a list of objects")
    return value


def read_fields(value: Any, path: str, known: Sequence[str] = ()) -> dict[str, Any]:
    """Return the fields of an object, without those that are null.

    Args:
        value: what is found at the path
        path: of the object
        known: the fields that the API has there; empty: any

    Raises:
        InputError: it is no object or has a field that the API has not. C(kubectl) refuses that too: what its author
            meant would be lost without a word.
    """
    if not isinstance(value, Mapping):
        raise InputError(f"{path} is {value!r}, not an object{' with ' if known else ''}{', '.join(known)}")
    unknown = [name for name in value if known and name not in known]
    if unknown:
        raise InputError(f"{path}.{unknown[0]} is unknown: {path} has {', '.join(known)}")
    return {name: field for name, field in value.items() if field is not None}


def read_items(fields: Mapping[str, Any], name: str, path: str) -> list[tuple[str, Any]]:
    """Return each item of a list among the fields with its path; none when there is no list.

    Raises:
        InputError: the field is no list
    """
    value = fields.get(name, ())
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise InputError(f"{path}.{name} is {value!r}, not a list")
    return [(f"{path}.{name}[{index}]", item) for index, item in enumerate(value)]


def read_labels(fields: Mapping[str, Any], name: str, path: str) -> dict[str, str]:
    """Return labels, a dict of texts among the fields; empty when there is none.

    Raises:
        InputError: it is no dict, or has something else than texts
    """
    labels = fields.get(name, {})
    if not isinstance(labels, Mapping):
        raise InputError(f"{path}.{name} is {labels!r}, not a dict of labels")
    for key, value in labels.items():
        if not isinstance(key, str) or not isinstance(value, str):
            raise InputError(f"{path}.{name}[{key}] is {value!r}, not a text: put it in quotes")
    return dict(labels)


def read_number(value: Any, path: str) -> int:
    """Return a port number. Raises InputError when it is none, or not from 1 to 65535."""
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 65535:
        raise InputError(f"{path} is {value!r}: give a port number from 1 to 65535")
    return int(value)


def read_metadata(value: Any, where: str, kind: str) -> Metadata:
    """Return the metadata of an object; the namespace is C(default) when none is given, as it is for C(kubectl).

    Args:
        value: the object
        where: what to call it as long as its name is not known, such as V(pods[3])
        kind: what it should be; an object that does not say its kind is taken for one, as items of lists are

    Raises:
        InputError: it is something else, or has no name
    """
    fields = read_fields(value, where)
    if fields.get("kind", kind) != kind:
        raise InputError(f"{where}.kind is {fields['kind']!r}, not {kind!r}")
    metadata = read_fields(fields.get("metadata", {}), f"{where}.metadata")
    for name, default in (("name", None), ("namespace", "default")):
        text = metadata.get(name, default)
        if not isinstance(text, str) or not text:
            raise InputError(f"{where}.metadata.{name} is {text!r}: give the {name} of the {kind}")
    namespace, name = metadata.get("namespace", "default"), metadata["name"]
    with errors_of(name if kind == "Namespace" else f"{namespace}/{name}"):
        return Metadata(namespace, name, read_labels(metadata, "labels", "metadata"))


__all__ = [
    "Metadata",
    "errors_of",
    "read_fields",
    "read_items",
    "read_labels",
    "read_list",
    "read_metadata",
    "read_number",
]
