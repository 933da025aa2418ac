# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.podnet.kubernetes.plugins.filter.policy_listeners import FilterModule

policy_listeners = FilterModule().filters()["policy_listeners"]
LISTENERS = [
    {"endpoint": "shop/api", "protocol": protocol, "port": port} for port in (80, 81) for protocol in ("tcp", "udp")
]


@pytest.mark.parametrize(
    ("ports", "expected"),
    [
        ([{"port": 80}], LISTENERS[:1]),
        ([{"port": 80, "protocol": "UDP"}, {"port": 81, "protocol": "TCP"}], LISTENERS[1:3]),
        ([{"protocol": "ICMP"}], []),
        ([{"port": 80, "protocol": "SCTP"}], []),
    ],
)
def test_the_listeners_at_the_ports(ports, expected):
    assert policy_listeners(LISTENERS, ports) == expected


def test_ports_that_are_none():
    with pytest.raises(AnsibleFilterError, match="ports is empty"):
        policy_listeners(LISTENERS, [])
