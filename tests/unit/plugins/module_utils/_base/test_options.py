# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.options import (
    check_choices,
    read_dicts_option,
    read_list_option,
    read_text_option,
    read_texts_option,
    repeat_options,
)

TEXT = "give a text, in quotes where it looks like something else"


def test_options_that_are_not_given_are_empty():
    assert (read_text_option("dns", ""), read_list_option("services", None)) == (None, [])


def test_choices_are_returned_once():
    assert check_choices("families", ["ipv6", "ipv4", "ipv6"], ("ipv4", "ipv6")) == ("ipv6", "ipv4")


def test_a_result_repeats_short_options_and_counts_the_entries_of_long_ones():
    short = {"run": "a", "rate": 0, "dns": None, "pods": ["a"] * 10, "routes": {}}
    assert repeat_options({**short, "targets": [{}] * 11, "known": {str(n): [] for n in range(12)}}) == {
        "module_args": {**short, "targets": "11 entries", "known": "12 entries"}
    }


@pytest.mark.parametrize(
    ("read", "message"),
    [
        (lambda: read_text_option("dns", True), f"dns is True: {TEXT}"),
        (lambda: read_list_option("services", "a/b"), "services is 'a/b': give a list"),
        (lambda: read_dicts_option("listeners", [{}, "a"]), "listeners[1] is 'a': give a dict"),
        (lambda: read_texts_option("services", ["a/b", 7]), f"services is 7: {TEXT}"),
        (
            lambda: check_choices("checks", ["icmp", "ping"], ("icmp", "tcp")),
            "checks has 'ping': choose from icmp, tcp",
        ),
    ],
)
def test_errors(read, message):
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        read()
