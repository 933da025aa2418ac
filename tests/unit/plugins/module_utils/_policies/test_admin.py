# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Policies of administrators. The expected values are derived by hand from the API's reference, or by a second reading
of it, `decide`, which goes through the objects of one connection at a time and knows no masks."""

from __future__ import annotations

import ipaddress
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.admin import is_admin, parse_admin_policies
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.cells import list_cells
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.oracle import ask

LABELS = {"shop": {"team": "a"}, "lab": {"team": "b"}}
NAMESPACES = [{"metadata": {"name": name, "labels": labels}} for name, labels in LABELS.items()]
# Namespace and name of each pod, its address, its label, and its node when it is on the host network.
WORLD = {
    "shop/api": ("10.0.1.1", "api"),
    "shop/db": ("10.0.1.2", "db"),
    "lab/api": ("10.0.2.3", "api"),
    "lab/host": ("192.168.0.1", "api"),
}
PODS = [
    {
        "metadata": {"namespace": name.partition("/")[0], "name": name.partition("/")[2], "labels": {"app": app}},
        "spec": {
            "nodeName": "node1" if name == "lab/host" else "node2",
            "hostNetwork": name == "lab/host",
            "containers": [{"ports": [{"name": "http", "containerPort": 80}]}],
        },
        "status": {"podIPs": [{"ip": address}]},
    }
    for name, (address, app) in WORLD.items()
]
EVERYBODY = {"namespaces": {}}
TEAM_A = {"namespaces": {"matchLabels": {"team": "a"}}}
API = {"pods": {"namespaceSelector": {}, "podSelector": {"matchLabels": {"app": "api"}}}}


def admin(name="ops", priority=10, subject=None, **rules):
    spec = {"priority": priority, "subject": TEAM_A if subject is None else subject, **rules}
    return {"kind": "AdminNetworkPolicy", "metadata": {"name": name}, "spec": spec}


def baseline(subject=None, **rules):
    spec = {"subject": TEAM_A if subject is None else subject, **rules}
    return {"kind": "BaselineAdminNetworkPolicy", "metadata": {"name": "default"}, "spec": spec}


def network(**spec):
    metadata = {"namespace": "shop", "name": "own"}
    return {"kind": "NetworkPolicy", "metadata": metadata, "spec": {"podSelector": {}, **spec}}


def rule(action, *peers, ports=None, way="from"):
    return {"action": action, way: list(peers), **({} if ports is None else {"ports": ports})}


def cells(*policies, port=80, stored=()):
    answer = ask(PODS, NAMESPACES, list(policies), [{"port": port}], "calico", list(stored))
    return {(one.source, one.target): one for one in list_cells(answer.matrix, answer.decide_open)}


def blocked(*policies, **more):
    return {pair for pair, one in cells(*policies, **more).items() if not one.allowed}


def into(target, *sources):
    return {(source, target) for source in sources}


DENY_API = rule("Deny", API)
FROM_LAB = into("shop/api", "lab/api") | into("shop/db", "lab/api")
NOBODY = network(policyTypes=["Ingress"])


@pytest.mark.parametrize(
    ("policies", "expected"),
    [
        # Denied before NetworkPolicies, which would let everybody in. A peer is never a host-network pod.
        ([admin(ingress=[DENY_API]), network(ingress=[{}])], FROM_LAB | into("shop/db", "shop/api")),
        # Allowed before NetworkPolicies, which would let nobody in.
        (
            [admin(ingress=[rule("Allow", API)]), NOBODY],
            into("shop/api", "shop/db", "lab/host") | into("shop/db", "lab/host"),
        ),
        # The first rule that matches decides.
        ([admin(ingress=[rule("Allow", EVERYBODY), DENY_API])], set()),
        # So does the smaller priority.
        ([admin("a", 20, ingress=[DENY_API]), admin("b", 10, ingress=[rule("Allow", EVERYBODY)])], set()),
        # A rule that passes leaves it to the NetworkPolicies, and skips the rules after it.
        ([admin(ingress=[rule("Pass", API), DENY_API])], set()),
        (
            [admin(ingress=[rule("Pass", API), rule("Allow", EVERYBODY)]), NOBODY],
            FROM_LAB | into("shop/db", "shop/api") | into("shop/api", "lab/host") | into("shop/db", "lab/host"),
        ),
        # The baseline counts for pods that no NetworkPolicy selects.
        ([baseline(ingress=[DENY_API])], FROM_LAB | into("shop/db", "shop/api")),
        ([baseline(ingress=[DENY_API]), network(ingress=[{}])], set()),
        ([baseline(ingress=[DENY_API]), admin(ingress=[rule("Pass", API)])], FROM_LAB | into("shop/db", "shop/api")),
        ([baseline(ingress=[DENY_API]), admin(ingress=[rule("Allow", API)])], set()),
        # Egress, to networks too, in which pods are as well as addresses outside.
        (
            [admin(egress=[rule("Deny", {"networks": ["10.0.2.0/24", "192.168.0.0/16"]}, way="to")])],
            {(source, target) for source in ("shop/api", "shop/db") for target in ("lab/api", "lab/host")},
        ),
        (
            [baseline(egress=[rule("Deny", API, way="to")]), network(policyTypes=["Egress"], egress=[{}])],
            set(),
        ),
        # Ports.
        ([admin(ingress=[rule("Deny", API, ports=[{"portNumber": {"protocol": "TCP", "port": 81}}])])], set()),
        ([admin(ingress=[rule("Deny", API, ports=[{"portNumber": {"protocol": "UDP", "port": 80}}])])], set()),
        (
            [admin(ingress=[rule("Deny", API, ports=[{"portRange": {"start": 70, "end": 80}}])])],
            FROM_LAB | into("shop/db", "shop/api"),
        ),
        (
            [admin(ingress=[rule("Deny", API, ports=[{"namedPort": "http"}])])],
            FROM_LAB | into("shop/db", "shop/api"),
        ),
        # The subject is never a host-network pod.
        ([admin(subject=EVERYBODY, egress=[rule("Deny", TEAM_A, way="to")])], {
            ("shop/api", "shop/db"), ("shop/db", "shop/api"), ("lab/api", "shop/api"), ("lab/api", "shop/db"),
        }),
    ],
)  # fmt: skip
def test_what_is_blocked(policies, expected):
    assert blocked(*policies) == expected
    assert blocked(stored=policies) == expected


@pytest.mark.parametrize("kind", [[], {}, None, 3, "NetworkPolicy"])
def test_an_object_of_another_kind(kind):
    """Whatever stands there: a file may have a list as its kind."""
    assert not is_admin({"kind": kind})
    assert is_admin({"kind": "AdminNetworkPolicy"})


def test_a_reason_names_policy_and_rule():
    found = cells(admin(ingress=[rule("Pass", TEAM_A), DENY_API]), baseline(egress=[rule("Deny", TEAM_A, way="to")]))
    assert found["lab/api", "shop/db"].because == "ingress: denied by AdminNetworkPolicy ops ingress[1]"
    assert found["shop/api", "shop/db"].because == "egress: denied by BaselineAdminNetworkPolicy default egress[0]"
    found = cells(admin(ingress=[rule("Allow", API)]), NOBODY)
    assert found["lab/api", "shop/db"].because == (
        "ingress: allowed by AdminNetworkPolicy ops ingress[0]; egress: no policy selects lab/api"
    )


def test_the_implementation_decides_between_equal_priorities():
    """Calico goes by the name. With three of them, the one in the middle counts as well."""
    allow, deny = rule("Allow", API), rule("Deny", API)
    found = cells(admin("a", ingress=[allow]), admin("b", ingress=[deny]), admin("c", ingress=[allow]))
    one = found["lab/api", "shop/db"]
    assert (one.allowed, one.decided_by) == (True, "implementation")
    assert found["shop/db", "shop/api"].decided_by == "api"
    # They agree, or another priority decides.
    agreed = cells(admin("a", ingress=[deny]), admin("b", ingress=[deny]))
    assert {cell.decided_by for pair, cell in agreed.items() if "lab/host" not in pair} == {"api"}
    decided = cells(admin("z", 1, ingress=[allow]), admin("a", ingress=[allow]), admin("b", ingress=[deny]))
    assert decided["lab/api", "shop/db"].decided_by == "api"


def test_among_equal_priorities_one_policy_may_rule_the_way_out_and_another_one_the_way_in():
    """In the order c, b, a the connection is open, and in no rotation of a, b, c."""
    db = {"pods": {"podSelector": {"matchLabels": {"app": "db"}}, "namespaceSelector": {}}}
    found = cells(
        admin("a", subject=EVERYBODY, ingress=[rule("Deny", API)]),
        admin("b", subject=EVERYBODY, ingress=[rule("Allow", API)], egress=[rule("Deny", db, way="to")]),
        admin("c", subject=EVERYBODY, egress=[rule("Allow", db, way="to")]),
    )
    assert found["lab/api", "shop/db"].decided_by == "implementation"


def test_what_is_not_computed_is_a_warning():
    peers = [{"nodes": {}}, {"domainNames": ["example.org"]}]
    policy = admin(egress=[{"action": "Allow", "to": peers}])
    answer = ask(PODS, NAMESPACES, [policy], [{"port": 80}], "calico", [])
    assert answer.warnings == tuple(
        f"AdminNetworkPolicy ops: spec.egress[0].to[{place}].{name} is not computed: the cells of pods do not show its "
        "effect"
        for place, name in enumerate(("nodes", "domainNames"))
    )
    assert all(one.allowed for one in cells(policy).values())


@pytest.mark.parametrize(
    ("policy", "message"),
    [
        (admin(priority=1001), "spec.priority is 1001: give a number from 0 to 1000"),
        (admin(priority=None), "spec.priority is None: give a number from 0 to 1000"),
        (admin(subject={}), "spec.subject has 0 fields: give either namespaces or pods"),
        (admin(ingress=[rule("Log", API)]), "spec.ingress[0].action is 'Log': give Allow, Deny, Pass"),
        (admin(ingress=[rule("Deny")]), "spec.ingress[0].from is empty: give at least one peer"),
        (admin(ingress=[rule("Deny", {"networks": ["10.0.0.0/8"]})]), "spec.ingress[0].from[0].networks is unknown"),
        (admin(egress=[rule("Deny", {"networks": ["x"]}, way="to")]), "spec.egress[0].to[0].networks[0] is 'x': give"),
        (admin(ingress=[rule("Deny", API, ports=[{}])]), "spec.ingress[0].ports[0] has 0 fields: give one of"),
        (
            admin(ingress=[rule("Deny", API, ports=[{"portRange": {"start": 9, "end": 8}}])]),
            "spec.ingress[0].ports[0].portRange.end 8 is smaller than start 9",
        ),
        (admin() | {"apiVersion": "v1"}, "apiVersion is 'v1': give policy.networking.k8s.io/v1alpha1"),
    ],
)
def test_what_the_api_refuses(policy, message):
    with pytest.raises(InputError, match=f"^AdminNetworkPolicy ops: {re.escape(message)}"):
        parse_admin_policies([policy])


def test_a_baseline_passes_nothing_on_and_no_policy_is_there_twice():
    with pytest.raises(InputError, match=r"action is 'Pass': give Allow, Deny$"):
        parse_admin_policies([baseline(ingress=[rule("Pass", API)])])
    with pytest.raises(InputError, match=r"^there is a second AdminNetworkPolicy ops: "):
        parse_admin_policies([admin(), admin()])


# A second reading of the reference, one connection at a time.
def chosen(choice, name):
    """Whether a subject or a peer chooses a pod."""
    if name == "lab/host":
        return "networks" in choice and any(
            ipaddress.ip_address(WORLD[name][0]) in ipaddress.ip_network(one) for one in choice["networks"]
        )
    namespace = name.partition("/")[0]
    if "networks" in choice:
        return any(ipaddress.ip_address(WORLD[name][0]) in ipaddress.ip_network(one) for one in choice["networks"])
    if "namespaces" in choice:
        return choice["namespaces"].get("matchLabels", {}).items() <= LABELS[namespace].items()
    return choice["pods"]["podSelector"]["matchLabels"]["app"] == WORLD[name][1]


def first(policies, direction, subject, peer):
    for policy in policies:
        spec = policy["spec"]
        if chosen(spec["subject"], subject):
            for one in spec.get(direction, []):
                if any(chosen(choice, peer) for choice in one.get("from", one.get("to"))):
                    return one["action"]
    return None


def is_open(direction, subject, peer, tiers):
    admins, networks, last = tiers
    action = first(sorted(admins, key=lambda one: one["spec"]["priority"]), direction, subject, peer)
    if action in ("Allow", "Deny"):
        return action == "Allow"
    judging = [
        one for one in networks if subject.startswith("shop/") and direction.capitalize() in one["spec"]["policyTypes"]
    ]
    if judging:
        return any(one["spec"].get(direction) for one in judging)
    return first(last, direction, subject, peer) != "Deny"


PEERS = st.sampled_from([EVERYBODY, TEAM_A, API])
TO = st.one_of(PEERS, st.just({"networks": ["10.0.2.0/24"]}), st.just({"networks": ["192.168.0.0/16", "10.0.1.0/31"]}))


def rules(actions):
    actions = st.sampled_from(actions)
    ingress = st.builds(rule, actions, PEERS)
    egress = st.builds(lambda action, peer: rule(action, peer, way="to"), actions, TO)
    return {"ingress": st.lists(ingress, max_size=3), "egress": st.lists(egress, max_size=3)}


ADMINS = st.lists(
    st.builds(admin, st.just("x"), st.integers(0, 1000), PEERS, **rules(["Allow", "Deny", "Pass"])),
    max_size=3,
    unique_by=lambda one: one["spec"]["priority"],
)
NETWORKS = st.lists(
    st.builds(
        network,
        policyTypes=st.sampled_from([["Ingress"], ["Egress"], ["Ingress", "Egress"]]),
        ingress=st.sampled_from([[], [{}]]),
        egress=st.just([]),
    ),
    max_size=1,
)


@given(ADMINS, NETWORKS, st.lists(st.builds(baseline, PEERS, **rules(["Allow", "Deny"])), max_size=1))
@settings(deadline=None)
def test_all_cells_are_as_a_second_reading_has_them(admins, networks, last):
    for number, one in enumerate(admins):
        one["metadata"] = {"name": f"admin{number}"}
    for (source, target), cell in cells(*admins, *networks, *last).items():
        expected = source == target or (
            is_open("ingress", target, source, (admins, networks, last))
            and is_open("egress", source, target, (admins, networks, last))
        )
        assert cell.allowed == expected, (source, target, cell.because)
        if source != target:
            assert ("denied" in cell.because or "no rule allows" in cell.because) != expected
