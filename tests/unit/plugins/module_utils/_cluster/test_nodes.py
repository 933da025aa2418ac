# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re

import pytest
from api_objects import node

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.nodes import Node, read_nodes


def test_internal_addresses_in_their_order():
    assert read_nodes([node("node1", "10.0.0.1", "fd00::1"), node("node2")]) == (
        Node("node1", ("10.0.0.1", "fd00::1")),
        Node("node2", ()),
    )


def test_a_node_without_a_status_has_no_address():
    assert read_nodes([{"kind": "Node", "metadata": {"name": "node1"}}]) == (Node("node1", ()),)


@pytest.mark.parametrize(
    ("nodes", "message"),
    [
        ([node("a"), node("a")], "nodes[1] is a second a: give one object for each node"),
        ([{"metadata": {}}], "nodes[0].metadata.name is None: give the name of the Node"),
        ([{"metadata": {"name": "a"}, "status": []}], "a: status is [], not an object"),
        (
            [{"metadata": {"name": "a"}, "status": {"addresses": "10.0.0.1"}}],
            "a: status.addresses is '10.0.0.1', not a list",
        ),
        (
            [{"metadata": {"name": "a"}, "status": {"addresses": [{"type": "InternalIP", "address": 1}]}}],
            "a: status.addresses[0].address is 1: give a text that is not empty, or leave the field out",
        ),
    ],
)
def test_a_bad_node_is_refused(nodes, message):
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        read_nodes(nodes)
