# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.podnet.kubernetes.plugins.filter.network_problems import FilterModule

network_problems = FilterModule().filters()["network_problems"]


def test_nodes_and_pods_that_are_not_ready():
    nodes = [{"metadata": {"name": "node1"}, "status": {"conditions": [{"type": "Ready", "status": "True"}]}}]
    assert network_problems(nodes, []) == []
    assert network_problems(nodes, [], "kube-flannel-ds") == ["node1 has no pod of the DaemonSet kube-flannel-ds"]
    with pytest.raises(AnsibleFilterError, match=r"^network_problems: .*kind is 'Pod', not 'Node'"):
        network_problems([{"kind": "Pod"}], [])
