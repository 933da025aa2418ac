# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a value has the type that an argument specification of a role gives. No I/O, no Ansible."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._settings.kinds import display

_WORDS = ("yes", "no", "true", "false", "on", "off", "1", "0", "y", "n", "t", "f")


@dataclass(frozen=True)
class Fault:
    """Something wrong with a variable, which one host or several hosts have.

    Attributes:
        subject: the variable and its value, such as "flannel_mtu is abc"
        remedy: what would be right, such as "give a whole number"
    """

    subject: str
    remedy: str


def type_faults(name: str, spec: Mapping[str, Any], value: Any) -> Iterator[Fault]:
    """Yield a fault for each part of a value that its specification does not allow.

    Unlike Ansible, it refuses a text in place of a list, because a role gets the text as it stands.

    Args:
        name: the variable, or the path of a part of it
        spec: an option of an argument specification: type, choices, elements, options
        value: the value, which is not null
    """
    kind = spec.get("type", "str")
    fits, right = _TYPES.get(kind, (lambda _value: True, ""))
    if not fits(value):
        yield Fault(f"{name} is {display(value)}", f"give {right}")
    elif kind == "list":
        element = {
            "type": spec.get("elements", "raw"),
            **{key: spec[key] for key in ("options", "choices") if key in spec},
        }
        for index, one in enumerate(value):
            yield from type_faults(f"{name}[{index}]", element, one)
    elif kind == "dict" and spec.get("options"):
        yield from _key_faults(name, spec["options"], value)
    elif "choices" in spec and value not in spec["choices"]:
        yield Fault(f"{name} is {display(value)}", f"choose from {', '.join(map(str, spec['choices']))}")


def _key_faults(name: str, options: Mapping[str, Any], value: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield a fault for each key of a dict that is unknown, missing or wrong."""
    for key in value:
        if key not in options:
            yield Fault(f"{name} has the key {display(key)}", f"choose from {', '.join(options)}")
    for key, option in options.items():
        if value.get(key) is not None:
            yield from type_faults(f"{name}.{key}", option, value[key])
        elif option.get("required"):
            yield Fault(f"{name} has no {key}", f"give {key}")


def _is_whole(value: Any) -> bool:
    if isinstance(value, str):
        return re.fullmatch(r"[+-]?[0-9]+", value.strip(" \t\n")) is not None
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return False
    try:
        return math.isfinite(float(value))
    except (OverflowError, ValueError):
        return False


def _is_truth(value: Any) -> bool:
    return isinstance(value, bool) or value in (0, 1) or (isinstance(value, str) and value.lower() in _WORDS)


_TYPES: dict[str, tuple[Callable[[Any], bool], str]] = {
    "str": (
        lambda value: isinstance(value, (str, int, float)) and not isinstance(value, bool),
        "a text, in quotes where it looks like something else",
    ),
    "path": (lambda value: isinstance(value, str), "a path"),
    "int": (_is_whole, "a whole number"),
    "float": (_is_number, "a number"),
    "bool": (_is_truth, "true or false"),
    "list": (lambda value: isinstance(value, (list, tuple)), "a list"),
    "dict": (lambda value: isinstance(value, Mapping), "a dict"),
}

__all__ = ["Fault", "type_faults"]
