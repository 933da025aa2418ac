# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The shape of data that others wrote, and its check. Code behind the check need not look again. No I/O.

A shape is plain data:

- a Leaf: a value, such as TEXT;
- a list with one shape: a list whose items have it;
- a dict: an object with these fields. A name that ends with C(?) may be missing or null. Fields that the shape does not
  name are not looked at. The names C(*) and C(*?) stand for all fields, whatever their names are.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Callable, NamedTuple

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError

_SHOWN = 80  # characters of a value in an error


class Leaf(NamedTuple):
    """A value without parts.

    Attributes:
        words: what it is
        fits: whether a value is one
        text_fits: of a kind of texts: whether a text is one; quicker for long lists
    """

    words: str
    fits: Callable[[Any], bool]
    text_fits: Callable[[str], bool] | None = None


TEXT = Leaf("a text", lambda value: isinstance(value, str), lambda _text: True)
FLAG = Leaf("true or false", lambda value: isinstance(value, bool))
# Numbers of JSON know no limit. No size, count or time needs more than 63 bits.
_MOST = 2**63


def _is_number(value: Any) -> bool:
    """Whether a value is a number that is worth anything; true and false are none."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and -_MOST <= value < _MOST


WHOLE = Leaf("a whole number", lambda value: isinstance(value, int) and _is_number(value))
NUMBER = Leaf("a number", _is_number)
ANYTHING = Leaf("a value", lambda _value: True)


def check_shape(value: Any, shape: Any, path: str, nulls: bool = True) -> None:
    """Check that a value has a shape.

    Args:
        value: plain data
        shape: as above
        path: the path of the value, for the error
        nulls: whether a field that may be missing may be null instead

    Raises:
        InputError: the value has another shape; the sentence names the path of the first part that differs
    """
    fault = _fault(value, shape, nulls)
    if fault:
        raise InputError(f"{path}{fault}")


def _fault(value: Any, shape: Any, nulls: bool) -> str | None:
    """Return the end of the sentence, the rest of the path first. Only a fault costs a text: reports are long."""
    if isinstance(shape, Leaf):
        return None if shape.fits(value) else f" is {_show(value)}, not {shape.words}"
    if isinstance(shape, list):
        return _fault_of_items(value, shape[0], nulls)
    return _fault_of_fields(value, shape, nulls)


def _fault_of_items(value: Any, shape: Any, nulls: bool) -> str | None:
    if not isinstance(value, (list, tuple)):
        return f" is {_show(value)}, not a list"
    # A thousand nodes have a million routes.
    quick = isinstance(shape, Leaf) and shape.text_fits
    if quick and set(map(type, value)) <= {str} and all(map(quick, value)):
        return None
    for index, one in enumerate(value):
        fault = _fault(one, shape, nulls)
        if fault:
            return f"[{index}]{fault}"
    return None


def _fault_of_fields(value: Any, shape: Mapping[str, Any], nulls: bool) -> str | None:
    if not isinstance(value, Mapping):
        return f" is {_show(value)}, not an object"
    for name, part in shape.items():
        field, optional = _split(name)
        for each in value if field == "*" else (field,):
            if each not in value:
                if not optional:
                    return f".{each} is missing"
            elif value[each] is not None or not (optional and nulls):
                fault = _fault(value[each], part, nulls)
                if fault:
                    return f".{each}{fault}"
    return None


@lru_cache(maxsize=1000)
def _split(name: str) -> tuple[str, bool]:
    """Return the name of a field, and whether it may be missing."""
    return name.removesuffix("?"), name.endswith("?")


def _show(value: Any) -> str:
    text = "null" if value is None else repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


__all__ = ["ANYTHING", "FLAG", "NUMBER", "TEXT", "WHOLE", "Leaf", "check_shape"]
