# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.podnet.kubernetes.plugins.filter.connectivity_full_tables import (
    FilterModule,
    connectivity_full_tables,
)


def test_a_node_without_room(network):
    lab = network(nodes=2, pods=1).options()
    responders = [{"node": "node1", "conntrack": {"used": 10, "most": 50}}, {"node": "node2", "conntrack": None}]
    (sentence,) = connectivity_full_tables(lab["endpoints"], lab["targets"], responders)
    assert sentence.startswith("node1: the probes make up to ")
    responders[0]["conntrack"]["most"] = 65536
    assert connectivity_full_tables(lab["endpoints"], lab["targets"], responders) == []


def test_a_wrong_number_of_attempts():
    with pytest.raises(AnsibleFilterError, match=r"^attempts is 0: give a number from 1"):
        connectivity_full_tables([], [], [], attempts=0)


def test_ansible_finds_the_filter():
    assert FilterModule().filters() == {"connectivity_full_tables": connectivity_full_tables}
