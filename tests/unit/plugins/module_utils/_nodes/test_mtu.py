# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.mtu import find_mistakes

NODES = {
    "master": {"interface": "enp0s8", "mtu": 1500},
    "node1": {"interface": "enp0s8", "mtu": 1500},
    "node2": {"interface": "eth1", "mtu": 9000},
}


@pytest.mark.parametrize(("value", "overhead"), [(None, 50), (1500, 0), ("1450", 50), (576, 924)])
def test_an_mtu_that_all_nics_carry(value, overhead):
    assert find_mistakes(NODES, "a_mtu", value, overhead) == []


@pytest.mark.parametrize(("value", "overhead", "most"), [(1501, 0, 1500), (1451, 50, 1450), ("9000", 0, 1500)])
def test_an_mtu_that_some_nics_do_not_carry(value, overhead, most):
    assert find_mistakes(NODES, "a_mtu", value, overhead) == [
        f"a_mtu is {value}, and the NIC enp0s8 of master and node1 carries 1500 bytes: give at most {most}, or leave "
        "it out"
    ]


def test_each_nic_has_its_sentence():
    assert len(find_mistakes(NODES, "a_mtu", 9001, 0)) == 2


@pytest.mark.parametrize(
    ("nodes", "value", "sentence"),
    [
        (NODES, "abc", "a_mtu is 'abc': give a whole number"),
        ("node1", 1500, "the node addresses is 'node1': give a dict"),
        ({"node1": {}}, 1500, "the node_address of node1 has no interface or no mtu: give what node_address returns"),
    ],
)
def test_bad_input(nodes, value, sentence):
    with pytest.raises(InputError) as raised:
        find_mistakes(nodes, "a_mtu", value, 0)
    assert str(raised.value) == sentence
