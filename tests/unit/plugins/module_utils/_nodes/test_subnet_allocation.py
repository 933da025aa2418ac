# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import gc
import ipaddress
import time
from ipaddress import ip_network
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.subnet_allocation import allocate, parse_request

WALKTHROUGH = {"networks": ["10.22.0.0/16"], "reserved": ["10.22.0.0/24"], "nodes": ["master", "node1", "node2"]}
SMALL = "10.22.8.0/22"  # four subnets of length 24


def params(**options):
    """The options of the walkthrough, and these."""
    lengths = {"ipv4": 24, "ipv6": 64, **options.pop("prefix_lengths", {})}
    others = {"pins": {}, "avoid": [], "known": {}, "release": [], "path": "/state/subnets.json"}
    return {**WALKTHROUGH, **others, "prefix_lengths": lengths, **options}


def shown(allocation):
    return {node: [str(network) for network in networks] for node, networks in allocation.items()}


def stored(**subnets):
    return {node: tuple(ip_network(text) for text in texts.split()) for node, texts in subnets.items()}


def run(file=None, **options):
    """The allocation from these options and a file, as texts."""
    return shown(allocate(parse_request(params(**options)), file or {}))


def error_of(file=None, **options):
    with pytest.raises(InputError) as error:
        run(file, **options)
    return str(error.value)


def test_the_walkthrough():
    assert run() == {"master": ["10.22.1.0/24"], "node1": ["10.22.2.0/24"], "node2": ["10.22.3.0/24"]}


@pytest.mark.parametrize(
    ("options", "file", "expected"),
    [
        pytest.param({"nodes": []}, {}, {}, id="no nodes"),
        pytest.param(
            {"nodes": ["a", "b"], "networks": ["10.1.0.0/24", "10.0.0.0/24"], "reserved": []},
            {},
            {"a": ["10.1.0.0/24"], "b": ["10.0.0.0/24"]},
            id="networks in their order",
        ),
        pytest.param(
            {"nodes": ["a", "b"], "networks": ["fd00::/63", "10.0.0.0/23"], "reserved": []},
            {},
            {"a": ["fd00::/64", "10.0.0.0/24"], "b": ["fd00:0:0:1::/64", "10.0.1.0/24"]},
            id="one subnet of each family, in the order of the networks",
        ),
        pytest.param(
            {"nodes": ["a", "b"], "networks": ["10.0.0.0/24", "10.2.0.0/23"], "reserved": ["10.2.0.0/24"]},
            {},
            {"a": ["10.0.0.0/24"], "b": ["10.2.1.0/24"]},
            id="the first network is full",
        ),
        pytest.param(
            {"nodes": ["a"], "networks": ["::/63", "10.22.0.0/16"]},
            {},
            {"a": ["::/64", "10.22.1.0/24"]},
            id="IPv6 addresses that are the numbers of IPv4 addresses",
        ),
        pytest.param(
            {
                "nodes": ["a"],
                "avoid": [
                    {"name": "all services", "network": "10.96.0.0/12,fd00::/8", "variable": "wide", "where": None},
                    {"name": "some services", "network": "10.96.0.0/16", "variable": "narrow", "where": None},
                ],
            },
            {},
            {"a": ["10.22.1.0/24"]},
            id="networks to avoid may overlap each other",
        ),
        pytest.param(
            {"nodes": ["a"], "networks": ["0.0.0.0/0"], "reserved": ["0.0.0.0/1"]},
            {},
            {"a": ["128.0.0.0/24"]},
            id="millions are reserved",
        ),
        pytest.param(
            {"nodes": ["a"], "networks": ["::/0"], "reserved": ["::/1", "8000::/2"]},
            {},
            {"a": ["c000::/64"]},
            id="more are reserved than could be counted",
        ),
        pytest.param(
            {"nodes": ["a"], "reserved": ["10.22.0.0/30", "10.22.1.7/32", "192.0.2.0/24", "fd00::/8"]},
            {},
            {"a": ["10.22.2.0/24"]},
            id="ranges smaller than a subnet, and elsewhere",
        ),
        pytest.param(
            {"nodes": ["a"], "reserved": ["10.22.0.0/20", "10.22.4.0/24", "10.22.0.0/24"]},
            {},
            {"a": ["10.22.16.0/24"]},
            id="ranges in ranges",
        ),
        pytest.param(
            {"nodes": ["a"], "networks": ["10.22.7.0/24"], "reserved": []},
            {},
            {"a": ["10.22.7.0/24"]},
            id="all of a network",
        ),
        pytest.param(
            {"nodes": ["a", "b"], "networks": ["255.255.255.254/31"], "reserved": [], "prefix_lengths": {"ipv4": 32}},
            {},
            {"a": ["255.255.255.254/32"], "b": ["255.255.255.255/32"]},
            id="the last addresses there are",
        ),
        pytest.param(
            {"nodes": ["b", "a"], "pins": {"a": "10.22.1.0/24", "later": ["10.22.2.0/24"]}},
            {},
            {"a": ["10.22.1.0/24"], "b": ["10.22.3.0/24"]},
            id="pins come first, and hold their subnet for nodes to come",
        ),
        pytest.param(
            {"nodes": ["a"], "networks": ["10.22.0.0/16", "fd00::/56"], "pins": {"a": "fd00:0:0:5::/64"}},
            {},
            {"a": ["10.22.1.0/24", "fd00:0:0:5::/64"]},
            id="a pin in one family",
        ),
        pytest.param(
            {"nodes": ["a"], "pins": {"a": "10.22.1.0/24"}, "prefix_lengths": {"ipv4": 26}},
            stored(a="10.22.1.0/24"),
            {"a": ["10.22.1.0/24"]},
            id="a pin that the node has already, of an earlier length",
        ),
        pytest.param(
            {"nodes": ["new", "b"]},
            stored(a="10.22.1.0/24", b="10.22.3.0/24"),
            {"a": ["10.22.1.0/24"], "b": ["10.22.3.0/24"], "new": ["10.22.2.0/24"]},
            id="the subnet of a node that is gone is kept",
        ),
        pytest.param(
            {"nodes": ["new", "b"], "release": ["a", "never there"]},
            stored(a="10.22.1.0/24", b="10.22.3.0/24"),
            {"b": ["10.22.3.0/24"], "new": ["10.22.1.0/24"]},
            id="until it is released",
        ),
        pytest.param(
            {"nodes": ["b"], "release": ["a"]},
            stored(a="192.0.2.0/24", b="10.22.3.0/24"),
            {"b": ["10.22.3.0/24"]},
            id="also one outside the networks",
        ),
        pytest.param(
            {"nodes": ["a", "b"], "prefix_lengths": {"ipv4": 23}},
            stored(a="10.22.2.0/24"),
            {"a": ["10.22.2.0/24"], "b": ["10.22.4.0/23"]},
            id="wider subnets from now on",
        ),
        pytest.param(
            {"nodes": ["a", "b", "c"], "prefix_lengths": {"ipv4": 25}},
            stored(a="10.22.1.0/24"),
            {"a": ["10.22.1.0/24"], "b": ["10.22.2.0/25"], "c": ["10.22.2.128/25"]},
            id="narrower subnets from now on",
        ),
        pytest.param(
            {"nodes": ["a", "b"], "reserved": ["10.22.0.0/24", "10.22.2.0/23"]},
            stored(a="10.22.1.0/24"),
            {"a": ["10.22.1.0/24"], "b": ["10.22.4.0/24"]},
            id="more is reserved",
        ),
        pytest.param(
            {"nodes": ["a", "b"], "networks": ["10.21.0.0/16", "10.22.0.0/16"]},
            stored(a="10.22.1.0/24"),
            {"a": ["10.22.1.0/24"], "b": ["10.21.0.0/24"]},
            id="another network",
        ),
        pytest.param(
            {"nodes": ["a"], "networks": ["10.22.0.0/16", "fd00::/56"]},
            stored(a="10.22.1.0/24", gone="10.22.2.0/24"),
            {"a": ["10.22.1.0/24", "fd00::/64"], "gone": ["10.22.2.0/24"]},
            id="another family",
        ),
        pytest.param(
            {
                "nodes": ["a", "b", "c", "d"],
                "known": {"b": ["10.22.1.0/24"], "c": [], "d": None, "e": ["10.22.2.0/24"]},
            },
            {},
            {
                "a": ["10.22.3.0/24"],
                "b": ["10.22.1.0/24"],
                "c": ["10.22.4.0/24"],
                "d": ["10.22.5.0/24"],
                "e": ["10.22.2.0/24"],
            },
            id="a lost file is made anew from the cluster, nodes that are not asked for too",
        ),
        pytest.param(
            {"nodes": ["a"], "networks": ["10.22.0.0/16", "fd00::/56"], "known": {"a": ["fd00::/64", "10.22.9.0/24"]}},
            stored(a="10.22.9.0/24 fd00::/64"),
            {"a": ["10.22.9.0/24", "fd00::/64"]},
            id="the cluster's order of families is another",
        ),
    ],
)
def test_what_the_nodes_get(options, file, expected):
    assert run(file, **options) == expected


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"networks": []}, "networks is empty: give a network, such as 10.22.0.0/16"),
        (
            {"networks": ["10.22.0.1/16"]},
            "networks 10.22.0.1/16 has host bits set: the network is 10.22.0.0/16",
        ),
        (
            {"networks": ["10.22.0.0/16", "10.22.4.0/22"]},
            "pod network 10.22.0.0/16 (value of networks) overlaps the pod network 10.22.4.0/22 (value of networks): "
            "choose another value of networks",
        ),
        (
            {
                "avoid": [
                    {"name": "node network", "network": "10.22.7.0/24", "variable": "theirs", "where": None},
                    {"name": "node network", "network": "10.22.8.0/24", "variable": None, "where": "node2, enp0s8"},
                ]
            },
            "pod network 10.22.0.0/16 (value of networks) overlaps the node network 10.22.7.0/24 (theirs): "
            "choose another value of networks or theirs; "
            "pod network 10.22.0.0/16 (value of networks) overlaps the node network 10.22.8.0/24 (node2, enp0s8): "
            "choose another value of networks",
        ),
        (
            {"prefix_lengths": {"ipv4": 15}},
            "prefix_lengths ipv4 is 15, which fits no subnet of 10.22.0.0/16 (networks): give 16 to 32",
        ),
        (
            {"networks": ["fd00::/56"], "prefix_lengths": {"ipv4": 0, "ipv6": 129}},
            "prefix_lengths ipv6 is 129, which fits no subnet of fd00::/56 (networks): give 56 to 128",
        ),
        ({"nodes": ["a", ""]}, "nodes has an empty name: give the names of the nodes in the cluster"),
        (
            {"nodes": ["a", "b", "a", "c", "b"]},
            "nodes has a, b more than once: give every node one name of its own",
        ),
        ({"reserved": ["10.22.0.0"]}, "reserved 10.22.0.0 is not a network in CIDR form, "),
        ({"pins": {"a": "10.22.1.1/24"}}, "pins a 10.22.1.1/24 has host bits set: the network is 10.22.1.0/24"),
        ({"known": {"a": ["10.22.1.0/24", "x y"]}}, "known a 'x y' is not a network in CIDR form, "),
        ({"pins": {"a": 7}}, "pins a is 7: give a subnet, such as 10.22.1.0/24, or a list of them"),
        ({"known": {"a": [["10.22.1.0/24"]]}}, "known a is [['10.22.1.0/24']]: give a subnet, "),
        (
            {"pins": {"a": ["10.22.1.0/24", "10.22.1.0/24"]}},
            "pins a has two IPv4 subnets, 10.22.1.0/24, 10.22.1.0/24: give at most one of each address family",
        ),
        ({"release": ["gone", "node1"]}, "release names node1, which nodes has too: remove it from one of them"),
        (
            {"release": ["gone"], "known": {"gone": ["10.22.9.0/24"]}},
            "release names gone, but the cluster has 10.22.9.0/24 of gone (known): delete the node there first",
        ),
        (
            {"networks": ["10.22.0.0/16", "fd00::/56"], "known": {"node1": ["10.22.2.0/24"]}},
            "the cluster has only 10.22.2.0/24 of node1 (known), and Kubernetes never adds a subnet: "
            "delete node1 and let it join again, or remove fd00::/56 (networks)",
        ),
    ],
)
def test_options_that_are_wrong(options, message):
    assert error_of(**options).startswith(message)


FILE = "/state/subnets.json"


@pytest.mark.parametrize(
    ("options", "file", "message"),
    [
        pytest.param(
            {"pins": {"node9": "10.22.1.0/24"}},
            stored(master="10.22.1.0/24"),
            f"10.22.1.0/24 of node9 (pins) overlaps 10.22.1.0/24 of master ({FILE}): choose another pin",
            id="a pin on what another node has",
        ),
        pytest.param(
            {"pins": {"node9": "10.22.2.0/24", "node1": "10.22.2.0/24"}},
            {},
            "10.22.2.0/24 of node1 (pins) overlaps 10.22.2.0/24 of node9 (pins): choose another pin",
            id="two pins on one subnet",
        ),
        pytest.param(
            {"pins": {"node9": "10.22.2.0/24"}},
            stored(gone="10.22.2.128/25"),
            f"10.22.2.0/24 of node9 (pins) overlaps 10.22.2.128/25 of gone ({FILE}): choose another pin",
            id="a pin around what a node has that is gone",
        ),
        pytest.param(
            {"pins": {"node1": "10.22.0.0/24"}},
            {},
            "10.22.0.0/24 of node1 (pins) overlaps 10.22.0.0/24 (reserved): choose another pin",
            id="a pin on a reserved range",
        ),
        pytest.param(
            {"pins": {"node1": "10.23.1.0/24"}},
            {},
            "10.23.1.0/24 of node1 (pins) is outside 10.22.0.0/16 (networks): choose a pin inside",
            id="a pin outside",
        ),
        pytest.param(
            {"pins": {"node1": "10.22.0.0/15"}},
            {},
            "10.22.0.0/15 of node1 (pins) is outside 10.22.0.0/16 (networks): choose a pin inside",
            id="a pin around the network",
        ),
        pytest.param(
            {"pins": {"node1": "fd00::/64"}},
            {},
            "fd00::/64 of node1 (pins) is outside 10.22.0.0/16 (networks): choose a pin inside",
            id="a pin of a family that does not occur",
        ),
        pytest.param(
            {"pins": {"node1": "10.22.2.0/25"}},
            {},
            "10.22.2.0/25 of node1 (pins) must have the prefix length 24 (prefix_lengths ipv4)",
            id="a pin of another length",
        ),
        pytest.param(
            {"pins": {"node1": "10.22.9.0/24"}},
            stored(node1="10.22.2.0/24"),
            f"10.22.9.0/24 of node1 (pins) contradicts 10.22.2.0/24 of node1 ({FILE}), which the node has: "
            "remove the pin, or pin the subnet that the node has",
            id="a pin for a node that has another subnet",
        ),
        pytest.param(
            {"pins": {"node1": "10.22.9.0/24"}, "known": {"node1": ["10.22.2.0/24"]}},
            {},
            "10.22.9.0/24 of node1 (pins) contradicts 10.22.2.0/24 of node1 (known), which the node has: "
            "remove the pin, or pin the subnet that the node has",
            id="a pin for a node that has another subnet in the cluster",
        ),
        pytest.param(
            {"known": {"node1": ["10.22.9.0/24"]}},
            stored(node1="10.22.2.0/24"),
            f"10.22.2.0/24 of node1 ({FILE}) contradicts 10.22.9.0/24 of node1 (known), which the node has: "
            "the cluster decides: move the file away, and the next run makes it anew from the cluster",
            id="the file and the cluster disagree on a node",
        ),
        pytest.param(
            {"known": {"node1": ["10.22.2.0/24"]}},
            stored(node2="10.22.2.0/24"),
            f"10.22.2.0/24 of node2 ({FILE}) overlaps 10.22.2.0/24 of node1 (known): release the node if it is gone "
            "for good; else move the file away, and the next run makes it anew from the cluster",
            id="the file has for one node what the cluster has for another",
        ),
        pytest.param(
            {"known": {"node1": ["10.22.2.0/24"], "node2": ["10.22.2.0/24"]}},
            {},
            "10.22.2.0/24 of node1 (known) overlaps 10.22.2.0/24 of node2 (known): two nodes of the cluster have the "
            "same addresses: delete one of them and let it join again",
            id="the cluster has a subnet twice",
        ),
        pytest.param(
            {"known": {"node1": ["10.244.1.0/24"]}},
            {},
            "10.244.1.0/24 of node1 (known) is outside 10.22.0.0/16 (networks): the pod network must hold "
            "the subnets of all nodes of the cluster",
            id="the cluster has other networks",
        ),
        pytest.param(
            {"networks": ["10.99.0.0/16", "fd00::/56"]},
            stored(node1="10.22.2.0/24"),
            f"10.22.2.0/24 of node1 ({FILE}) is outside 10.99.0.0/16, fd00::/56 (networks): "
            "the file belongs to another cluster (remove it when that one is gone), or networks lacks a network "
            "that it needs",
            id="the file has other networks",
        ),
        pytest.param(
            {},
            stored(node1="10.22.2.0/23", node2="10.22.3.0/24"),
            f"10.22.2.0/23 of node1 ({FILE}) overlaps 10.22.3.0/24 of node2 ({FILE}): release the node if it is gone "
            "for good; else move the file away, and the next run makes it anew from the cluster",
            id="the file has addresses twice",
        ),
        pytest.param(
            {"reserved": ["10.22.0.0/24", "10.22.0.0/22"]},
            stored(node2="10.22.3.0/24"),
            f"10.22.0.0/22 (reserved) overlaps 10.22.3.0/24 of node2 ({FILE}): choose another reserved range, "
            "or release the node if it is gone for good",
            id="a reserved range around what a node has",
        ),
        pytest.param(
            {"reserved": ["10.22.3.7/32"], "known": {"node2": ["10.22.3.0/24"]}},
            {},
            "10.22.3.7/32 (reserved) overlaps 10.22.3.0/24 of node2 (known): choose another reserved range, "
            "or release the node if it is gone for good",
            id="a reserved range in what a node has",
        ),
        pytest.param(
            {"networks": [SMALL], "nodes": list("abcdef"), "reserved": ["10.22.8.0/25"], "release": ["gone"]},
            stored(b="10.22.9.0/24", old="10.22.10.0/24", older="10.22.11.0/25", gone="10.22.11.128/25"),
            f"{SMALL} (networks) has room for 3 nodes with subnets of length 24, beside "
            "reserved ranges and pins of other nodes, but 8 nodes need one, 2 of them for nodes that are gone: add "
            "a network, release nodes that are gone, or choose a longer prefix length (prefix_lengths ipv4)",
            id="too few, and two are kept",
        ),
        pytest.param(
            {"networks": ["10.22.8.0/24", "10.22.8.0/24"], "nodes": ["a", "b"]},
            {},
            "10.22.8.0/24 (networks) has room for 1 nodes with subnets of length 24, beside "
            "reserved ranges and pins of other nodes, but 2 nodes need one: add a network, "
            "release nodes that are gone, or choose a longer prefix length (prefix_lengths ipv4)",
            id="a network that is given twice is one",
        ),
        pytest.param(
            {"networks": ["10.22.0.0/16", "fd00::/63"], "pins": {"z": "fd00::/64"}},
            {},
            "fd00::/63 (networks) has room for 1 nodes with subnets of length 64, beside "
            "reserved ranges and pins of other nodes, but 3 nodes need one: add a network, "
            "release nodes that are gone, or choose a longer prefix length (prefix_lengths ipv6)",
            id="too few in one family",
        ),
    ],
)
def test_claims_that_cannot_be_met(options, file, message):
    assert error_of(file, **options) == message


NAMES = st.sampled_from("abcdefghijkl")
NODES = st.lists(NAMES, unique=True)
LENGTHS = st.fixed_dictionaries({"ipv4": st.integers(22, 26), "ipv6": st.integers(62, 66)})
# Room for all of the names whatever the lengths were before: a subnet costs at most one of /22 or /62, and one more for
# each of the ranges.
NETWORKS = ["10.22.0.0/17", "fd00::/57", "10.23.0.0/18"]
RESERVED = ["10.22.0.0/24", "10.22.5.64/26", "fd00:0:0:4::/62"]


@given(st.lists(st.tuples(NODES, LENGTHS), max_size=6))
def test_a_node_keeps_its_subnets_for_ever(steps):
    file = {}
    for nodes, lengths in steps:
        options = {"networks": NETWORKS, "reserved": RESERVED, "nodes": nodes, "prefix_lengths": lengths}
        after = allocate(parse_request(params(**options)), file)
        assert after.items() >= file.items()
        assert set(after) == {*file, *nodes}
        file = after


@given(NODES.flatmap(lambda nodes: st.tuples(st.just(nodes), st.permutations(nodes))), NODES)
def test_adding_and_reordering_nodes_changes_no_other(orders, more):
    before, after = orders
    file = allocate(parse_request(params(nodes=before)), {})
    assert allocate(parse_request(params(nodes=after)), file) == file
    mixed = list(dict.fromkeys([*more, *after]))
    assert allocate(parse_request(params(nodes=mixed)), file).items() >= file.items()


@given(st.lists(st.tuples(NODES, LENGTHS, st.sets(NAMES)), max_size=6))
def test_two_nodes_never_overlap(steps):
    """No subnet overlaps a reserved range. Each is in a network and has its length, and each node has one."""
    file = {}
    for nodes, lengths, release in steps:
        options = {"networks": NETWORKS, "reserved": RESERVED, "nodes": nodes, "prefix_lengths": lengths}
        before = file
        file = allocate(parse_request(params(**options, release=sorted(release - set(nodes)))), before)
        subnets = [network for networks in file.values() for network in networks]
        for one, other in combinations([*subnets, *map(ip_network, RESERVED)], 2):
            assert not one.overlaps(other)
        for node in nodes:
            assert [network.version for network in file[node]] == [4, 6]
            assert all(any(network.overlaps(ip_network(text)) for text in NETWORKS) for network in file[node])
            if node not in before:
                assert [network.prefixlen for network in file[node]] == [lengths["ipv4"], lengths["ipv6"]]


@given(NODES, NODES, st.dictionaries(NAMES, st.integers(0, 15).map("10.22.{}.0/24".format)))
def test_a_pin_wins_or_the_error_says_why_not(first, then, pins):
    file = allocate(parse_request(params(nodes=first)), {})
    wanted = {node: (ip_network(pin),) for node, pin in pins.items()}
    differs = [node for node in pins if node in file and file[node] != wanted[node]]
    # Only the pin of a node without a subnet can overlap another node.
    added = [*file.values(), *(pin for node, pin in wanted.items() if node not in file)]
    overlaps = len(set(added)) < len(added) or (ip_network("10.22.0.0/24"),) in added
    if differs or overlaps:
        message = error_of(file, nodes=then, pins=pins)
        assert ("(pins) contradicts" if differs else "(pins) overlaps") in message
        assert any(f"{pin} of {node} (pins)" in message for node, pin in pins.items())
    else:
        after = allocate(parse_request(params(nodes=then, pins=pins)), file)
        assert {node: after[node] for node in pins if node in then} == {
            node: pin for node, pin in wanted.items() if node in then
        }
        held = {pin for node, pin in wanted.items() if node not in after}
        assert held.isdisjoint(after.values())


@given(
    st.integers(24, 28),
    st.lists(st.tuples(st.integers(24, 30), st.integers(0, 255)), max_size=5),
    st.integers(1, 5),
)
def test_a_new_subnet_is_the_first_that_is_free(length, ranges, number):
    reserved = [ip_network((f"10.22.0.{start}", bits), strict=False) for bits, start in ranges]
    nodes = [f"node{index}" for index in range(number)]
    options = {
        "networks": ["10.22.0.0/22"],
        "nodes": nodes,
        "reserved": [*map(str, reserved)],
        "prefix_lengths": {"ipv4": length},
    }
    every = ip_network("10.22.0.0/22").subnets(new_prefix=length)
    free = [str(subnet) for subnet in every if not any(subnet.overlaps(one) for one in reserved)]
    if len(free) < number:
        assert f"has room for {len(free)} nodes with subnets of length {length}, " in error_of(**options)
    else:
        assert run(**options) == {node: [subnet] for node, subnet in zip(nodes, free)}


@pytest.fixture
def own_objects_only():
    """Let the garbage collector ignore the objects of earlier tests."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


def second():
    """Return a second of processor time as it is on this machine now: on the slow side of those that were measured,
    twenty thousand networks of the library take a tenth of one."""
    start = time.process_time()
    for number in range(20_000):
        ipaddress.ip_network(f"10.{number >> 8}.{number & 255}.0/24")
    return max(1, 10 * (time.process_time() - start))


@pytest.mark.usefixtures("own_objects_only")
def test_ten_thousand_nodes_in_under_a_second():
    """None in the file, then all in the file and in the cluster; a machine that others use may need another try."""
    networks = ["10.0.0.0/8", "fd00::/32"]
    nodes = [f"node{number}" for number in range(10_000)]
    took = []
    for _try in range(3):
        start = time.process_time()
        first = allocate(parse_request(params(networks=networks, nodes=nodes, reserved=[])), {})
        first_took = time.process_time() - start
        known = shown(first)
        start = time.process_time()
        options = {"networks": networks, "nodes": nodes[::-1], "reserved": [], "known": known}
        assert allocate(parse_request(params(**options)), first) == first
        took.append((max(first_took, time.process_time() - start), second()))
        if took[-1][0] < took[-1][1]:
            break
    assert known["node9999"] == ["10.39.15.0/24", "fd00:0:0:270f::/64"]
    assert took[-1][0] < took[-1][1], took
