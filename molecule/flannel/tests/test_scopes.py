"""A smaller scope probes the pairs that it promises, says so, and finds a fault between two nodes."""

from __future__ import annotations

import json

import jsonschema
import pytest

LABEL = "example.org/rack"


@pytest.fixture
def verify(play, inventory):
    """A function that verifies in a scope, and gives the run, its report and its files."""

    def run(scope, **variables):
        name = f"scope-{scope}"
        values = {"connectivity_name": name, "connectivity_scope": scope, **variables}
        done = play("playbooks/verify.yml", "--extra-vars", json.dumps(values))
        folder = inventory.output / "reports" / name
        report = json.loads((folder / "report.json").read_text()) if (folder / "report.json").exists() else None
        return done, report, folder

    return run


def nodes_of(report):
    return {one["name"]: one["node"] for one in report["endpoints"] if one["kind"] in ("pod", "node")}


def check_words(done, report, folder, root):
    """The screen, the page and the summary have the sentences of the scope."""
    schema = json.loads((root / "roles/connectivity/files/connectivity-report-2.schema.json").read_text())
    jsonschema.validate(report, schema)
    for words in report["scope"]["says"]:
        start = words[:60]
        assert start in done.stdout
        assert start in (folder / "index.html").read_text()
    assert f"(scope {report['scope']['name'].replace('_', '&#95;')})" in (folder / "summary.md").read_text()


def test_node_pairs(verify, inventory, root):
    done, report, folder = verify("node_pairs")
    assert done.returncode == 0, done.stdout
    check_words(done, report, folder, root)
    nodes = nodes_of(report)
    # One pod of ours on each node, and the node.
    assert sorted(nodes) == sorted([*inventory.nodes, *(f"podnet-connectivity/{name}-1" for name in inventory.nodes)])
    found = {(cell["source"], cell["target"]) for cell in report["cells"] if cell["target"] in nodes}
    assert found == {(source, target) for source in nodes for target in nodes if source != target}
    assert report["scope"]["pairs"] == len({(cell["source"], cell["target"]) for cell in report["cells"]})
    dns = {cell["source"] for cell in report["cells"] if cell["check"] == "dns"}
    assert dns == set(nodes)


@pytest.fixture
def racks(kubectl, inventory):
    """Labels that put each node into a rack of its own."""
    for number, name in enumerate(inventory.nodes):
        kubectl.output("label", "node", name, f"{LABEL}=r{number}")
    yield
    for name in inventory.nodes:
        kubectl.output("label", "node", name, f"{LABEL}-")


def test_a_sample(verify, inventory, racks, root):
    options = {"connectivity_sample_size": 1, "connectivity_sample_label": LABEL}
    done, report, folder = verify("sample", connectivity_sample_seed="monday", **options)
    assert done.returncode == 0, done.stdout
    check_words(done, report, folder, root)
    nodes = nodes_of(report)
    pairs = {(cell["source"], cell["target"]) for cell in report["cells"]}
    among = {pair for pair in pairs if pair[1] in nodes}
    assert {source for source, _target in among} == {target for _source, target in among} == set(nodes)
    directions = {(nodes[source], nodes[target]) for source, target in among if nodes[source] != nodes[target]}
    assert len(directions) == len(inventory.nodes) * (len(inventory.nodes) - 1)
    assert len(among) < len(nodes) * (len(nodes) - 1) / 2
    assert report["scope"]["zones"] == ["r0", "r1", "r2"]


@pytest.mark.more
def test_node_pairs_finds_a_fault_between_two_nodes(verify, lost_route):
    quick = {"connectivity_trails": 0, "podnet_diagnose": False, "connectivity_node_port": False}
    done, report, _folder = verify("node_pairs", **quick)
    assert done.returncode != 0
    nodes = nodes_of(report)
    among = [cell for cell in report["cells"] if cell["target"] in nodes]
    failed = [cell for cell in among if cell["verdict"] != "passed"]
    assert {(nodes[cell["source"]], nodes[cell["target"]]) for cell in failed} == {lost_route, lost_route[::-1]}
    pods = [f"podnet-connectivity/{name}-1" for name in lost_route]
    between = [cell for cell in among if {cell["source"], cell["target"]} == set(pods)]
    assert len(between) == 2 * 4
    assert {cell["verdict"] for cell in between} == {"failed"}


@pytest.mark.more
def test_a_seed_repeats_the_pairs(verify):
    found = []
    for _run in range(2):
        done, report, _folder = verify("sample", connectivity_sample_seed="tuesday", connectivity_trails=0)
        assert done.returncode == 0, done.stdout
        found.append({(cell["source"], cell["target"]) for cell in report["cells"]})
    assert found[0] == found[1]
