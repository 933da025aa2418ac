# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
from ipaddress import ip_network

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.objects import (
    IPBlock,
    LabelSelector,
    Peer,
    Policy,
    PolicyPort,
    PolicyRule,
    Requirement,
    parse_policies,
)


def policy(spec=None, **more):
    return {"metadata": {"name": "db-policy", "namespace": "shop"}, **({} if spec is None else {"spec": spec}), **more}


def parse(spec):
    (parsed,) = parse_policies([policy(spec)])
    return parsed


def test_all_fields_are_read():
    spec = {
        "podSelector": {
            "matchLabels": {"tier": "db"},
            "matchExpressions": [{"key": "old", "operator": "DoesNotExist"}],
        },
        "policyTypes": ["Egress", "Ingress"],
        "ingress": [
            {
                "from": [
                    {"podSelector": {}, "namespaceSelector": {"matchLabels": {"team": "a"}}},
                    {"ipBlock": {"cidr": "10.0.0.0/8", "except": ["10.1.0.0/16"]}},
                ],
                "ports": [{"port": 80, "endPort": 80}, {"protocol": "UDP", "port": "dns"}, {"protocol": "SCTP"}],
            }
        ],
        "egress": [
            {"to": [{"podSelector": {"matchExpressions": [{"key": "a/b", "operator": "NotIn", "values": [""]}]}}]}
        ],
    }
    assert parse(spec) == Policy(
        namespace="shop",
        name="db-policy",
        pod_selector=LabelSelector((Requirement("tier", "In", ("db",)), Requirement("old", "DoesNotExist"))),
        ingress=(
            PolicyRule(
                peers=(
                    Peer(LabelSelector(), LabelSelector((Requirement("team", "In", ("a",)),))),
                    Peer(ip_block=IPBlock(ip_network("10.0.0.0/8"), (ip_network("10.1.0.0/16"),))),
                ),
                ports=(PolicyPort("TCP", 80, 80), PolicyPort("UDP", "dns"), PolicyPort("SCTP")),
            ),
        ),
        egress=(PolicyRule(peers=(Peer(LabelSelector((Requirement("a/b", "NotIn", ("",)),))),)),),
    )


@pytest.mark.parametrize(
    ("spec", "ingress", "egress"),
    [
        # Without policyTypes a policy is about ingress, and about egress when it has a rule for it.
        (None, (), None),
        ({}, (), None),
        ({"ingress": [{}]}, (PolicyRule(),), None),
        ({"egress": [{}]}, (), (PolicyRule(),)),
        ({"egress": []}, (), None),
        ({"policyTypes": [], "egress": [{}]}, (), (PolicyRule(),)),
        ({"policyTypes": None, "ingress": None, "egress": None, "podSelector": None}, (), None),
        # policyTypes decides the directions, and not the rules that are there.
        ({"policyTypes": ["Ingress"], "egress": [{}]}, (), None),
        ({"policyTypes": ["Egress"], "ingress": [{}]}, None, ()),
        ({"policyTypes": ["Egress", "Egress"]}, None, ()),
        ({"policyTypes": ["Ingress", "Egress"]}, (), ()),
    ],
)
def test_defaults_of_policy_types(spec, ingress, egress):
    assert parse(spec) == Policy("shop", "db-policy", LabelSelector(), ingress, egress)


@pytest.mark.parametrize("rule", [{}, {"from": [], "ports": []}, {"from": None, "ports": None}])
def test_missing_and_empty_lists_of_a_rule_are_the_same(rule):
    assert parse({"ingress": [rule]}).ingress == (PolicyRule(),)


def test_the_namespace_is_default_when_none_is_given():
    (parsed,) = parse_policies([{"metadata": {"name": "a"}}])
    assert str(parsed) == "default/a"


def test_objects_of_the_api_are_taken():
    meta = {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "status": {}}
    assert parse_policies([policy({}, **meta)]) == parse_policies([policy({})])


def test_host_bits_of_a_cidr_mean_nothing():
    block = {"cidr": "10.0.0.7/24", "except": ["10.0.0.9/29"]}
    (rule,) = parse({"ingress": [{"from": [{"ipBlock": block}]}]}).ingress
    assert rule.peers == (Peer(ip_block=IPBlock(ip_network("10.0.0.0/24"), (ip_network("10.0.0.8/29"),))),)


REFUSED = "which Kubernetes refuses in new policies since 1.36, because"
IN_BLOCK = "spec.ingress[0].from[0].ipBlock"


@pytest.mark.parametrize("stored", [False, True])
@pytest.mark.parametrize(
    ("block", "network", "remark"),
    [
        (
            {"cidr": "10.244.2.9/16"},
            "10.244.0.0/16",
            f"{IN_BLOCK}.cidr is '10.244.2.9/16', {REFUSED} bits are set after the prefix: write 10.244.0.0/16, or "
            "10.244.2.9/32 for one address",
        ),
        (
            {"cidr": "::ffff:10.244.0.0/112"},
            "10.244.0.0/16",
            f"{IN_BLOCK}.cidr is '::ffff:10.244.0.0/112', {REFUSED} the address is IPv4 in the form of IPv6: write "
            "10.244.0.0/16",
        ),
        (
            {"cidr": "10.0.0.0/8", "except": ["10.1.0.0/16", "::ffff:10.2.0.0/112"]},
            "10.0.0.0/8",
            f"{IN_BLOCK}.except[1] is '::ffff:10.2.0.0/112', {REFUSED} the address is IPv4 in the form of IPv6: write "
            "10.2.0.0/16",
        ),
    ],
)
def test_a_form_that_new_versions_refuse_is_remarked(block, network, remark, stored):
    one = policy({"ingress": [{"from": [{"ipBlock": block}]}]})
    (parsed,) = parse_policies([], [one]) if stored else parse_policies([one])
    (found,) = parsed.remarks
    assert str(found) == remark
    assert str(parsed.ingress[0].peers[0].ip_block.network) == network


@pytest.mark.parametrize(
    ("spec", "remark", "same"),
    [
        (
            {"ingress": [{"from": [{"ipBlock": {"cidr": "010.244.0.0/16"}}]}]},
            f"{IN_BLOCK}.cidr is '010.244.0.0/16', {REFUSED} a number begins with 0: write 10.244.0.0/16",
            {"ingress": [{"from": [{"ipBlock": {"cidr": "10.244.0.0/16"}}]}]},
        ),
        # The API server keeps such values in selectors of stored policies. No pod has a label with one.
        (
            {"podSelector": {"matchLabels": {"app": "a b"}}},
            "spec.podSelector.matchLabels[app] is 'a b', not a value of a label: give at most 63 letters, digits, '-', "
            "'_' and '.', the first and the last a letter or digit",
            None,
        ),
    ],
)
def test_a_stored_policy_may_have_a_value_that_no_new_one_may_have(spec, remark, same):
    (parsed,) = parse_policies([], [policy(spec)])
    assert [str(one) for one in parsed.remarks] == [remark]
    if same:
        assert parsed.ingress == parse(same).ingress
    with pytest.raises(InputError, match=f"^{re.escape(f'shop/db-policy: {remark}')}$"):
        parse_policies([policy(spec)])


def test_stored_policies_come_first():
    other = {"metadata": {"name": "other", "namespace": "shop"}}
    assert [str(one) for one in parse_policies([policy()], [other])] == ["shop/other", "shop/db-policy"]
    message = re.escape("policies[0] is a second shop/db-policy: give one object for each policy")
    with pytest.raises(InputError, match=f"^{message}$"):
        parse_policies([policy()], [policy()])


@pytest.mark.parametrize("spec", [{"ingress": {}}, {"egress": [{"to": [{}]}]}, {"podselector": {}}])
def test_a_stored_policy_must_be_one_that_the_api_can_store(spec):
    with pytest.raises(InputError, match=r"^shop/db-policy: spec\."):
        parse_policies([], [policy(spec)])


CIDR = ": give a network in CIDR form, such as 192.168.1.0/24 or 2001:db8::/64"
NUMBER = ": give a port number from 1 to 65535"
NAME = (
    ": give a number without quotes, or the name of a container's port, of at most 15 lower-case letters, digits and "
    "single hyphens with a letter among them"
)
VALUE = (
    "not a value of a label: give at most 63 letters, digits, '-', '_' and '.', the first and the last a letter "
    "or digit"
)


def port(**fields):
    return {"ingress": [{"ports": [{"port": 1}, fields]}]}


def peer(value):
    return {"egress": [{"to": [value]}]}


def block(cidr, *holes):
    return peer({"ipBlock": {"cidr": cidr, "except": list(holes)}})


def expression(**fields):
    return {"podSelector": {"matchExpressions": [fields]}}


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ([], "spec is [], not an object with podSelector, ingress, egress, policyTypes"),
        ({"podselector": {}}, "spec.podselector is unknown: spec has podSelector, ingress, egress, policyTypes"),
        ({"ingress": {}}, "spec.ingress is {}, not a list"),
        ({"ingress": [None]}, "spec.ingress[0] is None, not an object with from, ports"),
        ({"ingress": [{"to": []}]}, "spec.ingress[0].to is unknown: spec.ingress[0] has from, ports"),
        ({"egress": [{"from": []}]}, "spec.egress[0].from is unknown: spec.egress[0] has to, ports"),
        ({"policyTypes": "Ingress"}, "spec.policyTypes is 'Ingress', not a list"),
        ({"policyTypes": ["ingress"]}, "spec.policyTypes[0] is 'ingress': give Ingress or Egress"),
        ({"policyTypes": ["Ingress"] * 3}, "spec.policyTypes has 3 entries: give each of Ingress, Egress once"),
        # ports
        (port(port=80, endPort=79), "spec.ingress[0].ports[1].endPort 79 is smaller than port 80"),
        (port(port=80, endPort=65536), f"spec.ingress[0].ports[1].endPort is 65536{NUMBER}"),
        (
            port(endPort=80),
            "spec.ingress[0].ports[1].endPort 80 needs a number as port, which is None: give one, or leave it out",
        ),
        (
            port(port="http", endPort=80),
            "spec.ingress[0].ports[1].endPort 80 needs a number as port, which is 'http': give one, or leave it out",
        ),
        (port(port=0), f"spec.ingress[0].ports[1].port is 0{NUMBER}"),
        (port(port=65536), f"spec.ingress[0].ports[1].port is 65536{NUMBER}"),
        (port(port=True), f"spec.ingress[0].ports[1].port is True{NUMBER}"),
        (port(port=8.5), f"spec.ingress[0].ports[1].port is 8.5{NUMBER}"),
        *(
            (port(port=name), f"spec.ingress[0].ports[1].port is {name!r}{NAME}")
            for name in ("80", "", "HTTP", "a--b", "-a", "a-", "a_b", "a234567890123456", "http\n")
        ),
        (
            port(protocol="tcp"),
            "spec.ingress[0].ports[1].protocol is 'tcp': give TCP, UDP, SCTP or nothing, which is TCP",
        ),
        (
            port(prot="TCP"),
            "spec.ingress[0].ports[1].prot is unknown: spec.ingress[0].ports[1] has protocol, port, endPort",
        ),
        # peers
        (peer({}), "spec.egress[0].to[0] is empty: give podSelector, namespaceSelector or ipBlock"),
        (peer({"podSelector": None}), "spec.egress[0].to[0] is empty: give podSelector, namespaceSelector or ipBlock"),
        (
            peer({"ipBlock": {"cidr": "10.0.0.0/8"}, "podSelector": {}}),
            "spec.egress[0].to[0] has ipBlock and a selector: give one or the other, or two entries",
        ),
        (
            peer({"namespaceSelector": "a"}),
            "spec.egress[0].to[0].namespaceSelector is 'a', not an object with matchLabels, matchExpressions",
        ),
        # blocks
        (peer({"ipBlock": {}}), f"spec.egress[0].to[0].ipBlock.cidr is None{CIDR}"),
        *(
            (block(cidr), f"spec.egress[0].to[0].ipBlock.cidr is {cidr!r}{CIDR}")
            for cidr in ("10.0.0.1", "10.0.0.0/255.0.0.0", "10.0.0.0/33", "fe80::%a/64", "any", 10)
        ),
        *(
            (
                block(cidr),
                f"spec.egress[0].to[0].ipBlock.cidr is {cidr!r}, which Kubernetes refuses in new policies since 1.36, "
                f"because a number begins with 0: write {remedy}",
            )
            for cidr, remedy in (("010.244.0.0/16", "10.244.0.0/16"), ("10.0.0.0/08", "10.0.0.0/8"))
        ),
        # The API server compares the lengths as they are written.
        (
            block("::ffff:10.244.0.0/112", "10.244.1.0/24"),
            "spec.egress[0].to[0].ipBlock.except[0] 10.244.1.0/24 is not a part of cidr 10.244.0.0/16: give a smaller "
            "network inside it",
        ),
        (block("10.0.0.0/8", "10.1.0.0"), f"spec.egress[0].to[0].ipBlock.except[0] is '10.1.0.0'{CIDR}"),
        *(
            (
                block("10.0.0.0/8", "10.1.0.0/16", hole),
                f"spec.egress[0].to[0].ipBlock.except[1] {hole} is not a part of cidr 10.0.0.0/8: give a smaller "
                "network inside it",
            )
            for hole in ("10.0.0.0/8", "10.0.0.0/7", "11.0.0.0/16", "fd00::/16")
        ),
        # selectors
        (
            {"podSelector": {"matchlabels": {}}},
            "spec.podSelector.matchlabels is unknown: spec.podSelector has matchLabels, matchExpressions",
        ),
        ({"podSelector": {"matchLabels": ["a"]}}, "spec.podSelector.matchLabels is ['a'], not a dict of labels"),
        (
            {"podSelector": {"matchLabels": {"a": 1}}},
            "spec.podSelector.matchLabels[a] is 1, not a text: put it in quotes",
        ),
        ({"podSelector": {"matchLabels": {"a": "b c"}}}, f"spec.podSelector.matchLabels[a] is 'b c', {VALUE}"),
        *(
            (
                {"podSelector": {"matchLabels": {key: "a"}}},
                f"spec.podSelector.matchLabels: {key!r} is not a key of a label: give one such as tier or "
                "app.kubernetes.io/name",
            )
            for key in ("", "a b", "-a", "a/", "/a", "A/b", "a/b/c", "a" * 64, f"{'a' * 254}/b")
        ),
        (
            expression(operator="Exists"),
            "spec.podSelector.matchExpressions[0].key: None is not a key of a label: give one such as tier or "
            "app.kubernetes.io/name",
        ),
        (
            expression(key="a", operator="in", values=["b"]),
            "spec.podSelector.matchExpressions[0].operator is 'in': give one of In, NotIn, Exists, DoesNotExist",
        ),
        *(
            (
                expression(key="a", operator=operator),
                f"spec.podSelector.matchExpressions[0].values is missing with operator {operator}",
            )
            for operator in ("In", "NotIn")
        ),
        *(
            (
                expression(key="a", operator=operator, values=["b"]),
                f"spec.podSelector.matchExpressions[0].values must not be there with operator {operator}",
            )
            for operator in ("Exists", "DoesNotExist")
        ),
        (
            expression(key="a", operator="In", values=["b", True]),
            "spec.podSelector.matchExpressions[0].values[1] is True, not a text: put it in quotes",
        ),
        (
            expression(key="a", operator="In", values=["b" * 64]),
            f"spec.podSelector.matchExpressions[0].values[0] is '{'b' * 64}', {VALUE}",
        ),
    ],
)
def test_an_invalid_spec_is_refused_with_the_path(spec, message):
    with pytest.raises(InputError, match=f"^{re.escape(f'shop/db-policy: {message}')}$"):
        parse(spec)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (
            {"kind": "NetworkPolicyList", "items": []},
            "policies is an object with kind, items, not a list: give the items of a List object, or resources of "
            "the result of kubernetes.core.k8s_info",
        ),
        ("a", "policies is 'a', not a list of objects"),
        (["a"], "policies[0] is 'a', not an object"),
        ([{"kind": "Pod"}], "policies[0].kind is 'Pod', not 'NetworkPolicy'"),
        ([{}], "policies[0].metadata.name is None: give the name of the NetworkPolicy"),
        ([policy(apiVersion="v1")], "shop/db-policy: apiVersion is 'v1': give networking.k8s.io/v1"),
        (
            [policy(Spec={})],
            "shop/db-policy: the policy.Spec is unknown: the policy has apiVersion, kind, metadata, spec, status",
        ),
        ([policy(), policy()], "policies[1] is a second shop/db-policy: give one object for each policy"),
    ],
)
def test_a_value_that_is_no_list_of_policies_is_refused(value, message):
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        parse_policies(value)
