# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections import Counter
from xml.etree import ElementTree

from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.expectations import NetworkSettings
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.judgements import judge
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.junit import junit_text

TIMEOUT = {"outcome": "blocked", "reason": "timeout", "succeeded": 0}
FLAPPING = {"outcome": "flapping", "reason": "timeout", "succeeded": 1}
UNSEEN = {"outcome": "not observed", "succeeded": 0}


def judge_all(lab, fault):
    return judge(lab.endpoints, lab.targets, lab.listeners, lab.cells(fault), settings=NetworkSettings(50))


def test_junit(network):
    def fault(source, target, check):
        if check == "tcp" and (source.name, target.name) == ("default/node1-a", "default/node2-a"):
            return {**TIMEOUT, "reason": "wrong answer", "detail": "<\x00\u00e4>"}
        return {"icmp": UNSEEN, "udp": FLAPPING}.get(check)

    root = ElementTree.fromstring(junit_text("lab", judge_all(network(nodes=2, pods=1, services=True), fault)))
    # 4 sources; icmp of 3 endpoints and outside, tcp and udp of two Services as well, mtu, and DNS.
    assert {suite.get("name"): (suite.get("tests"), suite.get("failures"), suite.get("skipped")) for suite in root} == {
        "icmp.ipv4": ("16", "0", "16"),
        "tcp.ipv4": ("24", "1", "0"),
        "udp.ipv4": ("24", "24", "0"),
        "mtu.ipv4": ("12", "0", "0"),
        "dns.ipv4": ("4", "0", "0"),
    }
    assert (root.get("name"), root.get("tests"), root.get("failures")) == ("lab", "80", "25")
    cases = {(case.get("classname"), case.get("name")): case for case in root.iter("testcase")}
    assert len(cases) == 80
    failed = cases["tcp.ipv4", "default/node1-a -> default/node2-a:8080"]
    assert [(one.tag, one.get("message")) for one in failed] == [("failure", "wrong answer: <?\u00e4>")]
    assert [one.tag for one in cases["icmp.ipv4", "default/node1-a -> default/node2-a"]] == ["skipped"]
    assert [one.tag for one in cases["dns.ipv4", "node1 -> kube-system/dns:dns:53"]] == []
    assert Counter(one.get("type") for one in root.iter("failure")) == {"failed": 1, "flapping": 24}


def test_a_smaller_scope_is_a_skipped_testcase():
    scope = {"name": "node_pairs", "pairs": 66, "all_pairs": 144, "says": ["66 of 144 pairs.", "3 pods \x00 left out."]}
    root = ElementTree.fromstring(junit_text("lab", [], (), scope))
    (suite,) = root
    assert (suite.get("name"), suite.get("tests"), suite.get("skipped")) == ("scope", "1", "1")
    assert (root.get("tests"), root.get("skipped"), root.get("failures")) == ("1", "1", "0")
    message = suite.find("testcase[@name='node_pairs']/skipped").get("message")
    assert message.startswith("66 of 144 pairs. 3 pods ")
    assert "\x00" not in message


def test_a_full_proof_has_no_testsuite_of_its_scope():
    assert list(ElementTree.fromstring(junit_text("lab", [], (), {}))) == []
