"""Nodes judge their own cells: a healthy cluster sends none, a broken one those that fail, and both sum up alike."""

from __future__ import annotations

import json

import jsonschema
import pytest

BRIEF = {"connectivity_detail": "failures", "connectivity_name": "detail"}


@pytest.fixture
def verify(play, inventory):
    """A function that verifies, and gives the run and its report."""

    def run(**variables):
        done = play("playbooks/verify.yml", "--extra-vars", json.dumps({**BRIEF, **variables}))
        return done, json.loads((inventory.output / "reports/detail/report.json").read_text())

    return run


def test_a_healthy_cluster_sends_no_cell(verify, inventory, root):
    done, report = verify()
    assert done.returncode == 0, done.stdout
    jsonschema.validate(
        report, json.loads((root / "roles/connectivity/files/connectivity-report-2.schema.json").read_text())
    )
    counted = report["passed_without_detail"]
    # Flannel's nodes observe and judge every cell.
    assert report["cells"] == []
    assert counted["cells"] == report["summary"]["cells"] == report["summary"]["passed"] > 100
    assert f"{counted['cells']} of the cells that passed have no detail" in done.stdout
    assert {one["node"] for one in counted["tallies"]} == set(counted["by_node"]) == set(inventory.nodes)
    assert {one["check"] for one in counted["tallies"]} == {"icmp", "tcp", "udp", "mtu", "dns"}
    assert all(sum(number for _ms, number in one["latency_ms"]) == one["cells"] for one in counted["tallies"])


@pytest.mark.more
def test_a_broken_cluster_sends_the_cells_that_fail(verify, lost_route):
    quick = {"connectivity_trails": 0, "podnet_diagnose": False, "connectivity_node_port": False}
    reports = []
    for detail in ("failures", "full"):
        done, report = verify(**quick, connectivity_detail=detail)
        assert done.returncode != 0
        reports.append(report)
    brief, full = reports
    assert brief["summary"] == full["summary"]
    assert brief["groups"] == full["groups"]

    def bad(report):
        places = ("source", "target", "check", "verdict")
        return {tuple(cell[name] for name in places) for cell in report["cells"] if cell["verdict"] != "passed"}

    assert len(brief["cells"]) == len(bad(brief)) > 0
    assert bad(brief) == bad(full)
    nodes = {one["name"]: one["node"] for one in full["endpoints"] if one["kind"] in ("pod", "node")}
    among = {(nodes[one[0]], nodes[one[1]]) for one in bad(brief) if one[1] in nodes}
    assert among == {lost_route, lost_route[::-1]}
