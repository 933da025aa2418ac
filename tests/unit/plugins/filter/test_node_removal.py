# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.podnet.kubernetes.plugins.filter.node_removal import node_removal

READY = {"conditions": [{"type": "Ready", "status": "True"}]}
NODES = [{"kind": "Node", "metadata": {"name": name}, "status": READY} for name in ("node1", "node2")]


@pytest.mark.parametrize("names", [["node1", "node2"], "node1, node2,"])
def test_names_are_a_list_or_a_text(names):
    assert node_removal(NODES, names) == {
        "names": ["node1", "node2"],
        "faults": [],
        "drain": ["node1", "node2"],
        "silent": [],
        "control_planes": [],
    }


def test_other_names_are_refused():
    with pytest.raises(AnsibleFilterError, match="node_removal: names is 3"):
        node_removal(NODES, 3)
