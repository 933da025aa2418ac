# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.podnet.kubernetes.plugins.filter.calico_missing_routes import calico_missing_routes

NODES = [{"metadata": {"name": "node1"}}, {"metadata": {"name": "node2"}}]
BLOCK = "192.168.166.128/26"


def affinity(**changes):
    return {"spec": {"cidr": BLOCK, "node": "node1", "state": "confirmed", "deleted": "false", **changes}}


def test_a_block_without_a_route_is_named_once():
    assert calico_missing_routes([{"dst": "default"}, {}], [affinity(), affinity(node="node2")], NODES) == [BLOCK]


def test_a_block_with_a_route_is_not_missing():
    assert calico_missing_routes([{"type": "blackhole", "dst": BLOCK}], [affinity()], NODES) == []


@pytest.mark.parametrize("changes", [{"node": "gone"}, {"state": "pending"}, {"deleted": "true"}, {"deleted": True}])
def test_blocks_that_no_node_uses_are_ignored(changes):
    assert calico_missing_routes([], [affinity(**changes)], NODES) == []


def test_bad_input():
    with pytest.raises(AnsibleFilterError, match=r"^calico_missing_routes: routes is an object with no fields"):
        calico_missing_routes({}, [affinity()], NODES)
