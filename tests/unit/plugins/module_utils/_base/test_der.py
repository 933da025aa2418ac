# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.der import first_value, read_values
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError

INTEGER = b"\x02\x01\x05"
LONG = b"\x04\x81\x80" + bytes(128)  # a length over 127 has a byte that says how many bytes it takes


def test_values_follow_one_another():
    assert list(read_values(INTEGER + LONG)) == [(2, b"\x05", INTEGER), (4, bytes(128), LONG)]
    assert list(read_values(b"")) == []


@pytest.mark.parametrize("data", [b"\x02", INTEGER[:-1], LONG[:-1], LONG[:2], INTEGER + b"\x02\x05"])
def test_data_that_ends_within_a_value(data):
    with pytest.raises(InputError, match="it ends too early"):
        list(read_values(data))


def test_what_follows_the_first_value_is_not_looked_at():
    assert first_value(INTEGER + b"\x02").content == b"\x05"


def test_no_value():
    with pytest.raises(InputError, match="it ends too early"):
        first_value(b"")
