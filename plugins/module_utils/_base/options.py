# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of filters and modules. No I/O, no Ansible.

Ansible does not check those of filters. The errors of these checks name the option.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError


def read_text_option(option: str, value: Any) -> str | None:
    """Return a text; None for an empty one. Raises InputError when the value is no text."""
    if value is not None and not isinstance(value, str):
        raise InputError(f"{option} is {value!r}: give a text, in quotes where it looks like something else")
    return value or None


def read_list_option(option: str, value: Any) -> list[Any]:
    """Return a list; an empty one for None. Raises InputError when the value is no list."""
    if value is not None and not isinstance(value, (list, tuple)):
        raise InputError(f"{option} is {value!r}: give a list")
    return list(value or [])


def read_dict_option(option: str, value: Any) -> Mapping[str, Any]:
    """Return a dict; an empty one for None. Raises InputError when the value is no dict."""
    if value is not None and not isinstance(value, Mapping):
        raise InputError(f"{option} is {value!r}: give a dict")
    return value or {}


def read_dicts_option(option: str, value: Any) -> list[Mapping[str, Any]]:
    """Return a list of dicts; an empty one for None. Raises InputError when the value is no list of dicts."""
    items = read_list_option(option, value)
    for index, item in enumerate(items):
        if not isinstance(item, Mapping):
            raise InputError(f"{option}[{index}] is {item!r}: give a dict")
    return items


def read_texts_option(option: str, value: Any) -> tuple[str, ...]:
    """Return the texts of a list; none for None. Raises InputError when the value is no list, or an item is no text."""
    return tuple(read_text_option(option, one) or "" for one in read_list_option(option, value))


def check_choices(option: str, values: Iterable[str], choices: Sequence[str]) -> tuple[str, ...]:
    """Return the values, each once. Raises InputError when one of them is no choice of the option."""
    values = tuple(dict.fromkeys(values))
    for value in values:
        if value not in choices:
            raise InputError(f"{option} has {value!r}: choose from {', '.join(choices)}")
    return values


def repeat_options(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of a module as its result should repeat them, in the key C(invocation) of Ansible.

    The controller holds the results of all nodes at once. Options with an entry for each other node would make these
    grow with the square of the cluster. So their number of entries stands for more than ten.
    """
    long = {name: value for name, value in params.items() if isinstance(value, (list, dict)) and len(value) > 10}
    return {"module_args": {**params, **{name: f"{len(value)} entries" for name, value in long.items()}}}


__all__ = [
    "check_choices",
    "read_dict_option",
    "read_dicts_option",
    "read_list_option",
    "read_text_option",
    "read_texts_option",
    "repeat_options",
]
