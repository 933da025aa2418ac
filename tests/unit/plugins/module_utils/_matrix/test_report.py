# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from dataclasses import fields, replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from diagnosis_world import World
from jsonschema import Draft202012Validator
from trail_reports import PAIR, answers, probes, reports

from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.parts import Outsider
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import CHECKS, Cell, Endpoint, Listener
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.comparison import compare_reports
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.expectations import (
    Expectation,
    ExpectationRule,
    NetworkSettings,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.expected_cells import ExpectedCell
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.failures import Group, group_failures
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.judgements import judge
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.junit import junit_text
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.report import (
    json_report,
    json_text,
    summarize,
    text_matrix,
    text_summary,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.report_versions import (
    with_findings,
    with_short_parts,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.targets import find_targets
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.trail_text import trail_as_dict
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.trails import find_trails

SCHEMA = json.loads(
    (Path(__file__).parents[5] / "roles/connectivity/files/connectivity-report-2.schema.json").read_text()
)
TIMEOUT = {"outcome": "blocked", "reason": "timeout", "succeeded": 0}
FLAPPING = {"outcome": "flapping", "reason": "timeout", "succeeded": 1}
TRANSLATED = {"seen": "10.100.198.250:4242"}
UNSEEN = {"outcome": "not observed", "succeeded": 0}


def nothing(source, target, check):
    return None


def judge_all(lab, fault=nothing):
    return judge(lab.endpoints, lab.targets, lab.listeners, lab.cells(fault), settings=NetworkSettings(50))


def matrix(lab, fault=nothing):
    return text_matrix(lab.endpoints, judge_all(lab, fault))


def between(source, target, checks):
    """A function from a cell to whether it is one of these."""
    return lambda one, other, check: (one.name, other.name) == (source, target) and check in checks


def test_a_matrix_at_a_glance(network):
    def fault(source, target, check):
        return TIMEOUT if target.name == "default/node2-a" and source.node == "node1" else None

    assert matrix(network(nodes=2, pods=1, services=True), fault) == [
        "                               1 2 3 4 5 6 7 8",
        "node1",
        "  1 default/node1-a              . X . . . . .",
        "  2 node1 (node)               .   X . . . . .",
        "node2",
        "  3 default/node2-a            . .   . . . . .",
        "  4 node2 (node)               . . .   . . . .",
        "targets only",
        "  5 demo/on-node1:80 (service)",
        "  6 demo/on-node2:80 (service)",
        "  7 kube-system/dns:dns",
        "  8 203.0.113.1 (outside)",
        "",
        ". all passed   X all failed",
        "seen from outside: default/node1-a, node1 (node) as 10.100.198.200; default/node2-a, node2 (node)",
        "  as 10.100.198.201",
        "seen by nodes: the source address of pods is translated in 0 of 8 cells",
    ]


def test_the_controller_has_a_row_and_no_column(network):
    lab = network(nodes=2, pods=1, node_ports=True)
    lab.endpoints.append(Endpoint("controller", "controller", ()))
    judgements = judge_all(lab, nothing)
    cells = [one for one in judgements if one.cell.source == "controller"]
    assert [one.message for one in cells] == ["not probed: no result from controller"] * 4
    lines = text_matrix(lab.endpoints, judgements)
    start = lines.index("controller")
    assert lines[start + 1].split() == ["5", "controller", "?", "?"]


def test_a_node_port_is_called_so(network):
    lines = matrix(network(nodes=2, pods=1, node_ports=True))
    assert [line.split("  ")[1].strip() for line in lines if "@" in line] == [
        "5 demo/on-node1:80@node1 (NodePort)",
        "6 demo/on-node1:80@node2 (NodePort)",
    ]


@pytest.mark.parametrize(
    ("faults", "entry", "legend"),
    [
        ([("icmp tcp udp mtu", TIMEOUT)], "X", "X all failed"),
        ([("icmp", TIMEOUT)], "I", "I icmp failed"),
        ([("mtu", TIMEOUT), ("udp", TIMEOUT)], "UM", "U udp failed   M mtu failed"),
        ([("tcp udp", TRANSLATED)], "S", "S wrong source address"),
        ([("tcp", TIMEOUT), ("udp", TRANSLATED)], "TS", "T tcp failed   S wrong source address"),
        ([("udp", FLAPPING)], "~", "~ flapping"),
        ([("icmp tcp udp mtu", FLAPPING)], "~", "~ flapping"),
        ([("icmp", TIMEOUT), ("udp", FLAPPING)], "I~", "I icmp failed   ~ flapping"),
        ([("icmp tcp udp mtu", UNSEEN)], "?", "? not observed"),
        ([("icmp", UNSEEN)], ".", ""),
        ([("icmp", UNSEEN), ("tcp udp mtu", TIMEOUT)], "X", "X all failed"),
        ([("mtu", {"mtu": 1400})], "M", "M mtu failed"),
    ],
)
def test_the_entry_of_a_pair(network, faults, entry, legend):
    def fault(source, target, check):
        if (source.name, target.name) != ("default/node1-a", "default/node2-a"):
            return None
        return next((found for checks, found in faults if check in checks.split()), None)

    lines = matrix(network(nodes=2, pods=1), fault)
    assert lines[2].split() == ["1", "default/node1-a", ".", entry, "."]
    assert [line for line in lines if line.startswith(".")] == [f". all passed   {legend}".rstrip()]
    # All rows end where the widest entry does.
    assert len({len(line) for line in lines if line.startswith("  ") and not line.endswith("(service)")}) <= 2


@pytest.mark.parametrize(
    ("checks", "entry", "legend"),
    [
        ("icmp tcp udp mtu", "-", "- all blocked, as it should be"),
        ("tcp", ":", ": some blocked, as they should be"),
    ],
)
def test_the_entry_of_a_pair_that_is_blocked_as_it_should_be(network, checks, entry, legend):
    lab = network(nodes=2, pods=1)
    rule = ExpectationRule("default/node1-a", "default/node2-a", checks=tuple(checks.split()), outcome="blocked")

    def drop(source, target, check):
        there = (source.name, target.name) == (rule.source, rule.target) and check in rule.checks
        return TIMEOUT if there else None

    lines = text_matrix(lab.endpoints, judge(lab.endpoints, lab.targets, lab.listeners, lab.cells(drop), [rule]))
    assert lines[2].split() == ["1", "default/node1-a", ".", entry, "."]
    assert f". all passed   {legend}" in lines


def test_a_question_to_dns_that_fails(network):
    lab = network(nodes=1, pods=1, services=True)
    lab.endpoints = [one for one in lab.endpoints if one.kind != "outside"]
    lab.targets = [one for one in lab.targets if one.kind != "outside"]
    lines = matrix(lab, lambda source, target, check: TIMEOUT if check == "dns" else None)
    assert lines[2].split() == ["1", "default/node1-a", ".", ".", "X"]


def test_long_names_keep_their_end_and_the_matrix_its_width(network):
    lab = network(nodes=4, pods=2)  # 12 endpoints

    def rename(one, attribute):
        name = getattr(one, attribute)
        return replace(one, **{attribute: name.replace("default/", f"a-namespace-with-{'long-' * 10}name/")})

    def fault(source, target, check):
        return {"icmp": TIMEOUT, "tcp": TRANSLATED, "udp": FLAPPING}.get(check) if target.node == "node1" else None

    lab.endpoints = [rename(one, "name") for one in lab.endpoints]
    lab.pods, lab.nodes = lab.endpoints[:8], lab.endpoints[8:]
    lab.targets = [rename(one, "name") for one in lab.targets]
    lab.listeners = [rename(one, "endpoint") for one in lab.listeners]
    lines = matrix(lab, fault)
    assert max(map(len, lines)) < 100
    assert "IS~" in lines[2]
    assert lines[2].split()[1].startswith("..")
    assert lines[2].split()[1].endswith("name/node1-a")


def test_many_targets_are_put_together_by_node_and_kind(network):
    lab = network(nodes=3, pods=11)  # 36 targets

    def fault(source, target, check):
        if between("default/node1-a", "default/node2-a", ["udp"])(source, target, check):
            return TIMEOUT
        return UNSEEN if check == "icmp" and source.name == target.node == "node3" else None

    # 11 pods with 11 others, 4 checks; 10 on the same node. The node's own pods answer it with 3.
    assert matrix(lab, fault) == [
        "                        1       2       3       4       5       6",
        "  1 pods on node1 440/440   44/44 483/484   44/44 484/484   44/44",
        "  2 node1           44/44           44/44     4/4   44/44     4/4",
        "  3 pods on node2 484/484   44/44 440/440   44/44 484/484   44/44",
        "  4 node2           44/44     4/4   44/44           44/44     4/4",
        "  5 pods on node3 484/484   44/44 484/484   44/44 440/440   44/44",
        "  6 node3           44/44     4/4   44/44     4/4   33/33",
        "",
        "passed/observed cells",
        "seen by nodes: the source address of pods is translated in 0 of 198 cells",
    ]


def test_many_nodes_are_put_together_by_kind(network):
    # 16 pods with 15 others and 16 nodes.
    assert matrix(network(nodes=16, pods=1))[:3] == [
        "                  1         2",
        "  1 pods    960/960 1024/1024",
        "  2 nodes 1024/1024   960/960",
    ]


def test_the_addresses_that_nodes_see(network):
    def fault(source, target, check):
        pod_of_node1 = source.node == "node1" and (source.kind, target.kind) == ("pod", "node")
        return TRANSLATED if pod_of_node1 and check in ("tcp", "udp") else None

    # Two pods and two nodes, with tcp and udp.
    assert matrix(network(nodes=2, pods=1), fault)[-1] == (
        "seen by nodes: the source address of pods is translated in 4 of 8 cells"
    )


def test_the_text_is_ascii(network):
    lab = network(nodes=1, pods=1)
    lab.pods = lab.endpoints[:1] = [replace(lab.pods[0], node="n\u00f6de")]
    assert matrix(lab)[1] == "n\\xf6de"
    assert text_summary(summarize([]), [Group("\u2713", 1)])[1] == "- \\u2713"


@pytest.mark.parametrize(
    ("fault", "line"),
    [
        # 2 sources with a target of 4 checks
        (nothing, "8 cells: 8 passed"),
        (lambda *cell: TIMEOUT, "8 cells: 8 failed"),
        (
            lambda source, target, check: {"icmp": UNSEEN, "tcp": FLAPPING, "udp": TIMEOUT}.get(check),
            "8 cells: 2 passed, 2 failed, 2 flapping, 2 not observed",
        ),
    ],
)
def test_the_summary(network, fault, line):
    summary = summarize(judge_all(network(nodes=1, pods=1), fault))
    assert text_summary(summary, [Group("4 cells: x", 4)]) == [line, "- 4 cells: x"]


def report(lab, fault=nothing, started=0.0, overhead=50, policy_cells=()):
    settings = NetworkSettings(overhead)
    judgements = judge(lab.endpoints, lab.targets, lab.listeners, lab.cells(fault), (), settings, policy_cells)
    groups = group_failures(judgements, lab.endpoints)
    return json_report("lab", lab.endpoints, lab.listeners, judgements, groups, settings, started, 86400.9)


def everything(source, target, check):
    """A fault of every sort."""
    return {
        "icmp": UNSEEN,
        "tcp": TRANSLATED,
        "udp": FLAPPING,
        "mtu": {"mtu": 1400, "latency_ms": 0.1, "first_success_ms": 2, "answered_by": target.name, "detail": "x"},
        "dns": {"outcome": "faulty", "reason": "wrong answer"},
    }[check]


@pytest.mark.parametrize("fault", [nothing, everything])
@pytest.mark.parametrize("started", [None, 0.0])
@pytest.mark.parametrize("overhead", [None, 50])
def test_reports_are_as_the_schema_says(network, fault, started, overhead):
    Draft202012Validator.check_schema(SCHEMA)
    made = json.loads(json_text(report(network(services=True), fault, started, overhead)))
    assert list(Draft202012Validator(SCHEMA).iter_errors(made)) == []


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("version",), 3),
        (("schema",), "other"),
        (("extra",), 1),
        (("name",), ".."),
        (("started",), "yesterday"),
        (("settings", "overhead"), "50"),
        (("summary", "passed"), -1),
        (("groups", 0, "cells"), 0),
        (("endpoints", 0, "kind"), "container"),
        (("listeners", 0, "port"), 0),
        (("cells", 0, "latency"), 1),
        (("cells", 0, "verdict"), "ok"),
        (("cells", 0, "expected", "outcome"), "maybe"),
        (("cells", 0, "expected", "decided_by"), "me"),
        (("cells", 0, "message"), "not observed has none"),
        (("cells", 1, "message"), None),
        (("cells", 1, "translated"), None),
        (("cells", 1, "seen"), "somewhere"),
        (("cells",), None),
    ],
)
def test_a_report_that_is_broken_is_refused(network, place, value):
    made = json.loads(json_text(report(network(), everything)))
    *way, last = place
    part = made
    for key in way:
        part = part[key]
    part[last] = value
    if value is None:
        del part[last]
    assert not Draft202012Validator(SCHEMA).is_valid(made)


@pytest.mark.parametrize(
    ("definition", "form", "more"),
    [
        ("endpoint", Endpoint, set()),
        ("listener", Listener, set()),
        ("cell", Cell, {"expected", "message", "translated", "verdict"}),
    ],
)
def test_the_schema_has_the_fields_of_the_data_model(definition, form, more):
    assert set(SCHEMA["$defs"][definition]["properties"]) == {field.name for field in fields(form)} | more
    expected = SCHEMA["$defs"]["cell"]["properties"]["expected"]["properties"]
    assert set(expected) == {field.name for field in fields(Expectation)}


def test_a_report_describes_a_cell(network):
    made = report(network(), everything)
    assert (made["schema"], made["version"]) == ("podnet.kubernetes/connectivity-report", 2)
    assert (made["started"], made["finished"]) == ("1970-01-01T00:00:00Z", "1970-01-02T00:00:00Z")
    assert made["settings"] == {"overhead": 50, "overhead_ipv6": None, "pod_to_node_source": "any"}
    assert made["summary"]["cells"] == len(made["cells"]) == 288
    assert made["cells"][1] == {
        "source": "default/node1-a",
        "target": "default/node1-b",
        "check": "tcp",
        "family": "ipv4",
        "port": 8080,
        "outcome": "reachable",
        "attempts": 3,
        "succeeded": 3,
        "own": "10.244.0.2:40000",
        "seen": "10.100.198.250:4242",
        "translated": True,
        "verdict": "failed",
        "message": "source translated: 10.244.0.2:40000 was seen as 10.100.198.250:4242",
        "expected": {"outcome": "reachable", "source": "own", "because": "pods reach one another without NAT"},
    }
    assert "message" not in made["cells"][0]
    assert "started" not in report(network(), started=None)


BECAUSE = "ingress: selected by shop/deny-all, and no rule allows it"


def blocked(protocol, decided_by):
    """A cell that policies decide, from pod a to pod b of node1."""
    port = None if protocol == "ICMP" else 8080
    return ExpectedCell("default/node1-a", "default/node1-b", port, protocol, "ipv4", False, BECAUSE, decided_by)


def test_a_report_has_the_reason_of_policies(network):
    made = report(network(), policy_cells=[blocked("TCP", "api"), blocked("ICMP", "implementation")])
    assert list(Draft202012Validator(SCHEMA).iter_errors(json.loads(json_text(made)))) == []
    open_cell = f"{BECAUSE} (left open by the API)"
    expected = {"outcome": "blocked", "source": "own"}
    assert [(one["check"], one["expected"], one.get("message")) for one in made["cells"][:3]] == [
        (
            "icmp",
            {**expected, "because": open_cell, "decided_by": "implementation"},
            f"reachable, should be blocked: {open_cell}",
        ),
        (
            "tcp",
            {**expected, "because": BECAUSE, "decided_by": "api"},
            f"reachable, should be blocked: {BECAUSE}",
        ),
        (
            "udp",
            {"outcome": "reachable", "source": "own", "because": "pods reach one another without NAT"},
            None,
        ),
    ]
    assert made["summary"]["failed"] == 2


def left_open(*protocols):
    """What policies say of cells from pod a to pod b of node1 when no implementation is known."""
    return [blocked(protocol, "implementation")._replace(allowed=None) for protocol in protocols]


@pytest.mark.parametrize(
    ("protocols", "fault", "entry"),
    [
        (["ICMP"], None, ".*"),
        (["ICMP"], TIMEOUT, "X*"),
        (["ICMP", "TCP", "UDP"], None, "*"),  # UDP's cell is that of the path MTU too
        (["ICMP", "TCP", "UDP"], TIMEOUT, "*"),
    ],
)
def test_cells_that_are_not_judged_are_shown_for_themselves(network, protocols, fault, entry):
    lab = network(nodes=1, pods=2)
    found = lab.cells(lambda source, target, check: fault if target.name == "default/node1-b" else None)
    judgements = judge(lab.endpoints, lab.targets, lab.listeners, found, (), NetworkSettings(50), left_open(*protocols))
    lines = text_matrix(lab.endpoints, judgements)
    assert lines[2].split() == ["1", "default/node1-a", entry, "."]
    assert "* left to the implementation, not judged" in "\n".join(lines)


def test_a_report_and_junit_of_cells_that_are_not_judged(network):
    made = report(network(), policy_cells=left_open("ICMP"))
    assert list(Draft202012Validator(SCHEMA).iter_errors(json.loads(json_text(made)))) == []
    assert made["summary"]["not_judged"] == 1
    assert (made["cells"][0]["verdict"], made["cells"][0]["expected"]["outcome"]) == ("not judged", "any")
    lab = network(nodes=1)
    judgements = judge(
        lab.endpoints, lab.targets, lab.listeners, lab.cells(), (), NetworkSettings(50), left_open("ICMP")
    )
    (skipped,) = ElementTree.fromstring(junit_text("lab", judgements)).iter("skipped")
    assert skipped.get("message") == "not judged"


def test_a_cell_that_is_not_judged_does_not_fail_when_its_result_is_missing(network):
    lab = network(nodes=1)
    judgements = judge(lab.endpoints, lab.targets, lab.listeners, [], (), NetworkSettings(50), left_open("ICMP"))
    assert [one.cell.check for one in judgements if one.verdict == "not judged"] == ["icmp"]
    assert {one.verdict for one in judgements} == {"not probed", "not judged"}


def test_the_report_of_an_older_version_follows_the_schema(network):
    made = json.loads(json_text(report(network())))
    del made["summary"]["not_judged"]
    assert list(Draft202012Validator(SCHEMA).iter_errors(made)) == []


def test_junit_has_the_reason_of_policies(network):
    lab = network(nodes=1)
    judgements = judge(
        lab.endpoints, lab.targets, lab.listeners, lab.cells(), (), NetworkSettings(50), [blocked("TCP", "api")]
    )
    (failed,) = ElementTree.fromstring(junit_text("lab", judgements)).iter("failure")
    assert failed.get("message") == f"reachable, should be blocked: {BECAUSE}"


def test_the_text_of_a_report_has_a_line_for_each_cell(network):
    made = report(network())
    text = json_text(made)
    assert json.loads(text) == json.loads(json.dumps(made))
    cells = [line for line in text.splitlines() if '"check": "mtu"' in line]
    assert len(cells) == 72
    assert all(json.loads(line.rstrip(","))["check"] == "mtu" for line in cells)


REASON = "node3 is not ready: NodeStatusUnknown: Kubelet stopped posting node status."


def without_node3(network):
    """A network whose third node has no kubelet, with judgements: its pod is known, and the node has no address."""
    lab = network(nodes=3, pods=1)
    lost = {"default/node3-a": {}, "node3": {"addresses": ()}}
    endpoints = [replace(one, missing=REASON, **lost[one.name]) if one.name in lost else one for one in lab.endpoints]
    listeners = [one for one in lab.listeners if one.endpoint not in lost]
    targets = find_targets(endpoints, listeners, CHECKS)
    cells = [one for one in lab.cells() if not {one.source, one.target} & set(lost)]
    return endpoints, listeners, judge(endpoints, targets, listeners, cells, settings=NetworkSettings(50))


def test_a_missing_node_has_rows_and_columns_of_question_marks(network):
    endpoints, _listeners, judgements = without_node3(network)
    assert text_matrix(endpoints, judgements)[:-1] == [
        "                    1 2 3 4 5 6",
        "node1",
        "  1 default/node1-a   . . . ? ?",
        "  2 node1 (node)    .   . . ? ?",
        "node2",
        "  3 default/node2-a . .   . ? ?",
        "  4 node2 (node)    . . .   ? ?",
        "node3",
        "  5 default/node3-a ? ? ? ?   ?",
        "  6 node3 (node)    ? ? ? ? ?",
        "",
        ". all passed   ? not probed",
    ]
    # 4 sources with 3 others of 4 checks; and 2 x 8 + 2 pairs with a missing end.
    summary = summarize(judgements)
    assert (summary["cells"], summary["passed"], summary["not_probed"]) == (48 + 72, 48, 72)
    assert text_summary(summary, group_failures(judgements, endpoints)) == [
        "120 cells: 48 passed, 72 not probed",
        f"- 72 cells: not probed: {REASON}",
    ]


def test_reports_have_missing_and_excluded_nodes(network):
    endpoints, listeners, judgements = without_node3(network)
    groups, excluded = group_failures(judgements, endpoints), [Outsider("win\x001", "win1 is left out by its name")]
    made = json_report("lab", endpoints, listeners, judgements, groups, NetworkSettings(50), None, 0.0, excluded)
    assert list(Draft202012Validator(SCHEMA).iter_errors(json.loads(json_text(made)))) == []
    assert made["missing_nodes"] == [{"name": "node3", "reason": REASON}]
    assert made["excluded_nodes"] == [{"name": "win\x001", "reason": "win1 is left out by its name"}]
    lost = [one for one in made["cells"] if one["verdict"] == "not probed"]
    assert {(one["outcome"], one["attempts"], one["message"]) for one in lost} == {
        ("not observed", 0, f"not probed: {REASON}")
    }
    root = ElementTree.fromstring(junit_text("lab", judgements, [Outsider("win1", "win1 is left out by its name")]))
    counts = [root.get(name) for name in ("tests", "failures", "errors", "skipped")]
    assert counts == ["121", "0", "72", "1"]
    assert {one.get("message") for one in root.iter("error")} == {f"not probed: {REASON}"}
    (skipped,) = root.iter("skipped")
    assert skipped.get("message") == "win1 is left out by its name"


def test_a_pair_of_which_only_some_cells_were_probed(network):
    lab = network(nodes=2, pods=1)
    cells = [one for one in lab.cells() if (one.source, one.target, one.check) != ("node1", "node2", "icmp")]
    judgements = judge(lab.endpoints, lab.targets, lab.listeners, cells, settings=NetworkSettings(50))
    lines = text_matrix(lab.endpoints, judgements)
    assert lines[3].split() == ["2", "node1", "(node)", ".", ".", ".?"]
    assert ". all passed   ? not probed" in lines


def test_the_findings_of_a_diagnosis_follow_the_schema(network):
    world = World()
    world.nodes["node1"]["sysctls"]["net.ipv4.ip_forward"]["value"] = "0"
    made = with_findings(report(network()), world.diagnose()["findings"])
    assert list(Draft202012Validator(SCHEMA).iter_errors(json.loads(json_text(made)))) == []
    del made["findings"][0]["remedy"]
    assert not Draft202012Validator(SCHEMA).is_valid(json.loads(json_text(made)))


def test_trails_of_packets_follow_the_schema(network):
    """Those of packets that end, that arrive, and whose source changes nowhere."""
    found = [find_trails([PAIR], reports(sights))[0] for sights in (probes(3), [*probes(), *answers()])]
    trails = [trail_as_dict(one) for one in found]
    assert [one["verdict"] for one in trails] == ["lost", "passed"]
    assert "trails" not in report(network())
    made = json_report("lab", [], [], [], [], NetworkSettings(50), None, 0.0, (), trails)
    assert list(Draft202012Validator(SCHEMA).iter_errors(json.loads(json_text(made)))) == []
    del made["trails"][0]["verdict"]
    assert not Draft202012Validator(SCHEMA).is_valid(json.loads(json_text(made)))


def test_a_comparison_and_an_enforcement_follow_the_schema(network):
    lab = network()
    earlier, later = report(lab), report(lab, lambda *_cell: TIMEOUT)
    comparison = compare_reports(earlier, later)
    made = with_short_parts(later, comparison=comparison, enforced_after_seconds=0.004)
    assert len(made["comparison"]["worse"]) == len(later["cells"])
    assert list(Draft202012Validator(SCHEMA).iter_errors(json.loads(json_text(made)))) == []
    made["comparison"]["worse"][0]["after"] = "bad"
    assert not Draft202012Validator(SCHEMA).is_valid(json.loads(json_text(made)))
