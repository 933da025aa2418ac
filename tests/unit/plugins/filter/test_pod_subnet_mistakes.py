# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.podnet.kubernetes.plugins.filter.pod_subnet_mistakes import FilterModule

pod_subnet_mistakes = FilterModule().filters()["pod_subnet_mistakes"]


def test_nodes():
    nodes = [{"metadata": {"name": "node1"}, "spec": {"podCIDRs": ["10.244.1.0/24"]}}]
    assert pod_subnet_mistakes(nodes, "net", "10.244.0.0/16") == []
    assert len(pod_subnet_mistakes(nodes, "net", "10.22.0.0/16")) == 1
    with pytest.raises(AnsibleFilterError, match=r"^pod_subnet_mistakes: "):
        pod_subnet_mistakes(nodes, "net", "10.22.0.1/16")
