# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.ports import parse_ports
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.scope import find_scope

# The second UID is that of a static pod's mirror.
API = {"name": "shop/api", "kind": "pod", "own": False, "uids": ["1", "2"]}
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
    assert find_scope([API], LISTENERS, [], parse_ports(ports)).listeners == expected


@pytest.mark.parametrize(
    ("protocols", "checks"), [(("UDP", "ICMP", "TCP"), ["udp", "icmp", "tcp"]), (("SCTP",), []), ((None,), ["tcp"])]
)
def test_the_protocols_that_are_probed(protocols, checks):
    ports = [
        {"port": port, **({"protocol": one} if one else {})} if one != "ICMP" else {"protocol": "ICMP"}
        for one in protocols
        for port in (80, 81)
    ]
    assert find_scope([API], LISTENERS, [], parse_ports(ports)).checks == checks


def test_canaries_stand_apart_and_other_endpoints_are_left_out():
    canary = {"name": "podnet-connectivity/node1-1", "kind": "pod", "own": True, "uids": ["9"]}
    others = [{"name": "node1", "kind": "node"}, {"name": "web", "kind": "service", "own": True}]
    at_canary = [{"endpoint": canary["name"], "protocol": "udp", "port": 8080}]
    at_node = [{"endpoint": "node1", "protocol": "tcp", "port": 80}]
    pods = [{"metadata": {"name": name, "uid": uid}} for name, uid in (("api", "2"), ("node1-1", "9"), ("old", "3"))]
    scope = find_scope(
        [API, canary, *others],
        [*LISTENERS, *at_canary, *at_node],
        [*pods, {"metadata": {}}],
        parse_ports([{"port": 80}]),
    )
    assert (scope.endpoints, scope.canaries) == ([API], [canary])
    assert (scope.listeners, scope.canary_listeners) == (LISTENERS[:1], at_canary)
    assert scope.pods == pods[:1]
