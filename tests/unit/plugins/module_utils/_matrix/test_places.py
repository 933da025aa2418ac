# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import Cell, Endpoint
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.places import place_of

PODS = {"overlay_nodes": ("node1",)}  # a backend that is no host-network pod


@pytest.mark.parametrize(
    ("target", "relation"),
    [
        (Endpoint("pod", "pod", (), node="node1"), "same"),
        (Endpoint("pod", "pod", (), node="node2"), "other"),
        (Endpoint("node2", "node", ()), "other"),
        (Endpoint("service", "service", (), backend_nodes=("node1",), **PODS), "same"),
        (Endpoint("service", "service", (), backend_nodes=("node2",), **PODS), "other"),
        (Endpoint("service", "service", (), backend_nodes=("node1", "node2"), **PODS), "several"),
        (Endpoint("service", "service", (), backend_nodes=("node1",)), "host"),
        (Endpoint("port", "nodeport", (), backend_nodes=("node1",), via="node1", **PODS), "delivered"),
        (Endpoint("port", "nodeport", (), backend_nodes=("node1",), via="node2", **PODS), "forwarded"),
        (Endpoint("outside", "outside", ()), ""),
    ],
)
def test_relation_to_a_source_on_node1(target, relation):
    source = Endpoint("source", "pod", (), node="node1")
    cell = Cell("source", target.name, "tcp", "ipv4", 80, "reached")
    place = place_of(cell, {"source": source, target.name: target})
    assert (place.source_node, place.target, place.relation) == ("node1", target.name, relation)
