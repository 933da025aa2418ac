# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Readers of the fields of API objects. Their errors name the path of the field. No I/O, no Ansible.

A field that is null counts as absent, as it does for the API server.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError


@dataclass(frozen=True)
class Metadata:
    """The namespace, name and labels of an object."""

    namespace: str
    name: str
    labels: Mapping[str, str]

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}"


@contextmanager
def errors_of(name: object) -> Iterator[None]:
    """Put the name of an object in front of every InputError that the block raises."""
    try:
        yield
    except InputError as error:
        raise InputError(f"{name}: {error}") from None


def read_list(value: Any, name: str) -> Sequence[Any]:
    """Check that an option is a list.

    Args:
        value: the value of the option
        name: the name of the option, for errors

    Raises:
        InputError: the value is no list, but for example an object of kind List or the result of a module
    """
    if isinstance(value, Mapping):
        raise InputError(
            f"{name} is an object with {', '.join(map(str, value)) or 'no fields'}, not a list: give the items of a "
            "List object, or resources of the result of kubernetes.core.k8s_info"
        )
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise InputError(f"{name} is {value!r}, not a list of objects")
    return value


def read_fields(value: Any, path: str, known: Sequence[str] = ()) -> dict[str, Any]:
    """Return the fields of an object, without those that are null.

    Args:
        value: the object
        path: its path, for errors
        known: the fields that the API has in such an object; empty: any

    Raises:
        InputError: the value is no object, or has a field that the API does not have. C(kubectl) refuses such a field
            too, because a misspelt field would be lost without a word.
    """
    if not isinstance(value, Mapping):
        raise InputError(f"{path} is {value!r}, not an object{' with ' if known else ''}{', '.join(known)}")
    unknown = [name for name in value if known and name not in known]
    if unknown:
        raise InputError(f"{path}.{unknown[0]} is unknown: {path} has {', '.join(known)}")
    return {name: field for name, field in value.items() if field is not None}


def read_items(fields: Mapping[str, Any], name: str, path: str) -> list[tuple[str, Any]]:
    """Return the path and the value of each item of a list; nothing when the list is absent.

    Args:
        fields: the fields of an object
        name: the field with the list
        path: the path of the object, for errors

    Raises:
        InputError: the field is no list
    """
    value = fields.get(name, ())
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise InputError(f"{path}.{name} is {value!r}, not a list")
    return [(f"{path}.{name}[{index}]", item) for index, item in enumerate(value)]


def read_text(fields: Mapping[str, Any], name: str, path: str) -> str | None:
    """Return a text, or None when the field is absent.

    Raises:
        InputError: the field is no text, or an empty one
    """
    value = fields.get(name)
    if value is not None and (not isinstance(value, str) or not value):
        raise InputError(f"{path}.{name} is {value!r}: give a text that is not empty, or leave the field out")
    return value


def read_word(fields: Mapping[str, Any], name: str, path: str) -> str:
    """Return a text that may be empty, as the names of ports are; empty when the field is absent.

    Raises:
        InputError: the field is no text
    """
    value = fields.get(name, "")
    if not isinstance(value, str):
        raise InputError(f"{path}.{name} is {value!r}, not a text: put it in quotes")
    return value


def read_labels(fields: Mapping[str, Any], name: str, path: str) -> dict[str, str]:
    """Return a dict of labels; an empty one when the field is absent.

    Raises:
        InputError: the field is no dict, or a key or a value is no text
    """
    labels = fields.get(name, {})
    if not isinstance(labels, Mapping):
        raise InputError(f"{path}.{name} is {labels!r}, not a dict of labels")
    for key, value in labels.items():
        if not isinstance(key, str) or not isinstance(value, str):
            raise InputError(f"{path}.{name}[{key}] is {value!r}, not a text: put it in quotes")
    return dict(labels)


def read_port_number(value: Any, path: str) -> int:
    """Check a port number. Raises InputError when it is no number from 1 to 65535."""
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 65535:
        raise InputError(f"{path} is {value!r}: give a port number from 1 to 65535")
    return int(value)


def read_metadata(value: Any, where: str, kind: str) -> Metadata:
    """Return the metadata of an object.

    Args:
        value: the object
        where: its place in the input, such as V(pods[3]): errors use it until the name of the object is known
        kind: the kind that the object must have. An object without a kind passes, as items of lists have none.

    Returns:
        The metadata. The namespace is V(default) when the object has none, as with C(kubectl).

    Raises:
        InputError: the object has another kind, or no name
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
    with errors_of(name if kind in ("Namespace", "Node") else f"{namespace}/{name}"):
        return Metadata(namespace, name, read_labels(metadata, "labels", "metadata"))


__all__ = [
    "Metadata",
    "errors_of",
    "read_fields",
    "read_items",
    "read_labels",
    "read_list",
    "read_metadata",
    "read_port_number",
    "read_text",
    "read_word",
]
