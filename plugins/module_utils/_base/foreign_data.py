# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Readers of data that another program wrote, such as the JSON of ip(8). Their errors name the field. No I/O.

A reader raises InputError for wrong data. So its caller need not catch KeyError or TypeError, which a bug raises too.
"""

from __future__ import annotations

import base64
import ipaddress
import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Callable

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.addresses import Address
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError

_DIGITS = 20  # of a number: 64 bits have no more, and Python refuses to convert thousands


def parse_json(text: str | bytes, make_object: Callable[[list[tuple[str, Any]]], Any] | None = None) -> Any:
    """Parse JSON.

    Args:
        text: the JSON
        make_object: makes an object of its pairs; None: a dict, in which the last one of equal names counts

    Raises:
        InputError: the text is no JSON (RFC 8259), or nests too deeply
    """
    try:
        return json.loads(text, cls=_decoder, object_pairs_hook=make_object)  # type: ignore[arg-type]  # it is called
    except ValueError as error:
        raise InputError(f"no JSON: {error}") from None
    except RecursionError:
        raise InputError("no JSON: it nests too deeply") from None


def _refuse(word: str) -> None:
    """Refuse NaN and the infinities, which Python takes for JSON. No sum or comparison with them is of use."""
    raise InputError(f"no JSON: it has {word}")


@cache
def _decoder(object_pairs_hook: Callable[[list[tuple[str, Any]]], Any] | None = None) -> json.JSONDecoder:
    """One decoder for all texts. Probes read thousands of small answers, and json.loads() would make one for each."""
    return json.JSONDecoder(object_pairs_hook=object_pairs_hook, parse_constant=_refuse)


def parse_base64(text: str) -> bytes:
    """Decode base64, in which white space means nothing. Raises InputError for any other text."""
    joined = "".join(text.split())
    try:
        return base64.b64decode(joined, validate=True)
    except ValueError as error:
        raise InputError(f"no base64: {error}") from None


def whole_number(text: str) -> int | None:
    """Read a whole number of decimal digits. None for any other text: int() takes more, and str.isdigit() too."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _DIGITS else None


def parse_json_objects(text: str) -> list[Mapping[str, Any]]:
    """Parse a JSON list of objects. Raises InputError for any other text."""
    return check_objects(parse_json(text))


def check_objects(value: Any, name: str = "the list") -> list[Mapping[str, Any]]:
    """Check that a value is a list of objects. Raises InputError."""
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise InputError(f"{name} is {value!r}, not a list")
    for item in value:
        if not isinstance(item, Mapping):
            raise InputError(f"{name} has {item!r}, which is not an object")
    return list(value)


def read_object(fields: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Read an object in an object. Raises InputError when the field is missing or is no object."""
    value = _present(fields, name)
    if not isinstance(value, Mapping):
        raise InputError(f"{name} is {value!r}, not an object")
    return value


def read_optional_object(fields: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Read an object in an object; an empty one when the field is missing or null. Raises InputError."""
    return {} if fields.get(name) is None else read_object(fields, name)


def read_objects(fields: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """Read a list of objects. Raises InputError when the field is missing or is no such list."""
    return check_objects(_present(fields, name), name)


def read_optional_objects(fields: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """Read a list of objects; an empty one when the field is missing or null. Raises InputError."""
    return [] if fields.get(name) is None else read_objects(fields, name)


def read_texts(fields: Mapping[str, Any], name: str) -> list[str]:
    """Read a list of texts; an empty one when the field is missing or null. Raises InputError."""
    value = fields.get(name)
    texts = [] if value is None else value
    if not isinstance(texts, (list, tuple)) or not all(isinstance(text, str) for text in texts):
        raise InputError(f"{name} is {value!r}, not a list of texts")
    return list(texts)


def read_text(fields: Mapping[str, Any], name: str) -> str:
    """Read a text. Raises InputError when the field is missing or is no text."""
    value = _present(fields, name)
    if not isinstance(value, str):
        raise InputError(f"{name} is {value!r}, not a text")
    return value


def read_optional_text(fields: Mapping[str, Any], name: str) -> str | None:
    """Read a text; None when the field is missing or null. Raises InputError."""
    return None if fields.get(name) is None else read_text(fields, name)


def read_number(fields: Mapping[str, Any], name: str, default: int | None = None) -> int:
    """Read a whole number, which may stand in a text. Raises InputError, also for a missing field without a default."""
    value = fields.get(name, default)
    number = whole_number(value) if isinstance(value, str) else value
    if isinstance(number, bool) or not isinstance(number, int) or number < 0:
        raise InputError(f"{name} is {value!r}, not a number" if name in fields else f"{name} is missing")
    return number


def read_address(fields: Mapping[str, Any], name: str) -> Address:
    """Read an IP address. Raises InputError when the field is missing or is no address."""
    text = read_text(fields, name)
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        raise InputError(f"{name} is {text!r}, not an address") from None


def _present(fields: Mapping[str, Any], name: str) -> Any:
    if name not in fields:
        raise InputError(f"{name} is missing")
    return fields[name]


__all__ = [
    "check_objects",
    "parse_base64",
    "parse_json",
    "parse_json_objects",
    "read_address",
    "read_number",
    "read_object",
    "read_objects",
    "read_optional_object",
    "read_optional_objects",
    "read_optional_text",
    "read_text",
    "read_texts",
    "whole_number",
]
