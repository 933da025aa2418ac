# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.listeners import select_listeners
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.ports import parse_ports

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
    assert select_listeners(LISTENERS, parse_ports(ports)) == expected
