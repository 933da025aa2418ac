# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.podnet.kubernetes.plugins.filter.connectivity_missing import FilterModule, connectivity_missing

NODES = [{"name": name, "kind": "node", "addresses": ("10.0.0.1",), "node": name, "own": False} for name in ("a", "b")]


def test_a_node_without_an_answer_is_missing():
    unreachable = {"unreachable": True, "msg": "no route", "changed": False}
    found = connectivity_missing(NODES, ["x", "b"], [{"node": "a", "listeners": []}, unreachable], ["", ""])
    assert found == [NODES[0], {**NODES[1], "missing": "b: host b is unreachable: no route"}]
    assert connectivity_missing(found, ["x", "b"], [{"node": "a"}, {}], ["", ""]) == found


def test_a_play_without_a_node_is_an_error():
    with pytest.raises(AnsibleFilterError, match=r"^no host of the play can probe from a node of the cluster: a is no"):
        connectivity_missing(NODES, ["x"], [{}], [""], inventory=["a"])


def test_ansible_finds_the_filter():
    assert FilterModule().filters() == {"connectivity_missing": connectivity_missing}
