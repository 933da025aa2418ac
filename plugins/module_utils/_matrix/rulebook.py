# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options from which expectations follow, as connectivity_probe and connectivity_assert take them. No I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.addresses import FAMILIES
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import (
    CHECKS,
    KINDS,
    Listener,
    load_listeners,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.expectations import (
    ExpectationRule,
    NetworkSettings,
    load_rules,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.expected_cells import (
    ExpectedCell,
    load_expected_cells,
)

EXPECTATION_ARGUMENTS = {
    "expectations": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "source": {"type": "str", "default": "*"},
            "target": {"type": "str", "default": "*"},
            "source_kind": {"type": "str", "choices": ["pod", "node", "controller"]},
            "target_kind": {"type": "str", "choices": list(KINDS)},
            "checks": {"type": "list", "elements": "str", "choices": list(CHECKS)},
            "families": {"type": "list", "elements": "str", "choices": list(FAMILIES)},
            "outcome": {"type": "str", "choices": ["reachable", "blocked"]},
            "source_address": {"type": "str", "choices": ["own", "any", "translated"]},
        },
    },
    "policy_cells": {"type": "list", "elements": "dict", "default": []},
    "overhead": {"type": "int"},
    "overhead_ipv6": {"type": "int"},
    "pod_to_node_source": {"type": "str", "choices": ["any", "own"], "default": "any"},
}


@dataclass(frozen=True)
class Rulebook:
    """What judge() needs besides the matrix and its cells.

    Attributes:
        listeners: of all nodes
        rules, settings, policy_cells: as expect_all() takes them
    """

    listeners: Sequence[Listener]
    rules: Sequence[ExpectationRule]
    settings: NetworkSettings
    policy_cells: Sequence[ExpectedCell]


def load_rulebook(params: Mapping[str, Any]) -> Rulebook:
    """Read C(listeners) and the options of EXPECTATION_ARGUMENTS. Raises InputError when one of them is wrong."""
    return Rulebook(
        load_listeners(params["listeners"]),
        load_rules(params["expectations"]),
        NetworkSettings(params["overhead"], params["pod_to_node_source"], params["overhead_ipv6"]),
        load_expected_cells(params["policy_cells"], "policy_cells"),
    )


__all__ = ["EXPECTATION_ARGUMENTS", "Rulebook", "load_rulebook"]
