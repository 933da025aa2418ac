# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.podnet.kubernetes.plugins.filter.network_families import network_families


@pytest.mark.parametrize(
    ("networks", "families"),
    [
        ("10.22.0.0/16", ["ipv4"]),
        ("10.22.0.0/16,fd10:22::/56", ["ipv4", "ipv6"]),
        ("10.22.0.0/16, fd10:22::/56", ["ipv4", "ipv6"]),
        ("fd10:22::/56", ["ipv6"]),
        ("::ffff:10.0.0.0/104", ["ipv6"]),
        ("10.22.0.0", ["none"]),
        ("10.22.0.0/16,", ["ipv4", "none"]),
        ("pods", ["none"]),
    ],
)
def test_each_network_has_a_family(networks, families):
    assert network_families(networks) == families


def test_bad_input():
    with pytest.raises(AnsibleFilterError, match=r"^network_families: the network is None: give a text"):
        network_families(None)
