# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Label selectors in the form that kubectl takes, such as C(os=windows,zone in (a, b),!spot). No I/O, no Ansible."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.texts import show

_KEY = r"(?:[a-z0-9.-]+/)?[A-Za-z0-9](?:[A-Za-z0-9_.-]*[A-Za-z0-9])?"
_VALUE = r"[A-Za-z0-9_.-]*"
_SET = re.compile(rf"({_KEY})\s+(in|notin)\s+\(\s*({_VALUE}(?:\s*,\s*{_VALUE})*)\s*\)")
_EQUAL = re.compile(rf"({_KEY})\s*(==|=|!=)\s*({_VALUE})")
_EXISTS = re.compile(rf"(!?)\s*({_KEY})")
# A comma between requirements stands outside parentheses.
_COMMA = re.compile(r",(?![^(]*\))")


@dataclass(frozen=True)
class LabelRequirement:
    """One condition of a selector.

    Attributes:
        key: of the label
        values: wanted values; empty: the label only has to be there
        negated: whether the condition must not hold. A label that is missing fulfils it, as in the API.
    """

    key: str
    values: frozenset[str] = frozenset()
    negated: bool = False

    def holds(self, labels: Mapping[str, str]) -> bool:
        """Whether labels fulfil the condition."""
        found = self.key in labels and (not self.values or labels[self.key] in self.values)
        return found is not self.negated


def read_selector(text: str, option: str) -> tuple[LabelRequirement, ...]:
    """Read a selector: all of its conditions must hold.

    Args:
        text: the selector
        option: the option that has it, for errors

    Raises:
        InputError: the text is no selector
    """
    return tuple(_read(part.strip(), text, option) for part in _COMMA.split(text))


def _read(part: str, text: str, option: str) -> LabelRequirement:
    found = _SET.fullmatch(part)
    if found:
        values = frozenset(value.strip() for value in found[3].split(","))
        return LabelRequirement(found[1], values, found[2] == "notin")
    found = _EQUAL.fullmatch(part)
    if found:
        return LabelRequirement(found[1], frozenset((found[3],)), found[2] == "!=")
    found = _EXISTS.fullmatch(part)
    if found:
        return LabelRequirement(found[2], negated=bool(found[1]))
    raise InputError(
        f"{option} has {show(text)}, which is no label selector: give one such as kubernetes.io/os=windows, "
        "'zone in (a, b)' or '!example.com/spot'"
    )


__all__ = ["LabelRequirement", "read_selector"]
