# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import io
import json

import pytest
from diagnosis_world import NETWORKS, World, across

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._bundle.archive import pack, unpack
from ansible_collections.podnet.kubernetes.plugins.module_utils._bundle.bundle import (
    FILES,
    BundleParts,
    pack_bundle,
    unpack_bundle,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.account import account_document
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.registry import causes

ABOUT = {"collection": "1.2.3", "made": "2026-01-01T00:00:00Z", "redacted": False}


def packed(parts, **about):
    return io.BytesIO(pack_bundle(parts, causes(), {**ABOUT, **about}))


def parts_of(world, **more):
    return BundleParts(world.nodes, world.objects, world.report(), **more)


def files_of(parts):
    return unpack(packed(parts), FILES)


def changed(name, value):
    """A bundle in which one file is another one; None: it is missing."""
    files = files_of(parts_of(World()))
    if value is None:
        del files[name]
    else:
        files[name] = value if isinstance(value, bytes) else json.dumps(value).encode()
    return io.BytesIO(pack(files))


@pytest.mark.parametrize("network", NETWORKS)
def test_all_parts_come_back(network):
    world = World(network)
    world.nodes["gone"] = None
    world.fail(across("node1"))
    allocation = {"allocation": {"node1": ["10.1.1.0/24"]}}
    parts = parts_of(world, allocation=allocation, node_network="10.100.198.0/24", not_looked_at={"the API": "slow"})
    assert unpack_bundle(packed(parts), causes()) == parts


def test_the_findings_are_those_of_the_cluster():
    world = World()
    world.nodes["node1"]["sysctls"]["net.ipv4.ip_forward"]["value"] = "0"
    world.fail(across("node1"))
    parts = parts_of(world)
    again = unpack_bundle(packed(parts), causes())
    assert account_document(again.judged(causes())) == account_document(parts.judged(causes()))
    assert json.loads(files_of(parts)["findings.json"])["findings"] == world.diagnose()["findings"] != []


def test_the_bundle_says_what_it_is():
    manifest = json.loads(files_of(parts_of(World(), node_network="10.0.0.0/8"))["bundle.json"])
    assert (manifest["schema"], manifest["version"]) == ("podnet.kubernetes/bundle", 1)
    assert {name: manifest[name] for name in ABOUT} == ABOUT


def test_a_bundle_without_the_api_is_read():
    parts = BundleParts(World().nodes)
    assert unpack_bundle(packed(parts), causes()) == parts


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        *((name, None, f"it lacks {name}") for name in FILES if name != "findings.json"),
        ("nodes.json", b"{", "nodes.json in it is no JSON: "),
        ("nodes.json", b"\xff\xff", "nodes.json in it is no JSON: "),
        ("nodes.json", b"[" * 200_000, "nodes.json in it is no JSON: it nests too deeply"),
        ("nodes.json", [], r"nodes.json in it has another form: '\[\]' instead of an object"),
        ("nodes.json", b"null", "nodes.json in it has another form"),
        ("objects.json", 5, "objects.json in it has another form: '5'"),
        ("objects.json", {}, "its content cannot be judged: objects has no list nodes"),
        ("nodes.json", {"node1": 5}, "its content cannot be judged: node1 has '5'"),
        ("nodes.json", {"node1": {"host": [], "links": [{}]}}, r"cannot be judged: node1.host is \[\], not a text"),
        ("report.json", {"schema": "other"}, "its content cannot be judged: report is no report.json"),
        ("allocation.json", {"a": 1}, "its content cannot be judged: allocation is no allocation file"),
        ("bundle.json", [], "bundle.json in it does not have the schema podnet.kubernetes/bundle"),
        ("bundle.json", {"schema": "podnet.kubernetes/findings", "version": 1}, "does not have the schema"),
        (
            "bundle.json",
            {"schema": "podnet.kubernetes/bundle", "version": 2},
            "it has version '2', and this collection r",
        ),
        ("bundle.json", {"schema": "podnet.kubernetes/bundle"}, "it has version 'None'"),
        ("bundle.json", {"schema": "podnet.kubernetes/bundle", "version": True}, "it has version 'True'"),
        ("bundle.json", {"schema": "podnet.kubernetes/bundle", "version": "x" * 10**6}, "it has version 'x{40}', and"),
        (
            "bundle.json",
            {"schema": "podnet.kubernetes/bundle", "version": 1, "node_network": 1},
            "another form: node_network is '1'",
        ),
        (
            "bundle.json",
            {"schema": "podnet.kubernetes/bundle", "version": 1, "node_network": "x"},
            "its content cannot be judged: ",
        ),
        (
            "bundle.json",
            {"schema": "podnet.kubernetes/bundle", "version": 1, "not_looked_at": [1]},
            "bundle.json in it has another form",
        ),
    ],
)
def test_wrong_content_costs_a_sentence(name, value, sentence):
    with pytest.raises(InputError, match=sentence) as raised:
        unpack_bundle(changed(name, value), causes())
    assert "\n" not in str(raised.value)
    assert raised.value.__cause__ is None


@pytest.mark.parametrize(
    ("part", "sentence"),
    [
        ({"links": 5}, "node1.links is 5, not a list, so it is left out"),
        ({"clock_offset": 10**400}, f"node1.clock_offset is 1{'0' * 79}…, not a number, so it is left out"),
    ],
)
def test_an_odd_part_of_a_node_costs_this_part(part, sentence):
    parts = unpack_bundle(changed("nodes.json", {"node1": {"host": "node1", **part}}), causes())
    assert sentence in parts.judged(causes()).unread


def test_findings_of_a_stranger_are_not_read():
    assert unpack_bundle(changed("findings.json", b"{"), causes()) == parts_of(World())
