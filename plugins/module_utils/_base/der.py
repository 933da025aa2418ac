# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values in DER, the form of certificates (X.690). Nodes may lack openssl and the package cryptography. No I/O."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError

_TOO_EARLY = "it ends too early"


class DerValue(NamedTuple):
    """A value: its tag, its content, and both with the length between them as they stand in the data."""

    tag: int
    content: bytes
    whole: bytes


def read_values(data: bytes) -> Iterator[DerValue]:
    """Yield the values that follow one another. Raises InputError when the data ends within one."""
    place = 0
    while place < len(data):
        start = place
        if len(data) < start + 2:
            raise InputError(_TOO_EARLY)
        tag, length, place = data[start], data[start + 1], start + 2
        if length >= 0x80:
            size = length - 0x80
            length, place = int.from_bytes(data[place : place + size], "big"), place + size
        end = place + length
        if end > len(data):
            raise InputError(_TOO_EARLY)
        yield DerValue(tag, data[place:end], data[start:end])
        place = end


def first_value(data: bytes) -> DerValue:
    """Return the first value; what follows is not looked at. Raises InputError without one."""
    for value in read_values(data):
        return value
    raise InputError(_TOO_EARLY)


__all__ = ["first_value", "read_values"]
