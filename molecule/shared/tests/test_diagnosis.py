"""The diagnosis names nothing on a healthy cluster. A failed verification names the cause, and where packets end."""

from __future__ import annotations

import json

import jsonschema
import pytest

RULE = "FORWARD -s 10.244.0.0/16 -j DROP"


def test_the_diagnosis_names_nothing(names_nothing):
    names_nothing()


@pytest.fixture(scope="module")
def dropped(play, reports, inventory, on):
    """A verification while node1 drops packets between pods: the run, its report and its findings."""
    on("node1").check_output(f"iptables -I {RULE}")
    try:
        done = play("playbooks/verify.yml", "--extra-vars", "connectivity_name=dropped")
    finally:
        on("node1").check_output(f"iptables -D {RULE}")
    assert done.returncode == 2, done.stdout
    return done, reports("dropped"), json.loads((inventory.output / "reports/dropped/findings.json").read_text())


def test_the_cause_is_named_first_and_explains_every_failed_cell(dropped):
    _done, report, found = dropped
    assert [(one["id"], one["nodes"], one["evidence"]) for one in found["findings"]] == [
        ("forward_drop", ["node1"], [f"-A {RULE}"])
    ]
    failed = report["summary"]["failed"] + report["summary"]["flapping"]
    assert found["findings"][0]["explained_cells"] == found["failed_cells"] == failed > 0
    assert found["unexplained"] == []


def test_packets_of_failed_cells_were_followed_to_the_rule(dropped, root):
    _done, report, found = dropped
    jsonschema.validate(
        report, json.loads((root / "roles/connectivity/files/connectivity-report-2.schema.json").read_text())
    )
    failed = {
        (cell["source"], cell["target"], cell["check"]) for cell in report["cells"] if cell["verdict"] != "passed"
    }
    assert {(one["source"], one["target"], one["check"]) for one in report["trails"]} <= failed
    assert len(report["trails"]) == 3
    for trail in report["trails"]:
        assert trail["verdict"] in ("lost", "answer lost")
        # The rule drops on node1 what comes from pods: of its own to others, of others to its own.
        assert any(f"-A {RULE} counted " in one and one.startswith("node1: ") for one in trail["evidence"]), trail
    assert found["trails"] == report["trails"]


def test_the_findings_come_after_the_failure_and_end_the_run(dropped):
    done, report, _found = dropped
    words = done.stdout.rpartition("\nfatal: [")[2].partition("\nPLAY RECAP")[0]
    parts = [
        f"{report['summary']['cells']} cells: ",
        report["groups"][0]["message"],
        "1 finding",
        "1. error: The packet filter of node1 drops packets between pods (forward_drop",
        f"evidence: -A {RULE}",
        "remedy: ",
        "Packets of failed cells were followed:",
        report["trails"][0]["lines"][0],
    ]
    places = [words.find(part) for part in parts]
    assert -1 not in places, parts[places.index(-1)]
    assert places == sorted(places)


def test_nothing_is_named_after_the_remedy(dropped, names_nothing):
    names_nothing()
