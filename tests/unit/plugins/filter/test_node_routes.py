# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.podnet.kubernetes.plugins.filter.node_routes import FilterModule

node_routes = FilterModule().filters()["node_routes"]


def test_routes_of_a_node():
    allocation = {"master": ["10.22.1.0/24"], "node1": ["10.22.2.0/24"]}
    addresses = {"master": "10.100.198.200", "node1": "10.100.198.201"}
    assert node_routes(allocation, addresses, "node1") == {"10.22.1.0/24": "10.100.198.200"}
    with pytest.raises(AnsibleFilterError, match=r"^node_routes: node is node9, which has no subnet"):
        node_routes(allocation, addresses, "node9")
