# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.clocks import Window
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.conntrack import Tracked
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.kernel_counters import Moved
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.links import Link
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.packets import Flow
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.reports import (
    NodeReport,
    load_reports,
    report_as_dict,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.rule_counters import Rule
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.sights import Sight
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.watch import Sent, Watched

SENT = Sent(0, 1, 1001.5, "Network is unreachable")
SIGHT = Sight("node1", "cni0", "in", "probe", 0, Flow("10.1.0.1", "10.2.0.1"), None, (1, 2), 0)
LINK = Link("cni0", "bridge", None, "ee:00:00:00:00:01", 1450, ("10.1.0.254", "fe80::1"), ("10.0.2.15",))
RULE = Rule("iptables", "filter", "FORWARD", "-A FORWARD -j DROP", "DROP", 3)
MOVED = Moved("node1", "cni0", "to send and dropped", 2)
FLOW = Tracked(0, Flow("10.1.0.1", "10.2.0.1", 1, 2), Flow("10.2.0.1", "10.1.0.1", 2, 1), True)


def form():
    watched = Watched(1000.0, 1006.0, (SENT,), (SIGHT,), 4, True)
    silent, problems = ["a: 10.1.0.9 on eth0"], ["pod b: none"]
    found = report_as_dict("node1", ["node1", "a"], watched, [LINK], [RULE], [MOVED], [FLOW], silent, problems)
    routes = {"10.2.0.1": "default dev eth0"}
    times = {"started": 999.8, "finished": 1006.2, "asked": 999.0, "answered": 1007.0}
    return {**json.loads(json.dumps(found)), **times, "routes": routes, "changed": False, "failed": False}


def test_a_report_is_read_again_as_it_was_written():
    assert load_reports([form()]) == {
        "node1": NodeReport(
            "node1",
            ("node1", "a"),
            Window(1000.0, 1006.0, 999.8, 1006.2, 999.0, 1007.0),
            (SENT,),
            (SIGHT,),
            (LINK,),
            (RULE,),
            (MOVED,),
            (FLOW,),
            ("a: 10.1.0.9 on eth0",),
            {"10.2.0.1": "default dev eth0"},
            4,
            True,
            ("pod b: none",),
        )
    }


def test_links_and_addresses_of_a_node():
    report = load_reports([form()])["node1"]
    assert (report.link("cni0"), report.link("eth9")) == (LINK, None)
    assert report.addresses == {"10.1.0.254", "fe80::1"}


@pytest.mark.parametrize("name", sorted({*form()} - {"changed", "failed"}))
def test_a_result_of_another_module(name):
    wrong = {key: value for key, value in form().items() if key != name}
    with pytest.raises(InputError) as error:
        load_reports([form(), wrong])
    assert str(error.value) == f"result 1 has no {name}: give results of the module packet_trail, as registered"
