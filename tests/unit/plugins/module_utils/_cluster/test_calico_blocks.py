# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.calico_blocks import blocks_without_route

NODES = [{"metadata": {"name": "node1"}}, {"metadata": {"name": "node2"}}]
BLOCK = "192.168.166.128/26"


def affinity(**changes):
    return {"spec": {"cidr": BLOCK, "node": "node1", "state": "confirmed", "deleted": "false", **changes}}


def test_a_block_without_a_route_is_named_once():
    assert blocks_without_route([affinity(), affinity(node="node2")], NODES, [{"dst": "default"}, {}]) == [BLOCK]


def test_a_block_with_a_route_is_not_missing():
    assert blocks_without_route([affinity()], NODES, [{"type": "blackhole", "dst": BLOCK}]) == []


@pytest.mark.parametrize("changes", [{"node": "gone"}, {"state": "pending"}, {"deleted": "true"}, {"deleted": True}])
def test_blocks_that_no_node_uses_are_ignored(changes):
    assert blocks_without_route([affinity(**changes)], NODES, []) == []


def test_bad_input():
    with pytest.raises(InputError, match=r"^routes is an object with no fields"):
        blocks_without_route([affinity()], NODES, {})
