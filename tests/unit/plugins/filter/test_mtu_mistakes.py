# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.podnet.kubernetes.plugins.filter.mtu_mistakes import FilterModule

mtu_mistakes = FilterModule().filters()["mtu_mistakes"]


def test_an_mtu():
    nodes = {"node1": {"interface": "eth1", "mtu": 1500}}
    assert mtu_mistakes(nodes, "a_mtu", 1500) == []
    assert mtu_mistakes(nodes, "a_mtu", 1500, 50) == [
        "a_mtu is 1500, and the NIC eth1 of node1 carries 1500 bytes: give at most 1450, or leave it out"
    ]
    with pytest.raises(AnsibleFilterError, match=r"^mtu_mistakes: a_mtu is 'abc': give a whole number"):
        mtu_mistakes(nodes, "a_mtu", "abc")
