# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.podnet.kubernetes.plugins.filter.policy_plan import FilterModule

policy_plan = FilterModule().filters()["policy_plan"]


def policy(name):
    return {"metadata": {"namespace": "shop", "name": name}, "spec": {"podSelector": {}}}


def test_a_plan_has_lists_and_no_tuples():
    plan = policy_plan(
        [], steps=[{"name": "deny", "policies": [policy("deny")]}, {"name": "open"}], namespaces=["shop"]
    )
    assert (plan["namespaces"], plan["end_only"], plan["taken"]) == (["shop"], False, [])
    assert [one["report"] for one in plan["steps"]] == ["1-deny", "2-open"]
    assert (plan["steps"][0]["names"], plan["steps"][0]["labels"]) == (["shop/deny"], [])
    assert [one["metadata"]["name"] for one in plan["steps"][1]["stale"]] == ["deny"]


def test_definitions_are_a_single_step():
    assert policy_plan([], definitions=[policy("new")])["steps"][0]["names"] == ["shop/new"]
    with pytest.raises(AnsibleFilterError, match=r"^definitions\[0\].kind is 'Pod', not 'NetworkPolicy'"):
        policy_plan([], definitions=[{"kind": "Pod"}])
