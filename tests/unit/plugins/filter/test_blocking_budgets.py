# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.podnet.kubernetes.plugins.filter.blocking_budgets import blocking_budgets


def test_budgets_are_described():
    budget = {"kind": "PodDisruptionBudget", "metadata": {"name": "web", "namespace": "default"}, "status": {}}
    assert blocking_budgets([budget], ["default"]) == ["default/web needs 0 ready pods, and 0 are ready"]


def test_other_objects_are_refused():
    with pytest.raises(AnsibleFilterError, match="blocking_budgets: "):
        blocking_budgets([{"kind": "Pod", "metadata": {"name": "web"}}], ["default"])
