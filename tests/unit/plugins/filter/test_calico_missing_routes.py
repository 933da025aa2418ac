# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.podnet.kubernetes.plugins.filter.calico_missing_routes import FilterModule

calico_missing_routes = FilterModule().filters()["calico_missing_routes"]


def test_blocks_without_a_route():
    affinities = [{"spec": {"cidr": "192.168.166.128/26", "node": "node1", "state": "confirmed"}}]
    nodes = [{"metadata": {"name": "node1"}}]
    assert calico_missing_routes([], affinities, nodes) == ["192.168.166.128/26"]
    assert calico_missing_routes([{"dst": "192.168.166.128/26"}], affinities, nodes) == []
    with pytest.raises(AnsibleFilterError, match=r"^calico_missing_routes: routes is an object with no fields"):
        calico_missing_routes({}, affinities, nodes)
