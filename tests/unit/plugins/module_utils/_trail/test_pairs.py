# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import Endpoint
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.pairs import load_pairs

A = Endpoint("shop/a", "pod", ("10.244.1.2", "fd00::1:2"), "node1")
B = Endpoint("shop/b", "pod", ("10.244.2.2",), "node2")
NODE1, NODE2 = (Endpoint(f"node{n}", "node", (f"192.0.2.{n}",), f"node{n}") for n in (1, 2))
SERVICE = Endpoint("shop/b:80", "service", ("10.96.0.7",), port=80, backends=("shop/b", "shop/gone"))
OUTSIDE = Endpoint("203.0.113.1", "outside", ("203.0.113.1",))
ALL = [A, B, NODE1, NODE2, SERVICE, OUTSIDE]
PING = {"source": "shop/a", "target": "shop/b", "check": "icmp"}


def test_a_cell_is_a_pair():
    cell = {**PING, "check": "tcp", "port": 8080, "family": "ipv4", "outcome": "blocked", "attempts": 3}
    (pair,) = load_pairs([cell], ALL)
    assert (pair.number, pair.source, pair.target, pair.check) == (0, A, B, "tcp")
    assert (pair.address, pair.family, pair.port, pair.size, pair.ends) == ("10.244.2.2", "ipv4", 8080, 0, (B,))
    assert pair.places == {"shop/a", "shop/b", "node1", "node2"}
    assert str(pair) == "shop/a -> shop/b, tcp 8080, ipv4"


def test_the_addresses_of_packets_and_answers():
    service, pod = load_pairs([{**PING, "target": "shop/b:80", "check": "tcp", "port": 80}, PING], ALL)
    assert service.addresses == ["10.96.0.7", "10.244.2.2", "10.244.1.2"]
    assert pod.addresses == ["10.244.2.2", "10.244.1.2"]


def test_pairs_are_numbered_and_icmp_has_no_port():
    first, second = load_pairs([{**PING, "port": 8080}, {**PING, "size": 1400}], ALL)
    assert (first.number, first.port, second.number, second.size) == (0, None, 1, 1400)
    assert str(second) == "shop/a -> shop/b, icmp, ipv4, 1400 bytes"


def test_a_service_ends_at_its_known_backends():
    (pair,) = load_pairs([{**PING, "target": "shop/b:80", "check": "tcp", "port": "80"}], ALL)
    assert (pair.address, pair.port, pair.ends) == ("10.96.0.7", 80, (B,))
    assert pair.places == {"shop/a", "shop/b", "node1", "node2"}


def test_a_node_port_passes_the_node_that_has_it():
    port = Endpoint("shop/b:30080@node1", "nodeport", ("192.0.2.1",), port=30080, backends=("shop/b",), via="node1")
    (pair,) = load_pairs(
        [{**PING, "source": "node2", "target": port.name, "check": "tcp", "port": 30080}], [*ALL, port]
    )
    assert (pair.ends, pair.nodes) == ((B,), {"node1", "node2"})
    assert pair.places == {"shop/b", "node1", "node2"}


def test_an_outside_address_has_no_node():
    (pair,) = load_pairs([{**PING, "target": "203.0.113.1"}], ALL)
    assert pair.places == {"shop/a", "node1", "203.0.113.1"}


def test_the_sender_knows_the_size_for_the_check_mtu():
    (pair,) = load_pairs([{**PING, "check": "mtu", "port": 8080}], ALL)
    assert (pair.size, str(pair)) == (0, "shop/a -> shop/b, mtu 8080, ipv4")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"check": "sctp"}, "pairs[0].check is 'sctp': choose from icmp, tcp, udp, mtu, dns"),
        ({"check": None}, "pairs[0].check is None, not a text"),
        ({"source": "shop/c"}, "pairs[0].source is 'shop/c', which no endpoint is: choose from shop/b"),
        ({"source": "shop/b:80"}, "pairs[0].source is the service shop/b:80: choose a pod or a node"),
        ({"family": "ipv5"}, "pairs[0].family is 'ipv5': choose from ipv4, ipv6"),
        ({"family": "ipv6"}, "pairs[0].family is ipv6: shop/a and shop/b do not both have such an address"),
        ({"check": "tcp"}, "pairs[0].port is None: give a port number from 1 to 65535"),
        ({"check": "udp", "port": 0}, "pairs[0].port is 0: give a port number from 1 to 65535"),
        ({"check": "udp", "port": "http"}, "pairs[0].port is 'http', not a number"),
        ({"size": 99}, "pairs[0].size is 99: give 100 to 9000, and with icmp, udp and mtu only"),
        ({"check": "tcp", "port": 80, "size": 500}, "pairs[0].size is 500: give 100 to 9000, and with icmp"),
    ],
)
def test_a_wrong_pair(change, message):
    with pytest.raises(InputError) as error:
        load_pairs([{**PING, **change}], ALL)
    assert str(error.value).startswith(message)


def test_a_missing_field():
    with pytest.raises(InputError, match=r"pairs\[1\].target is missing"):
        load_pairs([PING, {"source": "shop/a", "check": "icmp"}], ALL)


def test_too_many_pairs():
    assert len(load_pairs([PING] * 256, ALL)) == 256
    with pytest.raises(InputError, match="pairs has 257 pairs: give at most 256"):
        load_pairs([PING] * 257, ALL)
