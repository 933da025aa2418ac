# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import ipaddress
import re
import time

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.namespaces import read_namespaces
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.matrix import expected_matrix
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.objects import parse_policies
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.pods import choose_pods
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.ports import parse_ports

TCP = {"port": 80}


def pod(name, ip, labels=None, **spec):
    namespace, name = name.split("/")
    addresses = [{"ip": one} for one in ([ip] if isinstance(ip, str) else ip)]
    return {
        "metadata": {"namespace": namespace, "name": name, "labels": labels or {}},
        "spec": {"nodeName": "node1", **spec},
        "status": {"podIPs": addresses},
    }


def container(*ports, **more):
    return {"ports": [dict(zip(("name", "containerPort", "protocol"), one)) for one in ports], **more}


NAMESPACES = (
    {"metadata": {"name": "shop", "labels": {"team": "a"}}},
    {"metadata": {"name": "lab", "labels": {"team": "b"}}},
)
PODS = (
    pod("shop/api", "10.0.1.1", {"app": "api", "tier": "back"}, containers=[container(("http", 8080))]),
    pod("shop/db", "10.0.1.2", {"app": "db", "tier": "back"}, containers=[container(("http", 80))]),
    pod("shop/web", "10.0.2.3", {"app": "web"}),
    pod("lab/api", "10.0.2.4", {"app": "api"}),
)
NAMES = ["shop/api", "shop/db", "shop/web", "lab/api"]
AGENT = pod("shop/agent", "192.168.0.1", {"app": "api"}, hostNetwork=True)


def matrix(policies, pods=PODS, ports=(TCP,), namespaces=NAMESPACES):
    return expected_matrix(
        choose_pods(pods).pods, read_namespaces(namespaces), parse_policies(policies), parse_ports(list(ports))
    )


def policies_of(specs, namespace="shop"):
    """Return the policies of one or more specs."""
    specs = [specs] if isinstance(specs, dict) else specs
    return [
        {"metadata": {"namespace": namespace, "name": f"p{number}"}, "spec": spec} for number, spec in enumerate(specs)
    ]


def pairs(policies, pods=PODS, port=None, family="ipv4"):
    """Return the pairs of different pods that are allowed."""
    computed = matrix(policies, pods, [port or TCP])
    (layer,) = (one for one in computed.layers if one.family == family)
    return {
        (str(source), str(target))
        for i, source in enumerate(computed.pods)
        for j, target in enumerate(computed.pods)
        if i != j and layer.allows(i, j)
    }


def sources(specs, target="shop/db", **more):
    """Return who reaches the target."""
    return {source for source, one in pairs(policies_of(specs), **more) if one == target}


def targets(specs, source="shop/api", **more):
    """List the pods that the source reaches."""
    return {target for one, target in pairs(policies_of(specs), **more) if one == source}


DB = {"matchLabels": {"app": "db"}}
API = {"matchLabels": {"app": "api"}}
WEB = {"matchLabels": {"app": "web"}}
A = {"matchLabels": {"team": "a"}}
B = {"matchLabels": {"team": "b"}}
ALL = {"shop/api", "shop/web", "lab/api"}  # that could reach shop/db
SHOP = {"shop/api", "shop/web"}


def to_db(*peers, **more):
    """Return a policy for shop/db that lets these peers in."""
    return {"podSelector": DB, "ingress": [{"from": list(peers)}], **more}


def db_port(*ports):
    """Return a policy for shop/db that allows these ports."""
    return {"podSelector": DB, "ingress": [{"ports": list(ports)}]}


@pytest.mark.parametrize(
    ("specs", "expected"),
    [
        # spec.podSelector: the pods that the policy is about; the others stay open.
        ({"podSelector": WEB}, ALL),
        ({"podSelector": DB}, set()),
        # An empty one selects all pods of the policy's namespace; so does none at all.
        ({"podSelector": {}}, set()),
        ({}, set()),
        # When several policies select a pod, their rules add up; one without rules takes nothing away.
        ([to_db({"podSelector": API}), to_db({"podSelector": WEB})], SHOP),
        ([to_db({"podSelector": API}), {"podSelector": {}}], {"shop/api"}),
        # spec.ingress: no policy that selects the pod, and everybody gets in.
        ([], ALL),
        # Traffic gets in when one rule of all the policies that select the pod matches; not by rules of others.
        ({"podSelector": DB, "ingress": [{"from": [{"podSelector": API}]}, {"from": [{"podSelector": WEB}]}]}, SHOP),
        ([{"podSelector": DB}, {"podSelector": WEB, "ingress": [{}]}], set()),
        # An empty list: no source gets in.
        ({"podSelector": DB, "ingress": []}, set()),
        # spec.policyTypes: a policy for egress only does not isolate for ingress, and does not let in.
        ({"podSelector": DB, "policyTypes": ["Egress"]}, ALL),
        ([{"podSelector": DB}, {"podSelector": DB, "policyTypes": ["Egress"], "ingress": [{}]}], set()),
        ({"podSelector": DB, "policyTypes": ["Ingress"]}, set()),
        ({"podSelector": DB, "policyTypes": ["Ingress", "Egress"]}, set()),
        # By default all policies are about ingress, those without an ingress section too.
        ({"podSelector": DB, "egress": [{}]}, set()),
        # from: a list of alternatives.
        (to_db({"podSelector": API}, {"podSelector": WEB}), SHOP),
        # Empty or missing: everybody.
        (to_db(), ALL),
        ({"podSelector": DB, "ingress": [{}]}, ALL),
        # With an item: only those that it matches.
        (to_db({"podSelector": {"matchLabels": {"app": "none"}}}), set()),
        # Both from and ports must match.
        ({"podSelector": DB, "ingress": [{"from": [{"podSelector": API}], "ports": [{"port": 81}]}]}, set()),
        ({"podSelector": DB, "ingress": [{"from": [{"podSelector": API}], "ports": [{"port": 80}]}]}, {"shop/api"}),
        ({"podSelector": DB, "ingress": [{"from": [{"podSelector": API}]}, {"ports": [{"port": 81}]}]}, {"shop/api"}),
        # A peer's podSelector: pods of the policy's namespace; empty, all of them.
        (to_db({"podSelector": API}), {"shop/api"}),
        (to_db({"podSelector": {}}), SHOP),
        # With namespaceSelector: the pods that it selects, in the namespaces selected.
        (to_db({"podSelector": API, "namespaceSelector": B}), {"lab/api"}),
        (to_db({"podSelector": WEB, "namespaceSelector": B}), set()),
        (to_db({"podSelector": API, "namespaceSelector": {}}), {"shop/api", "lab/api"}),
        # Two peers are not one with both.
        (to_db({"podSelector": WEB}, {"namespaceSelector": B}), {"shop/web", "lab/api"}),
        # namespaceSelector alone: all pods of the namespaces selected; empty, of all namespaces.
        (to_db({"namespaceSelector": B}), {"lab/api"}),
        (to_db({"namespaceSelector": A}), SHOP),
        (to_db({"namespaceSelector": {}}), ALL),
        # The label that every namespace has from the API server.
        (to_db({"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "lab"}}}), {"lab/api"}),
        # ipBlock: addresses in cidr, but those in except.
        (to_db({"ipBlock": {"cidr": "10.0.2.0/24"}}), {"shop/web", "lab/api"}),
        (to_db({"ipBlock": {"cidr": "10.0.0.0/16", "except": ["10.0.2.4/32"]}}), SHOP),
        (to_db({"ipBlock": {"cidr": "10.0.0.0/16", "except": ["10.0.2.4/32", "10.0.1.0/24"]}}), {"shop/web"}),
        (to_db({"ipBlock": {"cidr": "10.0.2.3/32"}}), {"shop/web"}),
        (to_db({"ipBlock": {"cidr": "10.0.2.0/25"}}, {"ipBlock": {"cidr": "10.0.1.0/24"}}), ALL),
        # What one block excepts another one may have.
        (
            to_db(
                {"ipBlock": {"cidr": "10.0.0.0/16", "except": ["10.0.2.0/24"]}}, {"ipBlock": {"cidr": "10.0.2.4/32"}}
            ),
            {"shop/api", "lab/api"},
        ),
        # A block of the other address family matches no address of this one, however wide.
        (to_db({"ipBlock": {"cidr": "::/0"}}), set()),
    ],
)
def test_ingress(specs, expected):
    assert sources(specs) == expected


def from_api(*peers, ports=()):
    """Return a policy for shop/api that lets it out to these peers."""
    return {"podSelector": API, "policyTypes": ["Egress"], "egress": [{"to": list(peers), "ports": list(ports)}]}


OTHERS = {"shop/db", "shop/web", "lab/api"}  # than shop/api


@pytest.mark.parametrize(
    ("specs", "expected"),
    [
        # spec.egress: no policy that selects the pod for egress, and it gets out.
        ([], OTHERS),
        ({"podSelector": API}, OTHERS),
        ({"podSelector": WEB, "policyTypes": ["Egress"]}, OTHERS),
        # Empty, nothing gets out; by default an empty list is no egress section.
        ({"podSelector": API, "policyTypes": ["Egress"]}, set()),
        ({"podSelector": API, "policyTypes": ["Egress"], "egress": []}, set()),
        ({"podSelector": API, "egress": []}, OTHERS),
        # By default a policy with an egress rule is about egress.
        ({"podSelector": API, "egress": [{"to": [{"podSelector": DB}]}]}, {"shop/db"}),
        ({"podSelector": API, "policyTypes": ["Ingress"], "egress": [{"to": [{"podSelector": DB}]}]}, OTHERS),
        # One rule of all policies that select the pod is enough.
        ([from_api({"podSelector": DB}), from_api({"podSelector": WEB})], {"shop/db", "shop/web"}),
        # to: alternatives; empty, everybody.
        (from_api({"podSelector": DB}, {"namespaceSelector": B}), {"shop/db", "lab/api"}),
        (from_api(), OTHERS),
        # Selectors are those of the destination.
        (from_api({"podSelector": API}), set()),
        (from_api({"podSelector": API, "namespaceSelector": {}}), {"lab/api"}),
        (from_api({"ipBlock": {"cidr": "10.0.0.0/16", "except": ["10.0.1.0/24"]}}), {"shop/web", "lab/api"}),
        # Both to and ports must match.
        (from_api({"podSelector": DB}, ports=[{"port": 81}]), set()),
        (from_api({"podSelector": DB}, ports=[{"port": 80}, {"port": 81}]), {"shop/db"}),
        (from_api(ports=[{"protocol": "UDP"}]), set()),
        # A name is that of the destination's port, which only shop/db has on 80.
        (from_api(ports=[{"port": "http"}]), {"shop/db"}),
        # Both directions must be open: shop/db lets no source in.
        ([from_api(), {"podSelector": DB}], {"shop/web", "lab/api"}),
        ([from_api({"podSelector": WEB}), to_db({"podSelector": API})], {"shop/web"}),
    ],
)
def test_egress(specs, expected):
    assert targets(specs) == expected


def test_rules_for_ingress_do_not_let_out():
    assert targets([from_api({"podSelector": WEB}), {"podSelector": DB, "ingress": [{}]}]) == {"shop/web"}


def test_a_policy_is_about_its_own_namespace_only():
    assert sources([], "lab/api") == {"shop/api", "shop/db", "shop/web"}
    assert sources({}, "lab/api") == {"shop/api", "shop/db", "shop/web"}
    assert {target for _source, target in pairs(policies_of({}, "lab"))} == {"shop/api", "shop/db", "shop/web"}


@pytest.mark.parametrize(
    ("ports", "allowed"),
    [
        # Empty: all ports and protocols. One item: only the sources that it matches. Several: alternatives.
        ([], ["TCP 79", "TCP 80", "UDP 80", "SCTP 80", "ICMP"]),
        ([{"port": 80}, {"port": 79}], ["TCP 79", "TCP 80"]),
        # protocol: TCP by default.
        ([{"port": 80}], ["TCP 80"]),
        ([{"port": 80, "protocol": "UDP"}], ["UDP 80"]),
        ([{"port": 80, "protocol": "SCTP"}], ["SCTP 80"]),
        # port: missing, all ports of the protocol; with it, protocol and port must match.
        ([{}], ["TCP 79", "TCP 80"]),
        ([{"protocol": "UDP"}], ["UDP 80"]),
        ([{"protocol": "UDP", "port": 81}], []),
        # endPort: a range with both ends.
        ([{"port": 79, "endPort": 80}], ["TCP 79", "TCP 80"]),
        ([{"port": 80, "endPort": 90}], ["TCP 80"]),
        ([{"port": 1, "endPort": 79}], ["TCP 79"]),
        ([{"port": 81, "endPort": 65535}], []),
        ([{"port": 80, "endPort": 80, "protocol": "UDP"}], ["UDP 80"]),
        # A name: the port of that name and protocol in a container of the target.
        ([{"port": "http"}], ["TCP 80"]),
        ([{"port": "http", "protocol": "UDP"}], []),
        ([{"port": "https"}], []),
    ],
)
def test_ports(ports, allowed):
    asked = {
        "TCP 79": {"port": 79},
        "TCP 80": {"port": 80},
        "UDP 80": {"port": 80, "protocol": "UDP"},
        "SCTP 80": {"port": 80, "protocol": "SCTP"},
        "ICMP": {"protocol": "ICMP"},
    }
    assert [name for name, port in asked.items() if sources(db_port(*ports), port=port) == ALL] == allowed
    assert all(sources(db_port(*ports), port=asked[name]) == set() for name in set(asked) - set(allowed))


@pytest.mark.parametrize(
    ("spec", "open_ports"),
    [
        ({"containers": [container(("web", 80))]}, [80]),
        ({"containers": [container(("web", 81))]}, [81]),
        # Different containers, different numbers of one name, another protocol.
        ({"containers": [container(), container(("web", 80), ("web2", 81))]}, [80]),
        ({"containers": [container(("web", 80)), container(("web", 81))]}, [80, 81]),
        ({"containers": [container(("web", 80, "UDP"), ("web", 81, "TCP"))]}, [81]),
        # An init container that goes on running is a container; of the others Calico counts the names too.
        ({"initContainers": [container(("web", 80), restartPolicy="Always")]}, [80]),
        ({"initContainers": [container(("web", 80))]}, [80]),
        ({"containers": [container(("Web", 80))]}, []),
        ({}, []),
    ],
)
def test_names_of_ports_are_resolved_on_each_target(spec, open_ports):
    pods = [*PODS, pod("shop/named", "10.0.3.1", {"app": "named"}, **spec)]
    policy = {"podSelector": {"matchLabels": {"app": "named"}}, "ingress": [{"ports": [{"port": "web"}]}]}
    for number in (80, 81):
        reached = sources(policy, "shop/named", pods=pods, port={"port": number})
        assert reached == ({*ALL, "shop/db"} if number in open_ports else set())


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        # Empty: everything. matchLabels and matchExpressions: all of them must be met.
        ({}, {"api", "db", "web"}),
        ({"matchLabels": {"tier": "back"}}, {"api", "db"}),
        ({"matchLabels": {"tier": "back", "app": "db"}}, {"db"}),
        ({"matchLabels": {"tier": "back"}, "matchExpressions": [{"key": "app", "operator": "Exists"}]}, {"api", "db"}),
        (
            {
                "matchLabels": {"tier": "back"},
                "matchExpressions": [{"key": "app", "operator": "In", "values": ["web"]}],
            },
            set(),
        ),
        # In: one of the values.
        ({"matchExpressions": [{"key": "app", "operator": "In", "values": ["api", "web"]}]}, {"api", "web"}),
        ({"matchExpressions": [{"key": "tier", "operator": "In", "values": ["front"]}]}, set()),
        # NotIn: none of the values; or no such label.
        ({"matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["api"]}]}, {"db", "web"}),
        ({"matchExpressions": [{"key": "tier", "operator": "NotIn", "values": ["back"]}]}, {"web"}),
        ({"matchExpressions": [{"key": "tier", "operator": "NotIn", "values": ["x"]}]}, {"api", "db", "web"}),
        # Exists and DoesNotExist: the key alone.
        ({"matchExpressions": [{"key": "tier", "operator": "Exists"}]}, {"api", "db"}),
        ({"matchExpressions": [{"key": "tier", "operator": "DoesNotExist"}]}, {"web"}),
        ({"matchExpressions": [{"key": "none", "operator": "DoesNotExist"}]}, {"api", "db", "web"}),
        # Values and keys are compared as they are.
        ({"matchLabels": {"app": "API"}}, set()),
        ({"matchLabels": {"App": "api"}}, set()),
    ],
)
def test_label_selectors(selector, expected):
    # As a peer: who reaches lab/api. As the subject: who is isolated.
    peers = [{"podSelector": selector, "namespaceSelector": A}]
    reached = pairs(policies_of({"ingress": [{"from": peers}]}, "lab"))
    assert {source for source, target in reached if target == "lab/api"} == {f"shop/{name}" for name in expected}
    isolated = {target for target in NAMES if not sources({"podSelector": selector}, target)}
    assert isolated == {f"shop/{name}" for name in expected}


def test_expressions_select_namespaces_too():
    selector = {"matchExpressions": [{"key": "team", "operator": "NotIn", "values": ["a"]}]}
    assert sources(to_db({"namespaceSelector": selector})) == {"lab/api"}


def test_a_pod_reaches_itself_under_all_policies():
    computed = matrix(policies_of({"policyTypes": ["Ingress", "Egress"]}), ports=[TCP, {"protocol": "ICMP"}])
    for layer in computed.layers:
        assert [layer.allows(i, i) for i in range(4)] == [True] * 4
        assert not any(layer.implementation_decides(i, i) for i in range(4))
        assert not any(layer.allows(i, j) for i in range(3) for j in range(3) if i != j)


def test_families_are_separate():
    pods = [
        pod("shop/api", ["10.0.0.1", "fd00::1"]),
        pod("shop/db", ["fd00::2", "10.0.0.2"], {"app": "db"}),
        pod("shop/four", "10.0.0.3"),
        pod("shop/six", "fd00::4"),
    ]
    policy = to_db({"ipBlock": {"cidr": "fd00::/64", "except": ["fd00::4/128"]}})
    assert sources(policy, pods=pods, family="ipv6") == {"shop/api"}
    assert sources(policy, pods=pods) == set()
    four, six = matrix([], pods).layers
    assert (four.family, four.members, six.family, six.members) == ("ipv4", 0b0111, "ipv6", 0b1011)
    assert (four.allowed, six.allowed) == ((0b0111, 0b0111, 0b0111, 0), (0b1011, 0b1011, 0, 0b1011))


# Cells that hang on the implementation, each with Calico's answer.
FAR = pod("shop/far", "192.168.0.2", {"app": "api"}, hostNetwork=True, nodeName="node2")


def verdict(specs, source, target, port=None, pods=(*PODS, AGENT, FAR)):
    """Return whether a cell is allowed, and who decides."""
    computed = matrix(policies_of(specs), pods, [port or TCP])
    names = [str(one) for one in computed.pods]
    (layer,) = computed.layers
    ends = names.index(source), names.index(target)
    return layer.allows(*ends), "implementation" if layer.implementation_decides(*ends) else "api"


@pytest.mark.parametrize(
    ("specs", "source", "target", "allowed", "decided_by"),
    [
        # A host-network pod as a source. No policy, or a rule for all sources: the API decides.
        ([], "shop/far", "shop/db", True, "api"),
        (to_db(), "shop/far", "shop/db", True, "api"),
        ({"podSelector": DB}, "shop/far", "shop/db", False, "api"),
        # Its labels do not count for Calico, its node's address does.
        (to_db({"podSelector": API}), "shop/far", "shop/db", False, "implementation"),
        (to_db({"podSelector": WEB}), "shop/far", "shop/db", False, "api"),
        (to_db({"ipBlock": {"cidr": "192.168.0.2/32"}}), "shop/far", "shop/db", True, "implementation"),
        (to_db({"ipBlock": {"cidr": "192.168.0.1/32"}}), "shop/far", "shop/db", False, "api"),
        # The target's own node always gets in.
        ({"podSelector": DB}, "shop/agent", "shop/db", True, "implementation"),
        (to_db({"podSelector": WEB}), "shop/agent", "shop/db", True, "implementation"),
        ([], "shop/agent", "shop/db", True, "api"),
        # As a target it is bound by no policy for ingress ...
        ({"podSelector": API}, "shop/db", "shop/far", True, "implementation"),
        ({"podSelector": WEB}, "shop/db", "shop/far", True, "api"),
        # ... and by none for egress as a source.
        ({"podSelector": API, "policyTypes": ["Egress"]}, "shop/far", "shop/db", True, "implementation"),
        ({"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}, "shop/far", "shop/agent", True, "implementation"),
        # What goes out to one is subject to the policies of the pod that sends it, on its own node too.
        ({"podSelector": DB, "policyTypes": ["Egress"]}, "shop/db", "shop/far", False, "api"),
        ({"podSelector": DB, "policyTypes": ["Egress"]}, "shop/db", "shop/agent", False, "implementation"),
        ({"podSelector": DB, "egress": [{}]}, "shop/db", "shop/far", True, "api"),
        (
            {"podSelector": DB, "egress": [{"to": [{"podSelector": API}]}]},
            "shop/db",
            "shop/far",
            False,
            "implementation",
        ),
        (
            {"podSelector": DB, "egress": [{"to": [{"ipBlock": {"cidr": "192.168.0.2/32"}}]}]},
            "shop/db",
            "shop/far",
            True,
            "implementation",
        ),
        # An ipBlock and pods, only where it decides.
        (to_db({"ipBlock": {"cidr": "10.0.0.0/8"}}), "shop/api", "shop/db", True, "implementation"),
        (to_db({"ipBlock": {"cidr": "10.0.0.0/8"}}, {"podSelector": API}), "shop/api", "shop/db", True, "api"),
        (
            to_db({"ipBlock": {"cidr": "10.0.0.0/8", "except": ["10.0.1.0/24"]}}),
            "shop/api",
            "shop/db",
            False,
            "api",
        ),
        (
            [to_db({"ipBlock": {"cidr": "10.0.0.0/8"}}), {"podSelector": API, "policyTypes": ["Egress"]}],
            "shop/api",
            "shop/db",
            False,
            "api",
        ),
    ],
)
def test_cells_that_the_api_leaves_open(specs, source, target, allowed, decided_by):
    assert verdict(specs, source, target) == (allowed, decided_by)


def test_names_of_ports_that_the_api_leaves_open():
    named = {"egress": [{"ports": [{"port": "web"}]}]}
    host = pod("shop/host", "192.168.0.3", containers=[container(("web", 80))], hostNetwork=True, nodeName="node3")
    init = pod("shop/init", "10.0.3.1", initContainers=[container(("web", 80))])
    assert verdict(named, "shop/db", "shop/host", pods=[*PODS, host]) == (False, "implementation")
    ingress = {"ingress": [{"ports": [{"port": "web"}]}]}
    assert verdict(ingress, "shop/db", "shop/init", pods=[*PODS, init]) == (True, "implementation")


@pytest.mark.parametrize(
    ("containers", "decided_by"),
    [
        ([container(("web", 80))], "api"),
        # The API server stores a pod whose containers share a name. It does not say for which number the name stands.
        ([container(("web", 80)), container(("web", 81))], "implementation"),
        ([container(("web", 81)), container(("web", 80))], "implementation"),
        # The same number twice, and the same name with another protocol, are no question.
        ([container(("web", 80)), container(("web", 80))], "api"),
        ([container(("web", 80)), container(("web", 81, "UDP"))], "api"),
        ([container(("web", 80)), container(("web2", 81))], "api"),
    ],
)
@pytest.mark.parametrize("direction", ["ingress", "egress"])
def test_containers_that_share_the_name_of_a_port(direction, containers, decided_by):
    policy = {"policyTypes": [direction.title()], direction: [{"ports": [{"port": "web"}]}]}
    named = pod("shop/named", "10.0.3.1", containers=containers)
    assert verdict(policy, "shop/db", "shop/named", pods=[*PODS, named]) == (True, decided_by)


def test_an_init_container_that_ends_shares_the_name_of_a_port():
    policy = {"ingress": [{"ports": [{"port": "web"}]}]}
    spec = {"containers": [container(("web", 80))], "initContainers": [container(("web", 81))]}
    named = pod("shop/named", "10.0.3.1", **spec)
    for port in (80, 81):
        answer = verdict(policy, "shop/db", "shop/named", {"port": port}, [*PODS, named])
        assert answer == (True, "implementation")


@pytest.mark.parametrize(
    ("specs", "allowed"),
    [
        ([], True),
        ({"podSelector": DB}, False),
        (to_db({"podSelector": API}), True),
        (to_db({"podSelector": WEB}), False),
        (db_port({"protocol": "TCP"}), False),
    ],
)
def test_icmp_is_an_extension(specs, allowed):
    assert verdict(specs, "shop/api", "shop/db", {"protocol": "ICMP"}) == (allowed, "implementation")


@pytest.mark.parametrize(
    ("pods", "policies", "message"),
    [
        (
            [pod("new/a", "10.0.0.1")],
            [],
            "namespaces lacks new, the namespace of pod new/a: give all namespaces of the cluster",
        ),
        (
            [],
            policies_of({}, "new"),
            "namespaces lacks new, the namespace of policy new/p0: give all namespaces of the cluster",
        ),
    ],
)
def test_an_unknown_namespace_is_refused(pods, policies, message):
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        matrix(policies, pods)


def test_no_pods():
    assert matrix(policies_of({}), []).layers == ()


# The same once more, written cell by cell from the API reference, and slow.

CALICO = {"blocks", "own node enters", "init names", "shared names"}
STRICTEST = {"host is bound"}
LENIENT = {"blocks", "host is a peer", "own node enters", "own node is reached", "init names", "shared names"}


def slow_selects(selector, labels):
    for key, value in selector.get("matchLabels", {}).items():
        if labels.get(key) != value:
            return False
    for one in selector.get("matchExpressions", []):
        value = labels.get(one["key"])
        met = {
            "In": value is not None and value in one.get("values", []),
            "NotIn": value is None or value not in one.get("values", []),
            "Exists": value is not None,
            "DoesNotExist": value is None,
        }
        if not met[one["operator"]]:
            return False
    return True


def slow_address(one, family):
    found = [ipaddress.ip_address(address["ip"]) for address in one["status"]["podIPs"]]
    return next((address for address in found if f"ipv{address.version}" == family), None)


def slow_peer(peer, namespace, one, family, reading):
    if "ipBlock" in peer:
        address, block = slow_address(one, family), peer["ipBlock"]
        inside = address in ipaddress.ip_network(block["cidr"])
        return (
            "blocks" in reading
            and inside
            and not any(address in ipaddress.ip_network(hole) for hole in block.get("except", []))
        )
    if one["spec"].get("hostNetwork") and "host is a peer" not in reading:
        return False
    if "namespaceSelector" in peer:
        labels = {n["metadata"]["name"]: n["metadata"]["labels"] for n in NAMESPACES}[one["metadata"]["namespace"]]
        if not slow_selects(peer["namespaceSelector"], labels):
            return False
    elif one["metadata"]["namespace"] != namespace:
        return False
    return slow_selects(peer.get("podSelector", {}), one["metadata"]["labels"])


def slow_numbers(entry, containers):
    """Return the numbers for which the name of a port stands."""
    wanted = (entry["port"], entry.get("protocol", "TCP"))
    ports = [port for one in containers for port in one["ports"]]
    return {port["containerPort"] for port in ports if (port["name"], port.get("protocol", "TCP")) == wanted}


def slow_port(entry, target, port, reading):
    if entry.get("protocol", "TCP") != port.get("protocol", "TCP"):
        return False
    if isinstance(entry.get("port"), str):
        if target["spec"].get("hostNetwork") and "host is a peer" not in reading:
            return False
        containers = list(target["spec"].get("containers", []))
        init = target["spec"].get("initContainers", [])
        if "shared names" not in reading and len(slow_numbers(entry, [*containers, *init])) > 1:
            return False
        for one in init:
            if one.get("restartPolicy") == "Always" or "init names" in reading:
                containers.append(one)
        return port["port"] in slow_numbers(entry, containers)
    return "port" not in entry or entry["port"] <= port["port"] <= entry.get("endPort", entry["port"])


def slow_types(spec):
    return spec.get("policyTypes") or (["Ingress", "Egress"] if spec.get("egress") else ["Ingress"])


def slow_direction(kind, subject, peer, target, policies, port, family, reading):
    """Return whether a direction of the subject is open to the peer."""
    if subject["spec"].get("hostNetwork") and "host is bound" not in reading:
        return True
    binding = [
        one
        for one in policies
        if kind in slow_types(one["spec"])
        and one["metadata"]["namespace"] == subject["metadata"]["namespace"]
        and slow_selects(one["spec"].get("podSelector", {}), subject["metadata"]["labels"])
    ]
    if not binding:
        return True
    field = {"Ingress": "from", "Egress": "to"}[kind]
    for policy in binding:
        for rule in policy["spec"].get(kind.lower(), []):
            peers, ports = rule.get(field), rule.get("ports")
            if (
                not peers or any(slow_peer(p, policy["metadata"]["namespace"], peer, family, reading) for p in peers)
            ) and (not ports or any(slow_port(p, target, port, reading) for p in ports)):
                return True
    return False


def slow_reaches(source, target, policies, port, family, reading):
    if source is target:
        return True
    same = source["spec"]["nodeName"] == target["spec"]["nodeName"]
    enters = slow_direction("Ingress", target, source, target, policies, port, family, reading)
    leaves = slow_direction("Egress", source, target, target, policies, port, family, reading)
    if same and source["spec"].get("hostNetwork") and "own node enters" in reading:
        enters = True
    if same and target["spec"].get("hostNetwork") and "own node is reached" in reading:
        leaves = True
    return enters and leaves


LABELS = st.dictionaries(st.sampled_from(["x", "y"]), st.sampled_from(["1", "2"]))
EXPRESSION = st.one_of(
    st.fixed_dictionaries(
        {
            "key": st.sampled_from(["x", "y"]),
            "operator": st.sampled_from(["In", "NotIn"]),
            "values": st.lists(st.sampled_from(["1", "2"]), min_size=1, max_size=2),
        }
    ),
    st.fixed_dictionaries(
        {"key": st.sampled_from(["x", "y"]), "operator": st.sampled_from(["Exists", "DoesNotExist"])}
    ),
)
SELECTOR = st.one_of(
    st.just({}),
    st.fixed_dictionaries({"matchLabels": LABELS}),
    st.fixed_dictionaries({"matchExpressions": st.lists(EXPRESSION, max_size=2)}),
)
TEAM = st.one_of(st.just({}), st.fixed_dictionaries({"matchLabels": st.just({"team": "a"})}))
BLOCK = st.one_of(
    st.fixed_dictionaries(
        {"cidr": st.just("10.0.0.0/29")}, optional={"except": st.just(["10.0.0.0/31", "10.0.0.4/32"])}
    ),
    st.fixed_dictionaries({"cidr": st.sampled_from(["10.0.0.1/32", "::/0", "fd00::/127"])}),
)
SELECTING = st.one_of(
    st.fixed_dictionaries({"podSelector": SELECTOR}, optional={"namespaceSelector": TEAM}),
    st.fixed_dictionaries({"namespaceSelector": TEAM}),
)
PEER = st.one_of(SELECTING, SELECTING, st.fixed_dictionaries({"ipBlock": BLOCK}))
PROTOCOL = {"protocol": st.sampled_from(["TCP", "UDP"])}
PORT = st.one_of(
    st.fixed_dictionaries({}, optional=PROTOCOL),
    st.fixed_dictionaries({"port": st.sampled_from([80, 81, "web"])}, optional=PROTOCOL),
    st.fixed_dictionaries({"port": st.sampled_from([79, 80]), "endPort": st.sampled_from([80, 82])}, optional=PROTOCOL),
)


def rules(field):
    rule = st.fixed_dictionaries({}, optional={field: st.lists(PEER, max_size=2), "ports": st.lists(PORT, max_size=2)})
    return st.lists(rule, max_size=2)


SPEC = st.fixed_dictionaries(
    {},
    optional={
        "podSelector": SELECTOR,
        "ingress": rules("from"),
        "egress": rules("to"),
        "policyTypes": st.sampled_from([["Ingress"], ["Egress"], ["Ingress", "Egress"]]),
    },
)
NAMED = st.builds(container, st.tuples(st.just("web"), st.sampled_from([80, 81]), st.sampled_from(["TCP", "UDP"])))


@st.composite
def worlds(draw, plain=False):
    """Draw pods and policies; plain: pods without a host network, with one IPv4 address and without names of ports."""
    pods = []
    for number in range(draw(st.integers(1, 6))):
        addresses, spec = [f"10.0.0.{number}"], {"nodeName": draw(st.sampled_from(["node1", "node2"]))}
        if not plain:
            addresses = draw(st.sampled_from([addresses, [f"fd00::{number}"], [*addresses, f"fd00::{number}"]]))
            spec["hostNetwork"] = draw(st.sampled_from([False, False, True]))
            spec["containers"] = draw(st.lists(NAMED, max_size=2))
            spec["initContainers"] = draw(st.lists(NAMED, max_size=1))
            for one in spec["initContainers"]:
                one["restartPolicy"] = draw(st.sampled_from(["Always", None]))
        namespace = draw(st.sampled_from(["shop", "lab"]))
        pods.append(pod(f"{namespace}/p{number}", addresses, draw(LABELS), **spec))
    specs = draw(st.lists(st.tuples(st.sampled_from(["shop", "lab"]), SPEC), max_size=4))
    policies = [
        {"metadata": {"namespace": namespace, "name": f"n{number}"}, "spec": spec}
        for number, (namespace, spec) in enumerate(specs)
    ]
    return pods, policies


PORTS = ({"port": 80}, {"port": 81, "protocol": "UDP"}, {"protocol": "ICMP"})


@given(worlds())
@settings(deadline=None, max_examples=300)
def test_the_matrix_equals_the_slow_reference(world):
    pods, policies = world
    computed = matrix(policies, pods, PORTS)
    asked = [(family, port) for family in ("ipv4", "ipv6") for port in PORTS]
    asked = [(family, port) for family, port in asked if any(slow_address(one, family) for one in pods)]
    assert [(layer.family, layer.port.number) for layer in computed.layers] == [
        (family, port.get("port")) for family, port in asked
    ]
    for layer, (family, port) in zip(computed.layers, asked):
        for i, source in enumerate(pods):
            for j, target in enumerate(pods):
                there = bool(slow_address(source, family) and slow_address(target, family))
                answers = [
                    there and slow_reaches(source, target, policies, port, family, reading)
                    for reading in (CALICO, STRICTEST, LENIENT)
                ]
                contested = there and i != j if "port" not in port else answers[1] != answers[2]
                assert layer.allows(i, j) == answers[0]
                assert layer.implementation_decides(i, j) == contested
                assert answers[1] <= answers[0] <= answers[2]


def allowed_of(policies, pods):
    return [layer.allowed for layer in matrix(policies, pods, PORTS).layers]


@given(worlds(), st.sampled_from(["shop", "lab"]), SELECTOR, st.sampled_from(["Ingress", "Egress"]), rules("to"))
@settings(deadline=None)
def test_another_rule_of_a_policy_never_removes_a_cell(world, namespace, selector, kind, more):
    pods, policies = world
    field = {"Ingress": "from", "Egress": "to"}[kind]
    more = [{{"to": field}.get(name, name): value for name, value in rule.items()} for rule in more]
    meta = {"namespace": namespace, "name": "last"}
    last = {"metadata": meta, "spec": {"podSelector": selector, "policyTypes": [kind], kind.lower(): []}}
    longer = {"metadata": meta, "spec": {**last["spec"], kind.lower(): more}}
    before, after = allowed_of([*policies, last], pods), allowed_of([*policies, longer], pods)
    assert all(one & other == one for old, new in zip(before, after) for one, other in zip(old, new))


@given(worlds())
@settings(deadline=None)
def test_deny_all_then_allow_all_equals_allow_all(world):
    pods, policies = world

    def everywhere(name, spec):
        return [{"metadata": {"namespace": one, "name": name}, "spec": spec} for one in ("shop", "lab")]

    both = {"policyTypes": ["Ingress", "Egress"]}
    deny, allow = everywhere("deny", both), everywhere("allow", {**both, "ingress": [{}], "egress": [{}]})
    assert allowed_of([*policies, *deny, *allow], pods) == allowed_of([*policies, *allow], pods)
    assert allowed_of([*deny, *allow], pods) == allowed_of([], pods)


@given(worlds(plain=True))
@settings(deadline=None)
@example(([pod("shop/p0", "10.0.0.0"), pod("shop/p1", "10.0.0.1", {"x": "1"})], policies_of({"podSelector": {}})))
def test_two_pods_with_the_same_labels_have_the_same_cells(world):
    pods, policies = world
    assume(len(pods) > 1)
    moved = {**pods[0], "metadata": {**pods[-1]["metadata"], "name": "moved"}}
    without_blocks = [one for one in policies if "ipBlock" not in str(one)]
    for layer in matrix(without_blocks, [moved, *pods[1:]], PORTS).layers:
        last = len(pods) - 1
        for other in range(1, last):
            assert layer.allows(0, other) == layer.allows(last, other)
            assert layer.allows(other, 0) == layer.allows(other, last)


def test_a_thousand_pods_take_less_than_three_seconds():
    pods = [
        pod(f"shop/p{number}", f"10.0.{number >> 8}.{number & 255}", {"app": f"a{number % 100}"})
        for number in range(1000)
    ]
    specs = [
        {
            "podSelector": {"matchLabels": {"app": f"a{number % 100}"}},
            "ingress": [{"from": [{"podSelector": {"matchLabels": {"app": f"a{number // 2}"}}}]}],
            "policyTypes": ["Ingress"],
        }
        for number in range(200)
    ]
    start = time.process_time()
    computed = matrix(policies_of(specs), pods, [{"port": 80}, {"port": 81}])
    assert time.process_time() - start < 3  # it takes a tenth of a second
    for layer in computed.layers:
        # Application n lets in n/2 and n/2 + 50, ten pods each. A pod that is not one of them (it is when n is 0 or 99)
        # reaches itself too.
        assert sum(bin(row).count("1") for row in layer.allowed) == 1000 * 21 - 20
