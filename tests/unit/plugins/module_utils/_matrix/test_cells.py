# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.addresses import FAMILIES
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import (
    CHECKS,
    KINDS,
    OUTCOMES,
    REASONS,
    Cell,
    Endpoint,
    Listener,
    Target,
    Try,
    as_dict,
    load_cells,
    load_endpoints,
    load_listeners,
    load_targets,
)

NAMES = st.text(min_size=1, max_size=10)
TUPLES = st.lists(NAMES, max_size=2).map(tuple)
PORTS = st.none() | st.integers(1, 65535)
TEXTS = st.none() | NAMES
TIMES = st.none() | st.floats(0, 1e6)
ENDPOINTS = st.builds(
    Endpoint,
    name=NAMES,
    kind=st.sampled_from(KINDS),
    addresses=TUPLES,
    node=TEXTS,
    uids=TUPLES,
    own=st.booleans(),
    port=PORTS,
    protocols=TUPLES,
    backends=TUPLES,
    backend_nodes=TUPLES,
    overlay_nodes=TUPLES,
    question=TEXTS,
    answer=TEXTS,
)
LISTENERS = st.builds(
    Listener,
    endpoint=NAMES,
    address=NAMES,
    protocol=st.sampled_from(["tcp", "udp"]),
    port=st.integers(1, 65535),
    answers=NAMES,
    mtu=PORTS,
)
TRIES = st.builds(
    Try, check=st.sampled_from(CHECKS), port=PORTS, answers=TEXTS, expect=TUPLES, question=TEXTS, answer=TEXTS
)
TARGETS = st.builds(
    Target, name=NAMES, kind=st.sampled_from(KINDS), address=NAMES, tries=st.lists(TRIES, max_size=2).map(tuple)
)
CELLS = st.builds(
    Cell,
    source=NAMES,
    target=NAMES,
    check=st.sampled_from(CHECKS),
    family=st.sampled_from(FAMILIES),
    port=PORTS,
    outcome=st.sampled_from(OUTCOMES),
    reason=st.none() | st.sampled_from(REASONS),
    detail=TEXTS,
    attempts=st.integers(1, 5),
    succeeded=st.integers(0, 5),
    latency_ms=TIMES,
    first_success_ms=TIMES,
    own=TEXTS,
    seen=TEXTS,
    answered_by=TEXTS,
    mtu=PORTS,
)


def test_an_endpoint_s_address_in_a_family():
    dual = Endpoint("a", "pod", ("10.244.1.2", "fd00::2"))
    assert [dual.address(family) for family in FAMILIES] == ["10.244.1.2", "fd00::2"]
    assert Endpoint("a", "pod", ("10.244.1.2",)).address("ipv6") is None


@pytest.mark.parametrize(
    ("own", "seen", "translated"),
    [
        ("10.244.1.2:40000", "10.244.1.2:40000", False),
        ("10.244.1.2:40000", "10.244.1.2:1024", True),  # the port alone
        ("10.244.1.2:40000", "10.100.198.201:40000", True),
        ("10.244.1.2:40000", None, None),
    ],
)
def test_whether_a_source_is_translated(own, seen, translated):
    assert Cell("a", "b", "tcp", "ipv4", 80, "reachable", own=own, seen=seen).translated is translated


def test_only_fields_that_are_none_or_empty_are_left_out():
    assert as_dict(Endpoint("a", "pod", ())) == {"name": "a", "kind": "pod", "own": False}
    assert as_dict(Cell("a", "b", "icmp", "ipv4", None, "blocked", "timeout", latency_ms=0.0)) == {
        "source": "a",
        "target": "b",
        "check": "icmp",
        "family": "ipv4",
        "outcome": "blocked",
        "reason": "timeout",
        "attempts": 1,
        "succeeded": 0,
        "latency_ms": 0.0,
    }


@pytest.mark.parametrize(
    ("forms", "load"),
    [(ENDPOINTS, load_endpoints), (LISTENERS, load_listeners), (TARGETS, load_targets), (CELLS, load_cells)],
    ids=["endpoints", "listeners", "targets", "cells"],
)
def test_json_forms_are_loaded_again(forms, load):
    @given(forms)
    def comes_back(form):
        assert load(json.loads(json.dumps([as_dict(form)]))) == [form]

    comes_back()


CELL = {"source": "a", "target": "b", "check": "tcp", "family": "ipv4", "outcome": "reachable"}


@pytest.mark.parametrize(
    ("load", "data", "message"),
    [
        (load_listeners, {"endpoint": "a", "address": "10.0.0.1", "protocol": "tcp"}, r"listener .* has no port$"),
        (load_targets, {"name": "a", "kind": "pod", "tries": []}, r"target .* has no address$"),
        (load_targets, {"name": "a", "kind": "pod", "address": "10.0.0.1", "tries": [{}]}, r"try .* has no check$"),
        (load_endpoints, {"kind": "pod", "addresses": []}, r"endpoint .* has no name$"),
        (load_cells, {**CELL, "mut": 1450, "mto": 1}, r"cell has no field mto, mut: it has answered_by, attempts, .*"),
        (
            load_targets,
            {"name": "a", "adress": ""},
            r"target has no field adress: it has address, kind, name, sources, tries$",
        ),
    ],
)
def test_a_field_that_is_unknown_or_missing_is_named(load, data, message):
    with pytest.raises(InputError, match=f"^{message}"):
        load([data])


def test_the_words_are_those_of_the_design():
    assert all(re.fullmatch("[a-z ]+", word) for word in (*OUTCOMES, *REASONS, *CHECKS, *KINDS))
    assert set(OUTCOMES) == {"reachable", "blocked", "faulty", "flapping", "not observed"}
    assert set(REASONS) == {"refused", "timeout", "unreachable", "too big", "wrong answer"}
