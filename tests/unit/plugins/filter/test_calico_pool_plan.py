# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.podnet.kubernetes.plugins.filter.calico_pool_plan import FilterModule

calico_pool_plan = FilterModule().filters()["calico_pool_plan"]


def test_a_pool():
    pool = {"metadata": {"name": "default-ipv4-ippool"}, "spec": {"cidr": "192.168.0.0/16"}}
    plan = calico_pool_plan([pool], "192.168.0.0/16", "Always", "Never")
    assert plan["mistakes"] == []
    assert [one["spec"] for one in plan["changes"]] == [{"vxlanMode": "Always", "ipipMode": "Never"}]
    with pytest.raises(AnsibleFilterError, match=r"^calico_pool_plan: pools is "):
        calico_pool_plan(7, "192.168.0.0/16", "Always", "Never")
