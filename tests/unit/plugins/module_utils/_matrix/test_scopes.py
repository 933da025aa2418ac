# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace
from itertools import permutations, product
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix import scopes
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import Endpoint, as_dict, load_targets
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.expectations import load_rules, matrix
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.judgements import judge
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.scopes import PairScope, select_pairs
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.targets import find_targets, target_as_dict
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.probe import Source, make_records

LABEL = "topology.kubernetes.io/zone"
FOUR = ("icmp", "tcp", "udp", "mtu")


def cluster(nodes, pods, missing=()):
    """Pods and nodes, an own Service and a NodePort on each node, the API and the DNS."""
    names = [f"n{number}" for number in range(nodes)]
    why = {name: f"{name} is not ready" for name in missing}
    ends = [
        Endpoint(f"own/{name}-{pod}", "pod", (f"10.1.{row}.{pod}",), name, own=True, missing=why.get(name))
        for row, name in enumerate(names)
        for pod in range(1, pods + 1)
    ]
    ends += [Endpoint(name, "node", (f"10.0.0.{row}",), name, missing=why.get(name)) for row, name in enumerate(names)]
    services = [
        Endpoint(
            f"own/on-{name}:80",
            "service",
            (f"10.96.1.{row}",),
            own=True,
            port=80,
            protocols=("tcp", "udp"),
            backends=(f"own/{name}-1",),
            backend_nodes=(name,),
        )
        for row, name in enumerate(names)
    ]
    ports = [replace(services[0], name=f"own/on-n0:80@{name}", kind="nodeport", via=name) for name in names]
    api = Endpoint("default/kubernetes:443", "service", ("10.96.0.1",), port=443, protocols=("tcp",))
    dns = Endpoint("kube-system/kube-dns:dns", "dns", ("10.96.0.10",), port=53, question="a.", answer="10.96.0.1")
    return [*ends, *services, *ports, replace(api, backend_nodes=("n0",)), dns]


def keys_of(endpoints, selection, checks=FOUR):
    """The cells of a selection, as a verification finds them."""
    targets = find_targets(selection.endpoints, [], (*checks, "dns"), selection.sources)
    return list(matrix(selection.endpoints, load_targets(map(target_as_dict, targets))))


def pairs_of(endpoints, selection):
    return {(key.source, key.target) for key in keys_of(endpoints, selection)}


def ends_of(endpoints):
    return {one.name: one for one in endpoints if one.kind in ("pod", "node")}


def sample(endpoints, size=2, seed="a", zones=None):
    return select_pairs(endpoints, PairScope("sample", size, seed, LABEL), zones or {})


clusters = st.builds(cluster, st.integers(1, 6), st.integers(0, 3))


@given(clusters)
def test_full_has_every_pair_and_says_nothing(endpoints):
    chosen = select_pairs(endpoints, PairScope(), {})
    assert (chosen.endpoints, chosen.sources, chosen.statement) == (endpoints, {}, {})


@given(st.integers(1, 6), st.integers(1, 3))
def test_node_pairs_has_every_ordered_pair_of_nodes(nodes, pods):
    endpoints = cluster(nodes, pods)
    chosen = select_pairs(endpoints, PairScope("node_pairs"), {})
    ends = ends_of(chosen.endpoints)
    keys = [key for key in keys_of(endpoints, chosen) if key.target in ends]
    across = [key for key in keys if ends[key.source].node != ends[key.target].node]
    # From pod and node to pod and node. Pods and nodes without listeners are only pinged.
    assert len(across) == nodes * (nodes - 1) * 4
    assert len(keys) - len(across) == nodes * 2
    assert {(ends[key.source].node, ends[key.target].node) for key in across} == set(
        permutations([f"n{number}" for number in range(nodes)], 2)
    )
    assert {one.name for one in chosen.endpoints if one.kind == "pod"} == {f"own/n{row}-1" for row in range(nodes)}
    assert chosen.statement["left_out_pods"] == nodes * (pods - 1)


@given(clusters, st.integers(1, 4), st.text(max_size=3))
def test_a_sample_has_every_endpoint_as_source_and_as_target(endpoints, size, seed):
    ends = ends_of(endpoints)
    pairs = pairs_of(endpoints, sample(endpoints, size, seed))
    among = [pair for pair in pairs if pair[1] in ends]
    for name in ends:
        others = len(ends) - 1
        assert sum(source == name for source, _target in among) >= min(size, others)
        assert any(target == name for _source, target in among) == bool(others)


@given(st.integers(2, 6), st.integers(0, 3), st.text(max_size=3))
def test_a_sample_leads_from_each_node_to_pods_and_nodes_elsewhere_and_back(nodes, pods, seed):
    endpoints = cluster(nodes, pods)
    ends = ends_of(endpoints)
    pairs = pairs_of(endpoints, sample(endpoints, 1, seed))
    across = [(ends[one], ends[other]) for one, other in pairs if other in ends and ends[one].node != ends[other].node]
    kinds = {one.kind for one in ends.values()}
    wanted = set(product({one.node for one in ends.values()}, kinds, kinds))
    assert {(one.node, one.kind, other.kind) for one, other in across} == wanted
    assert {(other.node, one.kind, other.kind) for one, other in across} == wanted


@given(st.lists(st.sampled_from(["east", "west", "north", ""]), min_size=2, max_size=8), st.text(max_size=3))
def test_a_sample_has_every_direction_between_two_zones(values, seed):
    endpoints = cluster(len(values), 1)
    zones = {f"n{row}": value for row, value in enumerate(values) if value}
    ends = ends_of(endpoints)
    chosen = sample(endpoints, 1, seed, zones)
    found = {
        (zones.get(ends[one].node), zones.get(ends[other].node))
        for one, other in pairs_of(endpoints, chosen)
        if other in ends
    }
    assert set(permutations({zones.get(one.node) for one in ends.values()}, 2)) <= found
    assert chosen.statement["zones"] == sorted(set(zones.values()))


@given(clusters, st.integers(1, 4), st.text(max_size=3))
def test_a_seed_repeats_a_sample(endpoints, size, seed):
    assert sample(endpoints, size, seed) == sample(list(endpoints), size, seed)


@given(clusters, st.sampled_from(["full", "node_pairs", "sample"]))
def test_nodes_probe_the_cells_that_the_controller_expects(endpoints, name):
    chosen = select_pairs(endpoints, PairScope(name, 2), {})
    targets = find_targets(chosen.endpoints, [], (*FOUR, "dns"), chosen.sources)
    sources = [Source(one.name, "", one.addresses) for one in chosen.endpoints if one.kind in ("pod", "node")]
    probed = [record.key for record in make_records(sources, targets)]
    assert probed == list(matrix(chosen.endpoints, targets))


def test_another_seed_is_another_sample():
    endpoints = cluster(6, 2)
    assert len({frozenset(pairs_of(endpoints, sample(endpoints, 2, str(seed)))) for seed in range(20)}) == 20


def test_a_sample_uses_only_numbers_that_python_promises_to_repeat(monkeypatch):
    endpoints, found = cluster(5, 2), []

    class OnlyRandom:
        """Random without its other methods, whose algorithms a version of Python may change."""

        def __init__(self, seed):
            self.random = Random(seed).random

    for kind in (Random, OnlyRandom):
        monkeypatch.setattr(scopes, "Random", kind)
        found.append(sample(endpoints))
    assert found[0] == found[1]


@given(clusters, st.sampled_from(["node_pairs", "sample"]), st.text(max_size=3))
def test_services_are_covered_from_each_node(endpoints, name, seed):
    chosen = select_pairs(endpoints, PairScope(name, 1, seed), {})
    ends = ends_of(endpoints)
    pairs = [(ends[one], other) for one, other in pairs_of(endpoints, chosen) if other not in ends]
    nodes = [one for one in ends if ends[one].kind == "node"]
    kinds = {one.kind for one in ends.values()}
    for target in ("default/kubernetes:443", "kube-system/kube-dns:dns"):
        assert {(one.node, one.kind) for one, other in pairs if other == target} == set(product(nodes, kinds))
    for shape in ("own/on-{}:80", "own/on-n0:80@{}"):
        probed = {node: {one.node for one, other in pairs if other == shape.format(node)} for node in nodes}
        assert all(node in some and len(some) == min(2, len(nodes)) for node, some in probed.items())
        # No node is left out as a source.
        assert set().union(*(some - {node} for node, some in probed.items())) == (
            set(nodes) if len(nodes) > 1 else set()
        )


def test_the_pairs_grow_with_the_nodes_and_not_with_their_square():
    few, many = ((len(pairs_of(some, sample(some, 3)))) for some in (cluster(20, 2), cluster(40, 2)))
    assert many < 2.2 * few


def test_the_counts_are_those_of_the_cells():
    endpoints = [*cluster(4, 2), Endpoint("controller", "controller", ())]
    everything = pairs_of(endpoints, select_pairs(endpoints, PairScope(), {}))
    for scope in (PairScope("node_pairs"), PairScope("sample", 2, "x")):
        chosen = select_pairs(endpoints, scope, {})
        assert chosen.statement["pairs"] == len(pairs_of(endpoints, chosen))
        assert chosen.statement["all_pairs"] == len(everything)


def test_the_controller_probes_all_node_ports():
    endpoints = [*cluster(3, 1), Endpoint("controller", "controller", ())]
    for name in ("node_pairs", "sample"):
        pairs = pairs_of(endpoints, select_pairs(endpoints, PairScope(name), {}))
        assert {other for one, other in pairs if one == "controller"} == {f"own/on-n0:80@n{row}" for row in range(3)}


def test_the_chances_are_those_of_many_samples():
    endpoints = cluster(8, 1)
    seeds = [sample(endpoints, 3, str(seed)) for seed in range(400)]
    chances = seeds[0].statement["chances"]
    assert chances["of_pair"] == pytest.approx(3 / 15)
    met = sum("own/n0-1" in one.sources["own/n5-1"] for one in seeds) / len(seeds)
    # Pairs that are added make it a little more; three standard deviations are 0.06.
    assert chances["of_pair"] - 0.06 < met < chances["of_pair"] + 0.1
    ways = {(one, other) for one in ("n0", "own/n0-1") for other in ("n5", "own/n5-1")}
    reached = [{(one, other) for other in ("n5", "own/n5-1") for one in found.sources[other]} for found in seeds]
    met = sum(bool(ways & some) for some in reached) / len(seeds)
    assert met > chances["of_nodes"] - 0.075


def test_a_small_cluster_is_probed_whole():
    endpoints = cluster(2, 1)
    chosen = sample(endpoints, 10)
    assert chosen.statement["chances"] == {"of_pair": 1, "of_nodes": 1}
    assert "a chance of 100 %" in chosen.statement["says"][1]


def test_missing_endpoints_stay_in_the_matrix_and_cover_nothing():
    endpoints = cluster(4, 1, missing=["n3"])
    zones = {"n0": "east", "n1": "east", "n2": "west", "n3": "west"}
    for seed in range(20):
        chosen = sample(endpoints, 1, str(seed), zones)
        ends = ends_of(endpoints)
        pairs = [(ends[one], ends[other]) for one, other in pairs_of(endpoints, chosen) if other in ends]
        assert {"n3", "own/n3-1"} <= {one.name for one, _other in pairs} & {other.name for _one, other in pairs}
        present = {(one.node, other.node) for one, other in pairs if not one.missing and not other.missing}
        assert any(zones[one] == "east" and other == "n2" for one, other in present)
        assert any(one == "n2" and zones[other] == "east" for one, other in present)


def test_endpoints_of_different_families_are_not_drawn():
    old = [Endpoint(f"old{row}", "node", (f"10.0.0.{row}",), f"old{row}") for row in range(3)]
    new = [Endpoint(f"new{row}", "node", (f"fd00::{row}",), f"new{row}") for row in range(3)]
    pairs = pairs_of([*old, *new], sample([*old, *new], 2))
    assert pairs == {*permutations([one.name for one in old], 2), *permutations([one.name for one in new], 2)}


@pytest.mark.parametrize("name", ["node_pairs", "sample"])
def test_a_fault_between_two_nodes_is_found(network, name):
    lab = network(nodes=5, pods=2)
    chosen = select_pairs(lab.endpoints, PairScope(name, 10, "x", LABEL), {})
    names = {one.name for one in chosen.endpoints}
    listeners = [one for one in lab.listeners if one.endpoint in names]
    targets = find_targets(chosen.endpoints, listeners, FOUR, chosen.sources)
    keys = set(matrix(chosen.endpoints, targets))
    nodes = {one.name: one.node for one in lab.endpoints}
    broken = [key for key in keys if (nodes[key.source], nodes[key.target]) == ("node2", "node4")]

    def fault(source, target, check):
        there = (source.node, target.node) == ("node2", "node4")
        return {"outcome": "blocked", "reason": "timeout"} if there else None

    cells = [cell for cell in lab.cells(fault) if cell.key in keys]
    judgements = judge(chosen.endpoints, targets, listeners, cells)
    failed = {one.cell.key for one in judgements if one.verdict == "failed"}
    assert failed == set(broken)
    if name == "node_pairs":
        assert len(broken) == 4 * len(FOUR)
    assert {one.verdict for one in judgements} == {"passed", "failed"}


def test_a_rule_may_match_no_cell_of_a_smaller_scope(network):
    lab = network(nodes=2, pods=1)
    rules = load_rules([{"target": "default/left-out", "outcome": "blocked"}])
    with pytest.raises(InputError, match="matches no cell"):
        judge(lab.endpoints, lab.targets, lab.listeners, lab.cells(lambda *_: None), rules)
    assert judge(lab.endpoints, lab.targets, lab.listeners, lab.cells(lambda *_: None), rules, idle_rules=True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("half",), "scope is 'half': choose from full, node_pairs, sample"),
        (("sample", 0), "sample_size is 0: it must be from 1 to 1000"),
        (("sample", 1001), "sample_size is 1001: it must be from 1 to 1000"),
    ],
)
def test_wrong_scopes(arguments, message):
    with pytest.raises(InputError, match=f"^{message}$"):
        PairScope(*arguments)


def test_the_statement_in_words():
    endpoints = cluster(3, 2)
    assert select_pairs(endpoints, PairScope("node_pairs"), {}).statement["says"] == [
        "Scope node_pairs: one pod of each node and the nodes themselves, in every direction: 66 of 144 pairs of "
        "endpoints. 3 other pods were left out."
    ]
    with_zones = sample(endpoints, 2, "monday", {"n0": "east", "n1": "west"}).statement["says"]
    assert with_zones[0].startswith("Scope sample: each pod and node probed 2 of 8 others: ")
    assert f"every direction between the 2 values of {LABEL} and each check have cells." in with_zones[0]
    assert "one of a single pair with a chance of 25 %, " in with_zones[1]
    assert with_zones[2] == "connectivity_sample_seed=monday repeats this sample."
    without = sample(endpoints, 2).statement["says"][0]
    assert without.endswith(f"No zones were told apart: the nodes differ in no label {LABEL}.")


def test_a_large_cluster_in_words():
    says = sample(cluster(200, 2), 5).statement["says"][1]
    assert "a chance of 0.83 %" in says  # 5 of 599
    # Three sources draw 5 of 599 each, and three targets are right: 1 - (596/599 * 595/598 * ... )^3.
    assert "with at least 7.2 %" in says


def test_the_json_form_of_a_target_with_sources():
    target = find_targets([Endpoint("n1", "node", ("10.0.0.1",), "n1")], [], ["icmp"], {"n1": ["n2"]})[0]
    assert target_as_dict(target)["sources"] == ("n2",)
    assert load_targets([target_as_dict(target)]) == [target]
    assert "sources" not in as_dict(replace(target, sources=()))
