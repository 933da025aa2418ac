# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.podnet.kubernetes.plugins.filter.policy_lint import FilterModule

policy_lint = FilterModule().filters()["policy_lint"]

NAMESPACES = [{"metadata": {"name": "shop"}}]
DENY_ALL = {"metadata": {"namespace": "shop", "name": "deny-all"}, "spec": {"podSelector": {}}}


def test_findings_are_dicts():
    assert policy_lint([DENY_ALL], pods=[], namespaces=NAMESPACES) == [
        {
            "id": "selects-nothing",
            "policy": "shop/deny-all",
            "path": "spec.podSelector",
            "message": "spec.podSelector selects no pod in the namespace shop, so the policy has no effect",
            "remedy": "compare it with kubectl get pods -n shop --show-labels",
        }
    ]


def test_bad_input():
    with pytest.raises(AnsibleFilterError, match=f"^{re.escape('pods is 7, not a list of objects')}$"):
        policy_lint([DENY_ALL], pods=7, namespaces=NAMESPACES)
