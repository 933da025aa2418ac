# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.podnet.kubernetes.plugins.filter.host_values import FilterModule

host_values = FilterModule().filters()["host_values"]


def test_values_of_hosts():
    hostvars = {"node1": {"address": {"ipv4": "10.0.0.2"}}, "node2": {}}
    assert host_values(hostvars, ["node1", "node2"], "address.ipv4") == {"node1": "10.0.0.2"}
    with pytest.raises(AnsibleFilterError, match=r"^host_values: node9 has no variables in the input"):
        host_values(hostvars, ["node9"], "address")
