# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.podnet.kubernetes.plugins.filter.policy_scope import FilterModule

policy_scope = FilterModule().filters()["policy_scope"]


def test_services_of_others_are_asked_by_tcp():
    api = {"name": "shop/api", "kind": "pod", "own": False, "uids": ["1"]}
    services = [
        {"name": "shop/api:80", "kind": "service", "own": False},
        {"name": "shop/api:80@a", "kind": "nodeport", "own": False},
    ]
    left_out = [{"name": "podnet/on-a:80", "kind": "service", "own": True}, {"name": "a", "kind": "node"}]
    found = policy_scope([api, *left_out, *services], [], [], [{"port": 53, "protocol": "UDP"}])
    assert (found["endpoints"], found["checks"]) == ([api, *services], ["udp", "tcp"])


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
