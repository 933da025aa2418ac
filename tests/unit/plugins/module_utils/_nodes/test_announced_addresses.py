# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import ipaddress

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.announced_addresses import (
    AnnouncedNode,
    WrongAddress,
    parse_announced_node,
    read_announced_nodes,
    read_internal_addresses,
)

KEYS = {4: "example.org/ipv4", 6: "example.org/ipv6"}
NAT = {"address": "10.0.2.15", "interface": "enp0s3", "network": "10.0.2.0/24"}
OWN = {"address": "10.0.0.1", "interface": "enp0s8", "network": "10.0.0.0/24"}


def announced(address, *others, **found):
    """A node that announces this address, with more addresses than its own and the one of the NAT."""
    annotations = {} if address is None else {"example.org/ipv4": address}
    own = found.get("own", OWN)
    return parse_announced_node(
        "Acme", KEYS, "node1", annotations, {"node_address": own, "candidates": [NAT, own, *others]}
    )


@pytest.mark.parametrize(
    ("address", "interface", "sentence"),
    [
        ("10.0.2.15", "enp0s3", "node1: Acme announces 10.0.2.15 (enp0s3), should be 10.0.0.1 (enp0s8): mend it"),
        (
            "192.0.2.1",
            None,
            "node1: Acme announces 192.0.2.1 (on no NIC of node1), should be 10.0.0.1 (enp0s8): mend it",
        ),
        (
            None,
            None,
            "node1: Acme announces no address (annotation example.org/ipv4 is missing), should be 10.0.0.1 (enp0s8): "
            "mend it",
        ),
    ],
)
def test_the_sentence_for_a_wrong_address(address, interface, sentence):
    wrong = WrongAddress(announced(address), "mend it")
    assert wrong.as_dict() == {
        "node": "node1",
        "announced": address,
        "expected": "10.0.0.1",
        "interface": interface,
        "message": sentence,
    }


def test_an_announcement_that_is_no_address():
    node = announced("everywhere")
    assert (node.announced_address, node.announced_interface) == (None, None)


def test_the_annotation_is_of_the_family_of_the_node_s_address():
    node = announced("10.0.2.15", own={"address": "fd00::1", "interface": "enp0s8", "network": "fd00::/64"})
    assert (node.annotation, node.announced) == ("example.org/ipv6", None)


@pytest.mark.parametrize(
    ("others", "on_nic", "in_network"),
    [
        ([], True, True),
        ([{"address": "10.0.0.9", "interface": "enp0s9", "network": "10.0.0.0/24"}], True, False),
        ([{"address": "10.9.0.1", "interface": "enp0s8", "network": "10.9.0.0/24"}], False, True),
    ],
)
def test_other_addresses_on_the_nic_and_in_the_network(others, on_nic, in_network):
    node = announced("10.0.2.15", *others)
    assert (node.only_address_on_nic, node.only_address_in_network) == (on_nic, in_network)


def parse(name, annotations, _found):
    own = ipaddress.ip_address("10.0.0.1")
    return AnnouncedNode("Acme", "key", name, annotations.get("key"), own, "enp0s8", "10.0.0.0/24", {})


def test_nodes_without_a_node_object_have_no_annotations():
    nodes = [{"metadata": {"name": "node1", "annotations": {"key": "10.0.0.1"}}}, {"metadata": {"name": "node2"}}]
    found = read_announced_nodes(parse, nodes, {"node1": {}, "node2": {}, "node3": {}})
    assert [(node.name, node.announced) for node in found] == [("node1", "10.0.0.1"), ("node2", None), ("node3", None)]


def test_internal_addresses():
    addresses = [{"type": kind, "address": kind[0]} for kind in ("Hostname", "InternalIP")]
    nodes = [
        {"metadata": {"name": "node1"}, "status": {"addresses": addresses}},
        {"metadata": {"name": "node2"}, "status": {}},
    ]
    assert read_internal_addresses(nodes) == {"node1": ["I"], "node2": []}


@pytest.mark.parametrize(
    ("read", "message"),
    [
        (lambda: announced("10.0.2.15", own={}), r"^node_addresses of node1 is .*: give the result of podnet\."),
        (lambda: read_announced_nodes(parse, [{}], {}), r"^the input is \[\{\}\]: give a list of Node objects"),
        (lambda: read_announced_nodes(parse, [], []), r"^node_addresses is \[\]: give the result of podnet\."),
        (lambda: read_internal_addresses([{}]), r"^the input is \[\{\}\]: give a list of Node objects"),
    ],
)
def test_input_of_another_form(read, message):
    with pytest.raises(InputError, match=message):
        read()
