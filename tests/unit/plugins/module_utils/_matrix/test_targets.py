# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import (
    CHECKS,
    Endpoint,
    Listener,
    Target,
    Try,
    load_targets,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.targets import find_targets, target_as_dict

POD = Endpoint("shop/web-1", "pod", ("10.244.1.5", "fd00:244::5"), node="node1")
NODE = Endpoint("node1", "node", ("10.0.0.1",), node="node1")
OWN = Endpoint(
    "podnet/s:80",
    "service",
    ("10.96.0.30",),
    own=True,
    port=80,
    protocols=("tcp", "udp"),
    backends=("podnet/a", "node1"),
)
ICMP = Try("icmp")


def listener(protocol, port, answers="podnet", endpoint="shop/web-1", address="10.244.1.5"):
    return Listener(endpoint, address, protocol, port, answers, mtu=1450)


@pytest.mark.parametrize(
    ("listeners", "tries"),
    [
        pytest.param([], (ICMP,), id="none"),
        pytest.param(
            [listener("udp", 41), listener("udp", 40), listener("tcp", 51), listener("tcp", 50)],
            (
                ICMP,
                Try("tcp", 50, "podnet", ("shop/web-1",)),
                Try("tcp", 51, "podnet", ("shop/web-1",)),
                Try("udp", 40, "podnet", ("shop/web-1",)),
                Try("udp", 41, "podnet", ("shop/web-1",)),
                Try("mtu", 40, "podnet", ("shop/web-1",)),
            ),
            id="own",
        ),
        pytest.param(
            [listener("tcp", 80, "nothing"), listener("udp", 53, "nothing")],
            (ICMP, Try("tcp", 80, "nothing"), Try("udp", 53, "nothing")),
            id="somebody else's",
        ),
        pytest.param(
            [listener("udp", 53, "nothing"), listener("udp", 60)],
            (
                ICMP,
                Try("udp", 53, "nothing"),
                Try("udp", 60, "podnet", ("shop/web-1",)),
                Try("mtu", 60, "podnet", ("shop/web-1",)),
            ),
            id="MTU at the own one",
        ),
    ],
)
def test_targets_of_a_pod(listeners, tries):
    assert find_targets([POD], listeners, CHECKS) == [
        Target("shop/web-1", "pod", "10.244.1.5", tries),
        Target("shop/web-1", "pod", "fd00:244::5", (ICMP,)),
    ]


@pytest.mark.parametrize(
    ("endpoint", "tries"),
    [
        pytest.param(NODE, (ICMP, Try("tcp", 9, "podnet", ("node1",))), id="node"),
        pytest.param(
            OWN,
            (Try("tcp", 80, "podnet", ("podnet/a", "node1")), Try("udp", 80, "podnet", ("podnet/a", "node1"))),
            id="own Service",
        ),
        pytest.param(
            Endpoint("shop/web:80", "service", ("10.96.0.20",), port=80, protocols=("tcp", "udp"), backends=("a/b",)),
            (Try("tcp", 80, "nothing"),),
            id="foreign Service",
        ),
        pytest.param(
            Endpoint("a/b:dns", "dns", ("fd00:96::a",), port=53, question="q.", answer="10.96.0.1", backends=("a/b",)),
            (Try("dns", 53, "dns", question="q.", answer="10.96.0.1"),),
            id="DNS",
        ),
        pytest.param(Endpoint("203.0.113.1", "outside", ("203.0.113.1",)), (ICMP,), id="outside"),
        pytest.param(
            Endpoint("203.0.113.1", "outside", ("203.0.113.1",), port=80),
            (ICMP, Try("tcp", 80, "agnhost"), Try("udp", 80, "agnhost")),
            id="outside with a port",
        ),
    ],
)
def test_targets(endpoint, tries):
    listeners = [listener("tcp", 9, endpoint="node1", address="10.0.0.1")] if endpoint is NODE else []
    assert find_targets([endpoint], listeners, CHECKS) == [
        Target(endpoint.name, endpoint.kind, endpoint.addresses[0], tries)
    ]


def test_addresses_of_which_nothing_is_tried_are_left_out():
    foreign = Endpoint("shop/web:53", "service", ("10.96.0.20",), port=53, protocols=("udp",))
    bare = Endpoint("node2", "node", (), node="node2")
    assert find_targets([NODE, foreign, bare], [], ["tcp"]) == []


@given(checks=st.sets(st.sampled_from(CHECKS), min_size=1).map(list))
def test_checks_choose_among_all_tries(checks):
    listeners = [listener("udp", 40), listener("tcp", 50)]
    dns = Endpoint("a/b:dns", "dns", ("10.96.0.10",), port=53, question="q.", answer="10.96.0.1")
    everything = find_targets([POD, OWN, dns], listeners, CHECKS)
    assert [(one.address, try_) for one in find_targets([POD, OWN, dns], listeners, checks) for try_ in one.tries] == [
        (one.address, try_) for one in everything for try_ in one.tries if try_.check in checks
    ]


@pytest.mark.parametrize(
    ("listeners", "checks", "message"),
    [
        ([], ["icmp", "ping"], "checks has 'ping': choose from icmp, tcp, udp, mtu, dns"),
        ([], [], "checks is empty: choose from icmp, tcp, udp, mtu, dns"),
        (
            [listener("tcp", 9, address="10.244.1.7")],
            CHECKS,
            "listeners has shop/web-1 at 10.244.1.7, tcp port 9, and no endpoint has that name and address: "
            "give the endpoints that the listeners were made for",
        ),
    ],
)
def test_targets_of_bad_input(listeners, checks, message):
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        find_targets([POD], listeners, checks)


def test_json_form_of_a_target():
    target = Target("shop/web-1", "pod", "10.244.1.5", (ICMP, Try("tcp", 50, "podnet", ("shop/web-1",))))
    form = target_as_dict(target)
    assert form == {
        "name": "shop/web-1",
        "kind": "pod",
        "address": "10.244.1.5",
        "tries": [{"check": "icmp"}, {"check": "tcp", "port": 50, "answers": "podnet", "expect": ("shop/web-1",)}],
    }
    assert load_targets([form]) == [target]


@pytest.mark.parametrize(
    ("endpoint", "checks"),
    [
        (replace(POD, missing="x"), {"10.244.1.5": "icmp tcp udp mtu", "fd00:244::5": "icmp tcp udp mtu"}),
        (replace(NODE, addresses=(), missing="x"), {"": "icmp tcp udp mtu"}),
        (replace(OWN, missing="x"), {"10.96.0.30": "tcp udp"}),
    ],
)
def test_a_missing_endpoint_has_the_checks_that_it_would_get(endpoint, checks):
    targets = find_targets([endpoint], [], CHECKS)
    assert {one.address: " ".join(try_.check for try_ in one.tries) for one in targets} == checks
    assert {try_.port for one in targets for try_ in one.tries} <= {None, 80}
    assert [try_.check for one in find_targets([endpoint], [], ["udp"]) for try_ in one.tries] == ["udp"] * len(checks)
