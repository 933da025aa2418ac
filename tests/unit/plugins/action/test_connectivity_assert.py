# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import stat
from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest
from ansible.errors import AnsibleActionFail
from jsonschema import Draft202012Validator

from ansible_collections.podnet.kubernetes.plugins.action import connectivity_assert, diagnosis_report
from ansible_collections.podnet.kubernetes.plugins.filter.connectivity_scope import connectivity_scope
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import as_dict

TIMEOUT = {"outcome": "blocked", "reason": "timeout", "succeeded": 0}


def one_direction(source, target, check):
    pods = source.kind == target.kind == "pod"
    return TIMEOUT if pods and (source.node, target.node) == ("node1", "node2") else None


def flapping(source, target, check):
    return {"outcome": "flapping", "succeeded": 1} if check == "udp" else None


@pytest.fixture
def run():
    """A function that runs the action with options, and with those of a network, and returns its result."""

    def run_with(lab, fault=lambda *cell: None, check_mode=False, **options):
        task = SimpleNamespace(
            args={**lab.options(fault), "overhead": 50, **options}, check_mode=check_mode, async_val=0, action="assert"
        )
        nothing = dict.fromkeys(["play_context", "loader", "templar", "shared_loader_obj"])
        connection = SimpleNamespace(_shell=SimpleNamespace(tmpdir=None))
        try:
            return json.loads(
                json.dumps(connectivity_assert.ActionModule(task, connection, **nothing).run(task_vars={}))
            )
        except AnsibleActionFail as error:
            return {"failed": True, "msg": error.message}

    return run_with


@pytest.mark.parametrize("check_mode", [False, True])
def test_all_is_well(run, network, tmp_path, check_mode):
    result = run(network(), directory=str(tmp_path / "new" / "reports"), started=0.5, check_mode=check_mode)
    assert result["changed"] is False
    nothing = {"failed": 0, "flapping": 0, "not_observed": 0, "not_judged": 0}
    assert result["summary"] == {"cells": 288, "passed": 288, **nothing}
    assert result["groups"] == []
    assert result["matrix"][-1] == result["msg"] == "288 cells: 288 passed"
    folder = tmp_path / "new" / "reports" / "lab"
    if check_mode:
        assert result["reports"] == {}
        assert not (tmp_path / "new").exists()
        return
    names = {
        "json": "report.json",
        "junit": "junit.xml",
        "html": "index.html",
        "openmetrics": "report.prom",
        "markdown": "summary.md",
    }
    assert result["reports"] == {kind: str(folder / name) for kind, name in names.items()}
    assert {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == dict.fromkeys(
        names.values(), 0o600
    )
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    report = json.loads((folder / "report.json").read_text())
    assert (report["name"], report["started"], len(report["cells"])) == ("lab", "1970-01-01T00:00:00Z", 288)
    assert ElementTree.parse(folder / "junit.xml").getroot().get("tests") == "288"


def test_trails_of_packets_are_in_the_report(run, network, tmp_path):
    trails = [{"source": "default/node1-a", "target": "default/node2-a", "check": "icmp", "verdict": "lost"}]
    result = run(network(), one_direction, directory=str(tmp_path), trails=trails)
    assert json.loads((tmp_path / "lab" / "report.json").read_text())["trails"] == trails
    assert result["summary"]["failed"] == 16


def test_a_failure_names_the_cells_and_writes_the_reports(run, network, tmp_path):
    result = run(network(), one_direction, directory=str(tmp_path))
    group = "16 cells: pods on node1 -> pods on node2, all checks: timeout"
    assert result["failed"] is True
    assert result["changed"] is False
    assert result["msg"] == f"288 cells: 272 passed, 16 failed\n- {group}"
    assert result["groups"] == [{"message": group, "cells": 16}]
    assert result["summary"]["failed"] == 16
    assert result["matrix"][-2:] == result["msg"].splitlines()
    assert "X" in result["matrix"][2]
    assert "cells" not in result
    report = json.loads((tmp_path / "lab" / "report.json").read_text())
    assert report["groups"] == result["groups"]
    assert report["summary"] == result["summary"]


def test_a_failure_need_not_fail_the_task(run, network):
    result = run(network(), one_direction, fail=False)
    assert result["failed"] is False
    assert result["summary"]["failed"] == 16


def test_flapping_is_a_failure(run, network):
    result = run(network(), flapping)
    assert result["failed"] is True
    assert result["msg"].startswith("288 cells: 216 passed, 72 flapping\n- 72 cells: ")


def test_an_older_report_is_replaced(run, network, tmp_path):
    run(network(), one_direction, directory=str(tmp_path))
    run(network(), directory=str(tmp_path))
    assert json.loads((tmp_path / "lab" / "report.json").read_text())["summary"]["failed"] == 0
    assert not {"earlier", "runs.jsonl", "trend.html"}.intersection(path.name for path in (tmp_path / "lab").iterdir())


DAY = 86400
KEEP = {"keep_reports": 2, "compare_with": "previous"}


def kept(tmp_path):
    return sorted(path.name for path in (tmp_path / "lab" / "earlier").glob("*"))


def check_schema(report):
    """Check a report against the schema that the collection has for others."""
    schema = Path(__file__).parents[4] / "roles/connectivity/files/connectivity-report-2.schema.json"
    assert list(Draft202012Validator(json.loads(schema.read_text())).iter_errors(report)) == []


def written(tmp_path, name="report.json"):
    text = (tmp_path / "lab" / name).read_text()
    return json.loads(text) if name.endswith("json") else text


def test_runs_are_kept_and_compared(run, network, tmp_path):
    options = {"directory": str(tmp_path), **KEEP}
    first = run(network(), started=1.0, **options)
    assert (kept(tmp_path), "comparison" in written(tmp_path)) == ([], False)
    assert first["msg"] == "288 cells: 288 passed"
    begun = written(tmp_path)["finished"]
    second = run(network(), one_direction, started=2.0, **options)
    assert second["msg"].splitlines()[2] == f"Compared with lab of {begun}: 16 worse"
    assert second["matrix"][-1] == second["msg"].splitlines()[-1]
    assert len(written(tmp_path)["comparison"]["worse"]) == 16
    assert kept(tmp_path) == [f"{begun.replace(':', '')}.json"]
    assert stat.S_IMODE((tmp_path / "lab" / "earlier").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "lab" / "earlier" / kept(tmp_path)[0]).stat().st_mode) == 0o600
    # The run judges its cells again, with trails.
    again = run(network(), one_direction, started=2.0, **options)
    assert again["msg"] == second["msg"]
    assert len(kept(tmp_path)) == 1
    assert [json.loads(line)["bad"] for line in written(tmp_path, "runs.jsonl").splitlines()] == [0, 16]
    assert "the last 2 runs" in written(tmp_path, "trend.html")


def test_the_oldest_reports_are_removed(run, network, tmp_path, monkeypatch):
    for number in range(5):
        monkeypatch.setattr(connectivity_assert.time, "time", lambda number=number: number * DAY)
        run(network(nodes=1), directory=str(tmp_path), started=float(number), keep_reports=2)
    assert kept(tmp_path) == ["1970-01-03T000000Z.json", "1970-01-04T000000Z.json"]


@pytest.mark.parametrize("version", [1, 2])
def test_a_report_of_either_version_is_compared(run, network, tmp_path, version):
    run(network(), one_direction, directory=str(tmp_path))
    report = {**written(tmp_path), "version": version}
    (tmp_path / "old.json").write_text(json.dumps(report))
    result = run(network(), compare_with=str(tmp_path / "old.json"))
    assert result["msg"].splitlines()[1] == f"Compared with lab of {report['finished']}: 16 better"


@pytest.mark.parametrize(
    ("before", "after", "wrong"),
    [
        (None, None, False),
        (None, one_direction, True),
        (one_direction, one_direction, False),
        (one_direction, None, False),
    ],
)
def test_only_worse_cells_fail_the_run(run, network, tmp_path, before, after, wrong):
    options = {"directory": str(tmp_path), "fail_on": "worse", **KEEP}
    run(network(), before or (lambda *cell: None), started=1.0, **options)
    result = run(network(), after or (lambda *cell: None), started=2.0, **options)
    assert (result["wrong"], result["failed"]) == (wrong, wrong)


def test_the_first_run_fails_for_any_cell(run, network, tmp_path):
    options = {"directory": str(tmp_path), "fail_on": "worse", **KEEP}
    assert run(network(), one_direction, started=1.0, **options)["failed"] is True


def test_check_mode_keeps_and_removes_nothing(run, network, tmp_path):
    for number in range(3):
        run(network(nodes=1), directory=str(tmp_path), started=float(number), keep_reports=5)
    before = {path: path.read_bytes() for path in (tmp_path / "lab").rglob("*.*")}
    result = run(network(nodes=1), directory=str(tmp_path), started=9.0, check_mode=True, keep_reports=1)
    assert result["reports"] == {}
    assert {path: path.read_bytes() for path in (tmp_path / "lab").rglob("*.*")} == before


def test_a_report_that_is_none_is_replaced(run, network, tmp_path):
    (tmp_path / "lab").mkdir()
    (tmp_path / "lab" / "report.json").write_text("{")
    (tmp_path / "lab" / "runs.jsonl").write_bytes(b"\xff\n{")
    result = run(network(), directory=str(tmp_path), keep_reports=1)
    assert result["failed"] is False
    assert kept(tmp_path) == []


def test_the_enforcement_is_in_the_report(run, network, tmp_path):
    run(network(), directory=str(tmp_path), enforced_after=1.25)
    assert written(tmp_path)["enforced_after_seconds"] == 1.25
    assert 'podnet_connectivity_enforced_seconds{report="lab"} 1.25' in written(tmp_path, "report.prom")


def test_findings_of_a_diagnosis_are_in_the_outputs(run, network, tmp_path):
    run(network(), one_direction, directory=str(tmp_path))
    finding = {"id": "mtu", "severity": "error", "nodes": ["node1"], "cause": "it is small", "evidence": []}
    diagnosis_report.add_findings(
        tmp_path / "lab" / "report.json", [{**finding, "remedy": "raise it", "explained_cells": 16}]
    )
    assert "| it is small | node1 | raise it | 16 |" in written(tmp_path, "summary.md")
    assert 'podnet_connectivity_findings{report="lab",severity="error"} 1' in written(tmp_path, "report.prom")


def test_no_directory_no_reports(run, network, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run(network())["reports"] == {}
    assert list(tmp_path.rglob("report.json")) == []


def test_a_directory_that_cannot_be_written(run, network, tmp_path):
    (tmp_path / "file").touch()
    result = run(network(), directory=str(tmp_path / "file"))
    assert result["failed"] is True
    assert result["msg"].startswith(f"directory {tmp_path / 'file'}: the reports cannot be written: ")
    assert result["msg"].endswith(": choose another directory")


def test_expectations_by_hand(run, network):
    blocked = {"source": "default/node1-*", "target": "default/node2-*", "outcome": "blocked"}
    assert run(network(), one_direction, expectations=[blocked])["summary"]["passed"] == 288
    # Without the fault it is the other way around.
    assert run(network(), expectations=[blocked])["msg"].splitlines() == [
        "288 cells: 272 passed, 16 failed",
        "- 16 cells: pods on node1 -> pods on node2, all checks: reachable, should be blocked",
    ]


BECAUSE = "ingress: selected by shop/deny-all, and no rule allows it"


def deny_all(lab):
    """The cells of a policy that selects the pods of node2: only each pod itself reaches it."""
    return [
        {
            "source": source.name,
            "target": target.name,
            "port": None if protocol == "ICMP" else 8080,
            "protocol": protocol,
            "family": "ipv4",
            "allowed": target.node != "node2" or source is target,
            "because": BECAUSE if target.node == "node2" else "ingress: no policy selects it",
            "decided_by": "implementation" if protocol == "ICMP" else "api",
        }
        for source in lab.pods
        for target in lab.pods
        for protocol in ("TCP", "UDP", "SCTP", "ICMP")
    ]


def test_policies_that_are_enforced(run, network):
    def enforced(source, target, check):
        return TIMEOUT if source.kind == target.kind == "pod" and target.node == "node2" else None

    assert run(network(), enforced, policy_cells=deny_all(network()))["summary"]["passed"] == 288
    # Without the policies it is a fault: 5 other pods each to two pods, 4 checks.
    assert run(network(), enforced)["summary"]["failed"] == 40


def test_policies_that_are_not_enforced(run, network, tmp_path):
    result = run(network(), policy_cells=deny_all(network()), directory=str(tmp_path))
    assert result["failed"] is True
    assert result["summary"]["failed"] == 40
    assert result["msg"].splitlines() == [
        "288 cells: 248 passed, 40 failed",
        f"- 40 cells: pods -> pods on node2, all checks: reachable, should be blocked: {BECAUSE} (30), "
        f"reachable, should be blocked: {BECAUSE} (left open by the API) (10)",
        "30 cells of SCTP are computed, and not observed: 20 allowed, 10 blocked",
    ]
    # Neither these cells nor those of a pod and itself count as passed or as anything else.
    report = written(tmp_path)
    check_schema(report)
    computed = report["computed"]
    assert len(computed) == 30
    assert {(one["protocol"], one["allowed"], one["because"]) for one in computed if not one["allowed"]} == {
        ("SCTP", False, BECAUSE)
    }
    for name in ("report.json", "junit.xml"):
        assert BECAUSE in (tmp_path / "lab" / name).read_text()


@pytest.mark.parametrize("enforced", [True, False])
def test_cells_that_policies_leave_open_neither_pass_nor_fail(run, network, enforced):
    def fault(source, target, check):
        left_open = source.kind == target.kind == "pod" and target.node == "node2" and check == "icmp"
        return TIMEOUT if left_open and enforced else None

    left_open = [{**one, "allowed": None} for one in deny_all(network()) if one["protocol"] == "ICMP"]
    result = run(network(), fault, policy_cells=left_open)
    assert result["failed"] is False
    # ICMP between any two of six pods
    assert (result["summary"]["passed"], result["summary"]["not_judged"]) == (258, 30)
    assert result["groups"] == []
    assert result["msg"] == "288 cells: 258 passed, 30 not judged"
    by_hand = [{"target": "default/node2-*", "checks": ["icmp"], "outcome": "reachable"}]
    assert run(network(), policy_cells=left_open, expectations=by_hand)["summary"]["not_judged"] == 20


def test_expectations_by_hand_win_over_policies(run, network):
    still_open = [{"target": "default/node2-*", "outcome": "reachable"}]
    assert run(network(), policy_cells=deny_all(network()), expectations=still_open)["summary"]["passed"] == 288


def test_pods_at_nodes(run, network):
    def translated(source, target, check):
        pods_at_nodes = (source.kind, target.kind) == ("pod", "node") and check in ("tcp", "udp")
        return {"seen": "10.100.198.250:4242"} if pods_at_nodes else None

    assert run(network(), translated)["summary"]["failed"] == 0
    # 6 pods, 3 nodes, tcp and udp
    assert run(network(), translated, pod_to_node_source="own")["summary"]["failed"] == 36


SOMEBODY = {
    "source": "shop/a",
    "target": "shop/b",
    "port": 80,
    "protocol": "TCP",
    "family": "ipv4",
    "allowed": False,
}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"name": ".."},
            "name '..' is not a name of a report: give letters, digits and ._-, a letter or digit first",
        ),
        ({"name": "a/b"}, "name 'a/b' is not a name of a report"),
        ({"name": ""}, "name '' is not a name of a report"),
        ({"keep_reports": -1}, "keep_reports is -1: it must be from 0 to 1000"),
        ({"fail_on": "worse"}, "fail_on is worse, and compare_with is not set: give previous, or the path of a "),
        ({"compare_with": "previous"}, "compare_with is previous, and no report is kept: set directory, and keep_"),
        ({"compare_with": "/none/r.json"}, "report /none/r.json: it cannot be read: No such file or directory: give"),
        ({"compare_with": "/dev/null"}, "report /dev/null: no JSON: "),
        ({"overhead": -1}, "overhead is -1: it must be from 0 to 1000"),
        ({"overhead_ipv6": 1001}, "overhead_ipv6 is 1001: it must be from 0 to 1000"),
        ({"cells": [{"source": "a"}]}, "cell {"),
        ({"cells": [{"sorce": "a"}]}, "cell has no field sorce: it has "),
        ({"endpoints": []}, "targets has default/node1-a, which is not in endpoints: "),
        ({"expectations": [{"target": "x", "outcome": "blocked"}]}, "expectations[0] matches no cell: "),
        ({"expectations": [{"sorce": "x", "outcome": "blocked"}]}, "Unsupported parameters for "),
        ({"expectations": [{"outcome": "open"}]}, "value of outcome must be one of: reachable, blocked, got: open"),
        ({"expectations": [{"checks": ["http"]}]}, "value of checks must be one or more of: icmp, tcp, udp, mtu, dns"),
        ({"policy_cells": [{"source": "a"}]}, "policy_cells[0] has no target: give cells as "),
        ({"policy_cells": [{**SOMEBODY, "allowed": "no"}]}, "policy_cells[0].allowed is 'no': give true or false"),
        ({"policy_cells": [SOMEBODY]}, "policy_cells matches no cell: shop/a -> shop/b, tcp 80, ipv4 is the first of "),
        ({"pod_to_node_source": "translated"}, "value of pod_to_node_source must be one of: any, own"),
    ],
)
def test_bad_input_is_one_clear_error(run, network, tmp_path, options, message):
    result = run(network(nodes=1), directory=str(tmp_path / "new"), **options)
    assert result["failed"] is True
    assert result["msg"].startswith(message)
    assert not (tmp_path / "new").exists()


def test_a_smaller_scope_is_said_everywhere(run, network, tmp_path):
    lab = network(nodes=3, pods=1)
    chosen = connectivity_scope([as_dict(one) for one in lab.endpoints], "sample", sample_size=2, sample_seed="monday")
    options = lab.options()
    targets = [{**one, "sources": chosen["sources"][one["name"]]} for one in options["targets"]]
    cells = [one for one in options["cells"] if one["source"] in chosen["sources"][one["target"]]]
    assert 0 < len(cells) < len(options["cells"])
    rules = [{"target": "default/left-out", "outcome": "blocked"}]
    given = {"targets": targets, "cells": cells, "scope": chosen["statement"], "expectations": rules}
    result = run(lab, directory=str(tmp_path), **given)
    assert result["summary"]["passed"] == result["summary"]["cells"] == len(cells)
    assert result["msg"].startswith("Scope sample: each pod and node probed 2 of 5 others")
    assert "connectivity_sample_seed=monday repeats this sample." in result["matrix"]
    report = json.loads((tmp_path / "lab" / "report.json").read_text())
    check_schema(report)
    assert report["scope"] == chosen["statement"]
    for name in ("index.html", "summary.md"):
        assert "monday" in (tmp_path / "lab" / name).read_text()
    root = ElementTree.parse(tmp_path / "lab" / "junit.xml").getroot()
    (suite,) = (one for one in root if one.get("name") == "scope")
    assert suite.find("testcase/skipped").get("message").startswith("Scope sample")
    assert int(root.get("tests")) == len(cells) + 1


def test_a_cell_that_the_scope_leaves_out_is_refused(run, network):
    lab = network(nodes=2, pods=1)
    targets = [{**one, "sources": ["node1"]} for one in lab.options()["targets"]]
    result = run(lab, targets=targets, scope={"name": "sample", "pairs": 2, "all_pairs": 12, "says": ["x"]})
    assert "which is not in the matrix: give the endpoints and targets of that run" in result["msg"]


def test_a_large_matrix_is_counted_and_has_the_same_reports(run, network, tmp_path, monkeypatch):
    lab = network(nodes=10, services=True)
    options = lab.options(lambda source, target, check: TIMEOUT if target.name == "node3" else None)
    cells = [one for one in options["cells"] if one["target"] == "node3"]
    nodes = {one.name: one.node for one in lab.endpoints}
    passed = Counter((nodes[one["source"]], one["check"]) for one in options["cells"] if one["target"] != "node3")
    kind = {"family": "ipv4", "outcome": "reachable"}
    briefs = [
        {"node": node, "tallies": [{"node": node, "check": check, "cells": number, **kind}]}
        for (node, check), number in passed.items()
    ]
    briefs = [
        {"node": node, "tallies": [tally for one in briefs if one["node"] == node for tally in one["tallies"]]}
        for node in lab.names
    ]
    found = []
    for most in (10**6, 0):
        monkeypatch.setattr(connectivity_assert, "MOST_FULL", most)
        monkeypatch.setattr(connectivity_assert.time, "time", lambda: 1.0)
        result = run(lab, directory=str(tmp_path / str(most)), started=0.0, cells=cells, briefs=briefs)
        files = {path.name: path.read_text() for path in (tmp_path / str(most) / "lab").iterdir()}
        report, suites = json.loads(files.pop("report.json")), ElementTree.fromstring(files.pop("junit.xml"))
        found.append((result["summary"], result["groups"], result["matrix"], report, files))
        found[-1] += ({one.get("name"): ElementTree.tostring(one) for one in suites},)
    assert found[0] == found[1]
    assert found[0][0]["failed"] == len(cells)
