# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.matrix_text import draw_matrix
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.oracle import ask


def pod(name, *addresses, app=None):
    namespace, name = name.split("/")
    metadata = {"namespace": namespace, "name": name, "labels": {"app": app} if app else {}}
    return {"metadata": metadata, "status": {"podIPs": [{"ip": address} for address in addresses]}}


def select(app):
    return {"podSelector": {"matchLabels": {"app": app}}}


def draw(pods, specs=(), ports=({"port": 80},), implementation="calico"):
    namespaces = [{"metadata": {"name": name}} for name in {one["metadata"]["namespace"] for one in pods} | {"shop"}]
    policies = [
        {"metadata": {"namespace": "shop", "name": f"p{number}"}, "spec": spec} for number, spec in enumerate(specs)
    ]
    answer = ask(pods, namespaces, policies, list(ports), implementation, ())
    return draw_matrix(answer.matrix, answer.decide_open)


TIERS = [
    pod("shop/api", "10.0.0.1", app="api"),
    pod("shop/db", "10.0.0.2", app="db"),
    pod("shop/web", "10.0.0.3", app="web"),
]
TO_DB = {**select("db"), "ingress": [{"from": [select("api")], "ports": [{"port": 80}]}]}


def test_ports_with_the_same_matrix_share_a_drawing():
    ports = [{"port": 80}, {"port": 81}, {"port": 80, "protocol": "UDP"}]
    assert draw(TIERS, [TO_DB], ports) == [
        "TCP 80:",
        "             1 2 3",
        "  1 shop/api   . .",
        "  2 shop/db  .   .",
        "  3 shop/web . -",
        "",
        "TCP 81, UDP 80:",
        "             1 2 3",
        "  1 shop/api   - .",
        "  2 shop/db  .   .",
        "  3 shop/web . -",
        "",
        ". may connect   - is blocked",
    ]


def test_connections_that_the_api_leaves_open():
    lines = draw(TIERS[:2], [TO_DB], [{"protocol": "ICMP"}], "strict")
    assert lines == [
        "ICMP:",
        "             1 2",
        "  1 shop/api   *",
        "  2 shop/db  *",
        "",
        "* is left to the implementation",
    ]


def test_families():
    pods = [pod("shop/a", "10.0.0.1", "fd00::1"), pod("shop/b", "fd00::2"), pod("shop/c", "10.0.0.3", "fd00::3")]
    lines = draw(pods)
    assert lines[:10] == [
        "TCP 80 (IPv4):",
        "           1 2 3",
        "  1 shop/a     .",
        "  2 shop/b",
        "  3 shop/c .",
        "",
        "TCP 80 (IPv6):",
        "           1 2 3",
        "  1 shop/a   . .",
        "  2 shop/b .   .",
    ]


def test_without_pods_there_is_nothing_to_draw():
    assert draw([]) == []


def replicas(app, count, first):
    return [pod(f"shop/{app}-{number}", f"10.0.{first}.{number}", app=app) for number in range(count)]


def test_pods_that_are_alike_share_a_row_when_there_are_many():
    pods = [*replicas("api", 20, 1), *replicas("db", 10, 2), *replicas("web", 5, 3)]
    specs = [TO_DB, {**select("web"), "policyTypes": ["Ingress"]}]
    assert draw(pods, specs) == [
        "TCP 80:",
        "                           1 2 3",
        "  1 shop/api-0 and 19 more . . -",
        "  2 shop/db-0 and 9 more   . - -",
        "  3 shop/web-0 and 4 more  . - -",
        "",
        ". may connect   - is blocked",
    ]
    # The rows of the groups are those of their pods.
    single = draw([pods[0], pods[1], pods[20], pods[21], pods[30], pods[31]], specs)
    assert [line[14:].replace(" ", "") for line in single[2:8]] == [
        "...--",
        "...--",
        "..---",
        "..---",
        "..---",
        "..---",
    ]


@pytest.mark.parametrize("count", [30, 31])
def test_pods_that_are_not_alike_are_counted_when_there_are_many(count):
    """Each pod lets in one other pod, so no two are alike."""
    names = [f"a{number}" for number in range(count)]
    pods = [pod(f"shop/{name}", f"10.0.1.{number}", app=name) for number, name in enumerate(names)]
    specs = [{**select(name), "ingress": [{"from": [select(before)]}]} for before, name in zip(names, names[1:])]
    lines = draw(pods, specs)
    if count == 30:
        assert len(lines) == 34
    else:
        # 30 pods let in one each. The first one has no policy and lets in all 30 others.
        assert lines == [
            "TCP 80:",
            "                      1",
            "  1 pods of shop 60/930",
            "",
            "allowed/all connections",
        ]
