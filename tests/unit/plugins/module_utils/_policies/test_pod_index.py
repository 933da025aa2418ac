# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import ipaddress
from dataclasses import replace

import pytest
from api_objects import pod

from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.pods import NamedPort, read_pods
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.objects import (
    IPBlock,
    LabelSelector,
    Requirement,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.pod_index import PodIndex, positions, union
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.readings import MOST_LENIENT, STRICTEST

HTTP, ADMIN = NamedPort("http", "TCP", 80), NamedPort("http", "TCP", 81)
WEB, DB, HOST = read_pods(
    [
        pod("shop/web", "10.244.1.5", "fd00::5", labels={"app": "web", "tier": "front"}),
        pod("shop/db", "10.244.1.6", labels={"app": "db"}),
        pod("system/proxy", "10.0.0.1", host_network=True),
    ]
)
INDEX = PodIndex(
    [replace(WEB, ports=frozenset([HTTP])), replace(DB, init_ports=frozenset([HTTP])), HOST],
    {"shop": {"team": "shop"}, "system": {}},
)


def selector(*requirements):
    return LabelSelector(tuple(Requirement(*one) for one in requirements))


@pytest.mark.parametrize(
    ("requirements", "found"),
    [
        ([], [0, 1]),
        ([("app", "In", ("web", "other"))], [0]),
        ([("tier", "NotIn", ("front",))], [1]),
        ([("tier", "Exists")], [0]),
        ([("tier", "DoesNotExist")], [1]),
        ([("app", "Exists"), ("tier", "DoesNotExist")], [1]),
    ],
)
def test_pods_of_a_selector(requirements, found):
    assert list(positions(INDEX.select("shop", selector(*requirements)))) == found


def test_a_selector_of_namespaces_takes_the_place_of_the_namespace():
    assert list(positions(INDEX.select("shop", None, selector(("team", "DoesNotExist"))))) == [2]
    assert INDEX.select("shop", None, selector()) == INDEX.everyone == 0b111


@pytest.mark.parametrize(
    ("block", "excepted", "found"),
    [("10.244.1.0/24", [], [0, 1]), ("10.244.1.0/24", ["10.244.1.6/32"], [0]), ("fd00::/64", [], [0])],
)
def test_pods_in_a_block(block, excepted, found):
    holes = tuple(map(ipaddress.ip_network, excepted))
    assert list(positions(INDEX.within(IPBlock(ipaddress.ip_network(block), holes)))) == found


def test_pods_with_a_named_port():
    assert list(positions(INDEX.naming(HTTP, STRICTEST))) == [0]
    assert list(positions(INDEX.naming(HTTP, MOST_LENIENT))) == [0, 1]
    twice = PodIndex([replace(WEB, ports=frozenset([HTTP, ADMIN]))], {"shop": {}})
    assert (twice.naming(HTTP, STRICTEST), twice.naming(HTTP, MOST_LENIENT)) == (0, 1)


def test_pods_by_family_network_and_node():
    assert INDEX.members == {"ipv4": 0b111, "ipv6": 0b001}
    assert (INDEX.host_network, dict(INDEX.nodes)) == (0b100, {"node1": 0b111})


def test_masks():
    assert union([0b001, 0b100]) == 0b101
    assert list(positions(0b1010)) == [1, 3]
    assert union([]) == 0
