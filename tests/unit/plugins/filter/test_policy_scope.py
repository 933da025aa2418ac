# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.podnet.kubernetes.plugins.filter.policy_scope import FilterModule

policy_scope = FilterModule().filters()["policy_scope"]


def test_the_scope_of_a_proof():
    api = {"name": "shop/api", "kind": "pod", "own": False, "uids": ["1"]}
    listeners = [{"endpoint": "shop/api", "protocol": protocol, "port": 80} for protocol in ("tcp", "udp")]
    pods = [{"metadata": {"name": "api", "uid": "1"}}, {"metadata": {"name": "agent", "uid": "2"}}]
    assert policy_scope([api], listeners, pods, [{"port": 80}]) == {
        "endpoints": [api],
        "listeners": listeners[:1],
        "checks": ["tcp"],
        "pods": pods[:1],
        "canaries": [],
        "canary_listeners": [],
    }
    with pytest.raises(AnsibleFilterError, match="ports is empty"):
        policy_scope([api], listeners, pods, [])
