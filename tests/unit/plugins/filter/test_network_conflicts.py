# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.podnet.kubernetes.plugins.filter.network_conflicts import FilterModule

network_conflicts = FilterModule().filters()["network_conflicts"]


def test_network_conflicts():
    entries = [
        {"name": "pod network", "variable": "podnet_pod_network", "network": "10.244.0.0/16"},
        {"name": "node network", "network": "10.244.3.0/24", "where": "node2, enp0s8"},
    ]
    assert network_conflicts(entries) == [
        "pod network 10.244.0.0/16 (podnet_pod_network) overlaps the node network 10.244.3.0/24 (node2, enp0s8): "
        "choose another podnet_pod_network"
    ]


def test_no_conflicts():
    assert (
        network_conflicts(({"name": "pod network", "network": "10.244.0.0/16", "variable": None, "where": None},)) == []
    )


ENTRY = "network_conflicts wants entries with name and network, perhaps variable and where, not "


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("10.244.0.0/16", "network_conflicts wants a list of networks, not '10.244.0.0/16'"),
        ({}, "network_conflicts wants a list of networks, not {}"),
        (7, "network_conflicts wants a list of networks, not 7"),
        (["10.244.0.0/16"], f"{ENTRY}'10.244.0.0/16'"),
        ([{"name": "a"}], f"{ENTRY}{{'name': 'a'}}"),
        ([{"name": "a", "network": "::/0", "node": "b"}], f"{ENTRY}{{'name': 'a', 'network': '::/0', 'node': 'b'}}"),
        ([{"name": "a", "network": None}], "a is None, not a text: give a network, such as 10.244.0.0/16"),
        ([{"name": "a", "network": 10, "variable": "b"}], "b is 10, not a text: give a network, such as 10.244.0.0/16"),
    ],
)
def test_bad_input(value, message):
    with pytest.raises(AnsibleFilterError, match=f"^{re.escape(message)}$"):
        network_conflicts(value)
