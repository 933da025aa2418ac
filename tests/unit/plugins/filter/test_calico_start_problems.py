# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.podnet.kubernetes.plugins.filter.calico_start_problems import FilterModule

calico_start_problems = FilterModule().filters()["calico_start_problems"]


def pod(name, node, ready):
    status = {"containerStatuses": [{"name": "calico-node", "ready": ready, "state": {"running": {}}}]}
    return {"metadata": {"name": name}, "spec": {"nodeName": node}, "status": status}


def test_only_pods_that_are_not_ready():
    log = "[WARNING][9] startup/startup.go 1206: Calico node 'master' is already using the IPv4 address 10.0.2.15."
    logs = [{"item": "a", "log": log}, {"item": "b", "log": log}, {"item": "c", "failed": True}]
    assert calico_start_problems([pod("a", "master", True), pod("b", "node1", False)], logs) == [
        "node1: calico-node does not start with the address 10.0.2.15, because master has the same address"
    ]


@pytest.mark.parametrize(
    ("pods", "logs", "message"),
    [
        ([], {}, r"^calico_start_problems: results is \{\}: give a list"),
        ([{}], [], r"^calico_start_problems: the input is \[\{\}\]: give a list of Pod objects"),
    ],
)
def test_bad_input(pods, logs, message):
    with pytest.raises(AnsibleFilterError, match=message):
        calico_start_problems(pods, logs)
