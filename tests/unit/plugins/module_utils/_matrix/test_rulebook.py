# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import Listener
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.expectations import (
    ExpectationRule,
    NetworkSettings,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.expected_cells import ExpectedCell
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.rulebook import Rulebook, load_rulebook

CELL = {"source": "a/b", "target": "a/c", "port": 80, "protocol": "TCP", "family": "ipv4", "allowed": False}
OPTIONS = {
    "listeners": [{"endpoint": "a/c", "address": "10.0.0.1", "protocol": "tcp", "port": 80, "mtu": 1450}],
    "expectations": [{"target": "a/*", "outcome": "blocked", "source_kind": None}],
    "policy_cells": [CELL],
    "overhead": 50,
    "overhead_ipv6": 70,
    "pod_to_node_source": "own",
}


def test_the_options_of_expectations():
    assert load_rulebook(OPTIONS) == Rulebook(
        [Listener("a/c", "10.0.0.1", "tcp", 80, mtu=1450)],
        [ExpectationRule(target="a/*", outcome="blocked")],
        NetworkSettings(50, "own", 70),
        [ExpectedCell(**CELL)],
    )


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("listeners", [{}], "listener {} has no endpoint"),
        ("expectations", [{"target": "a/*"}], r"expectations\[0\] .* sets nothing"),
        ("policy_cells", [{**CELL, "allowed": "no"}], r"policy_cells\[0\].allowed is 'no'"),
    ],
)
def test_a_wrong_option_is_named(option, value, message):
    with pytest.raises(InputError, match=message):
        load_rulebook({**OPTIONS, option: value})
