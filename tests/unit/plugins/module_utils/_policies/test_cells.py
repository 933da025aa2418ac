# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.namespaces import read_namespaces
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.expected_cells import ExpectedCell
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.cells import list_cells
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.matrix import expected_matrix
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.objects import parse_policies
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.pods import choose_pods
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.ports import parse_ports
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.readings import STRICTEST


def pod(name, ip, app=None, **spec):
    return {
        "metadata": {"namespace": "shop", "name": name, "labels": {"app": app} if app else {}},
        "spec": {"nodeName": "node1", **spec},
        "status": {"podIPs": [{"ip": one} for one in ip.split()]},
    }


API, DB = pod("api", "10.0.0.1", "api"), pod("db", "10.0.0.2", "db")
NEAR = pod("near", "192.168.0.1", "agent", hostNetwork=True)
FAR = pod("far", "192.168.0.2", "agent", hostNetwork=True, nodeName="node2")


def select(app):
    return {"podSelector": {"matchLabels": {"app": app}}}


def cells(policies, pods=(API, DB), ports=({"port": 80},)):
    """Return the cells of policies, a dict of specs by name."""
    objects = [{"metadata": {"namespace": "shop", "name": name}, "spec": spec} for name, spec in policies.items()]
    namespaces = read_namespaces([{"metadata": {"name": "shop"}}])
    return list(
        list_cells(expected_matrix(choose_pods(pods).pods, namespaces, parse_policies(objects), parse_ports(ports)))
    )


def cell(policies, source, target, **more):
    (found,) = [one for one in cells(policies, **more) if (one.source, one.target) == (source, target)]
    return found


def test_a_cell():
    assert cell({"deny-all": {}}, "shop/api", "shop/db") == ExpectedCell(
        source="shop/api",
        target="shop/db",
        port=80,
        protocol="TCP",
        family="ipv4",
        allowed=False,
        because="ingress: selected by shop/deny-all, and no rule allows it",
        decided_by="api",
    )


@pytest.mark.parametrize(
    ("port", "pods", "allowed"),
    [
        ({"port": 80}, (API, DB), False),
        ({"protocol": "ICMP"}, (API, DB), None),
        ({"port": 80}, (FAR, DB), None),  # only an implementation says whether a selector matches a host-network pod
    ],
)
def test_a_matrix_that_leaves_open_cells_undecided(port, pods, allowed):
    policies = parse_policies(
        [
            {
                "metadata": {"namespace": "shop", "name": "p"},
                "spec": {"podSelector": {}, "ingress": [{"from": [select("agent")]}]},
            }
        ]
    )
    namespaces = read_namespaces([{"metadata": {"name": "shop"}}])
    made = expected_matrix(choose_pods(pods).pods, namespaces, policies, parse_ports([port]), STRICTEST)
    found = next(one for one in list_cells(made, decide_open=False) if one.source != one.target == "shop/db")
    assert found.allowed is allowed
    assert found.decided_by == ("implementation" if allowed is None else "api")
    assert ("leaves this connection to the implementation" in found.because) == (allowed is None)


def test_the_order_and_number_of_cells():
    pods = [pod("a", "10.0.0.1 fd00::1"), pod("b", "fd00::2 10.0.0.2"), pod("c", "10.0.0.3")]
    found = cells({}, pods, [{"port": 80}, {"protocol": "ICMP"}])
    assert [(one.source[-1] + one.target[-1], one.family[-1], one.port) for one in found] == [
        (pair, family, port)
        for pair in ("aa", "ab", "ac", "ba", "bb", "bc", "ca", "cb", "cc")
        for family in ("46" if "c" not in pair else "4")
        for port in (80, None)
    ]


FROM_API = {**select("db"), "ingress": [{"from": [select("db")]}, {"from": [select("api")]}]}
FROM_BLOCK = {**select("db"), "ingress": [{"from": [{"ipBlock": {"cidr": "192.168.0.0/24"}}]}]}
TUNNEL = "shop/far has the address of node2, or through an overlay that of the tunnel"
HOST = "is on the host network, where policies have no effect"
NONE_FAR = f"egress: shop/far {HOST}"


@pytest.mark.parametrize(
    ("policies", "source", "target", "allowed", "because"),
    [
        ({}, "api", "db", True, "ingress: no policy selects shop/db; egress: no policy selects shop/api"),
        ({"deny-all": {}}, "db", "db", True, "a pod always reaches itself"),
        (
            {"db-policy": FROM_API},
            "api",
            "db",
            True,
            "ingress: allowed by shop/db-policy ingress[1]; egress: no policy selects shop/api",
        ),
        # All rules that allow it, and of many policies only the first.
        (
            {"b": FROM_API, "a": {"ingress": [{}]}},
            "api",
            "db",
            True,
            "ingress: allowed by shop/b ingress[1], shop/a ingress[0]; egress: no policy selects shop/api",
        ),
        (
            {name: {} for name in "abcde"},
            "api",
            "db",
            False,
            "ingress: selected by shop/a, shop/b, shop/c and 2 more, and no rule allows it",
        ),
        # Of a cell that is denied only the directions that deny it.
        (
            {"out": {**select("api"), "policyTypes": ["Egress"]}},
            "api",
            "db",
            False,
            "egress: selected by shop/out, and no rule allows it",
        ),
        (
            {"in": select("db"), "out": {**select("api"), "policyTypes": ["Egress"]}},
            "api",
            "db",
            False,
            "ingress: selected by shop/in, and no rule allows it; egress: selected by shop/out, and no rule allows it",
        ),
        (
            {"out": {**select("api"), "policyTypes": ["Egress"], "egress": [{"to": [select("db")]}]}},
            "api",
            "db",
            True,
            "ingress: no policy selects shop/db; egress: allowed by shop/out egress[0]",
        ),
        # Host-network pods.
        ({"deny-all": {}}, "db", "far", True, f"ingress: shop/far {HOST}; egress: no policy selects shop/db"),
        ({"deny-all": {}}, "far", "db", False, "ingress: selected by shop/deny-all, and no rule allows it"),
        (
            {"deny-all": {}},
            "near",
            "db",
            True,
            f"ingress: shop/near is on the network of node1, the target's own node; egress: shop/near {HOST}",
        ),
        (
            {"db-policy": FROM_BLOCK},
            "far",
            "db",
            True,
            f"ingress: allowed by shop/db-policy ingress[0]; {NONE_FAR}; {TUNNEL}",
        ),
        (
            {"db-policy": {**select("db"), "ingress": [{"from": [select("agent")]}]}},
            "far",
            "db",
            False,
            f"ingress: selected by shop/db-policy, and no rule allows it; {TUNNEL}",
        ),
        ({}, "far", "db", True, f"ingress: no policy selects shop/db; {NONE_FAR}"),
    ],
)
def test_because(policies, source, target, allowed, because):
    found = cell(policies, f"shop/{source}", f"shop/{target}", pods=(API, DB, NEAR, FAR))
    assert (found.allowed, found.because) == (allowed, because)


def test_decided_by():
    assert cell({"db-policy": FROM_API}, "shop/api", "shop/db").decided_by == "api"
    assert cell({}, "shop/api", "shop/db", ports=[{"protocol": "ICMP"}]).decided_by == "implementation"
    block = {**select("db"), "ingress": [{"from": [{"ipBlock": {"cidr": "10.0.0.0/24"}}]}]}
    assert cell({"db-policy": block}, "shop/api", "shop/db").decided_by == "implementation"
