# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.podnet.kubernetes.plugins.filter.flannel_interface_arguments import FilterModule

flannel_interface_arguments = FilterModule().filters()["flannel_interface_arguments"]


@pytest.mark.parametrize(
    ("value", "arguments"),
    [
        (None, []),
        ("enp0s8", ["--iface=enp0s8"]),
        ("10.100.198.0/24", ["--iface-regex=^10[.]100[.]198[.][0-9]{1,3}$"]),
    ],
)
def test_flannel_interface_arguments(value, arguments):
    assert flannel_interface_arguments(value) == arguments


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("fd00::/64", "^flannel_interface fd00::/64 is an IPv6 network"),
        (["enp0s8"], r"^flannel_interface is \['enp0s8'\]: give the name of a NIC"),
        (False, "^flannel_interface is False: give the name of a NIC"),
    ],
)
def test_bad_input(value, message):
    with pytest.raises(AnsibleFilterError, match=message):
        flannel_interface_arguments(value)
