# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.podnet.kubernetes.plugins.filter.flannel_nic import FilterModule

flannel_nic = FilterModule().filters()["flannel_nic"]
ADDRESS = {"address": "10.100.198.201", "interface": "enp0s8", "network": "10.100.198.0/24", "mtu": 1500}


@pytest.mark.parametrize(
    ("value", "network", "interface", "shared"),
    [
        (None, None, "enp0s8", False),
        ("enp0s8", None, "enp0s8", True),
        ("eth1.20", None, "eth1.20", False),
        ("10.100.198.0/24", "10.100.198.0/24", None, True),
        ("10.0.2.0/24", "10.0.2.0/24", None, False),
        # podnet_node_network of two families.
        ("10.100.198.0/24,fd00::/64", "10.100.198.0/24", None, True),
        ("10.100.198.201", None, "enp0s8", False),
        ("^10[.]100[.]", None, "enp0s8", False),
        ("a-name-of-16-let", None, "enp0s8", False),
    ],
)
def test_the_nic_to_which_a_value_leads(value, network, interface, shared):
    assert flannel_nic(value, ADDRESS) == {"network": network, "interface": interface, "shared": shared}


def test_bad_input():
    with pytest.raises(AnsibleFilterError, match=r"^flannel_interface is \['enp0s8'\]: give a text"):
        flannel_nic(["enp0s8"], ADDRESS)
    with pytest.raises(AnsibleFilterError, match=r"^node_address is 'enp0s8': "):
        flannel_nic(None, "enp0s8")
