# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from dataclasses import asdict

import pytest
from ansible.errors import AnsibleFilterError
from trail_reports import ENDPOINTS, links, probes

from ansible_collections.podnet.kubernetes.plugins.filter.packet_trails import FilterModule
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.reports import report_as_dict
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.watch import Sent, Watched

packet_trails = FilterModule().filters()["packet_trails"]
FORMS = [asdict(one) for one in ENDPOINTS]
PAIRS = [{"source": "a", "target": "b", "check": "icmp"}]


def results():
    """The registered results of both nodes, for packets that node1 does not forward."""
    found = []
    for n, places in ((1, ["node1", "a"]), (2, ["node2", "b"])):
        sent = tuple(Sent(0, number, 1003.0) for number in range(4)) if n == 1 else ()
        sights = tuple(one for one in probes(3) if one.place in places)
        watched = Watched(1000, 1006, sent, sights, 0, False)
        form = report_as_dict(f"node{n}", places, watched, links(n), (), (), (), (), ())
        times = {"started": 999.8, "finished": 1006.2, "asked": 999, "answered": 1007}
        found.append({**json.loads(json.dumps(form)), **times, "routes": {}, "changed": False})
    return found


def test_a_trail_for_each_pair():
    (trail,) = packet_trails(results(), endpoints=FORMS, pairs=PAIRS)
    assert (trail["source"], trail["verdict"], trail["broken_at"]) == ("a", "lost", 3)
    assert trail["lines"][0] == "a -> b, icmp, ipv4: lost"


@pytest.mark.parametrize("trouble", [{"failed": True}, {"unreachable": True}, {"skipped": True}])
def test_nodes_without_a_result_are_ignored(trouble):
    (trail,) = packet_trails([results()[0], {**trouble, "msg": "no"}], endpoints=FORMS, pairs=PAIRS)
    assert trail["verdict"] == "lost"
    assert packet_trails([{**trouble}], endpoints=FORMS, pairs=PAIRS)[0]["verdict"] == "unknown"


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"results": "x"}, "the input is 'x': give a list"),
        ({"results": [{}]}, "result 0 has no node: give results of the module packet_trail, as registered"),
        ({"pairs": [{}]}, "pairs[0].check is missing"),
        ({"endpoints": [1]}, "endpoints[0] is 1: give a dict"),
    ],
)
def test_wrong_input(wrong, sentence):
    arguments = {"results": results(), "endpoints": FORMS, "pairs": PAIRS, **wrong}
    with pytest.raises(AnsibleFilterError) as error:
        packet_trails(arguments.pop("results"), **arguments)
    assert str(error.value) == sentence
