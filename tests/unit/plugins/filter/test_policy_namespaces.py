# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.podnet.kubernetes.plugins.filter.policy_namespaces import FilterModule

policy_namespaces = FilterModule().filters()["policy_namespaces"]

POLICIES = [{"metadata": {"namespace": "shop", "name": "deny-all"}, "spec": {"podSelector": {}}}]
PODS = [{"metadata": {"namespace": "shop", "name": name}, "status": {"phase": "Running"}} for name in ("api", "db")]


def test_objects_of_the_api():
    assert policy_namespaces(POLICIES, PODS) == ["shop"]
    assert policy_namespaces(POLICIES, PODS, left_out=["shop"]) == []


def test_a_choice_that_is_no_list():
    with pytest.raises(AnsibleFilterError, match="chosen is 'shop': give a list"):
        policy_namespaces(POLICIES, PODS, chosen="shop")
