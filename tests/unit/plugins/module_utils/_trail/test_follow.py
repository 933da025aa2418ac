# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A watch of this machine's own namespace, as root; tests/integration/test_trail.py has whole networks."""

from __future__ import annotations

import json
import os

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import Endpoint
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.follow import follow
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.pairs import load_pairs
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.reports import load_reports
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.watch import WatchedPlace

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="packet sockets need root")


def test_the_report_of_a_node():
    endpoints = [Endpoint("here", "node", ("127.0.0.1",), "here"), Endpoint("there", "node", ("127.0.0.2",), "there")]
    pairs = load_pairs([{"source": "here", "target": "there", "check": "udp", "port": 1}], endpoints)
    form = follow(WatchedPlace("here", ""), [], pairs, f"follow{os.getpid()}", 1.0, ["pod x: none"])
    report = load_reports([{**json.loads(json.dumps(form)), "asked": 0.0, "answered": 0.0}])["here"]
    assert (report.node, report.places, report.problems) == ("here", ("here",), ("pod x: none",))
    assert {one.kind for one in report.sights} == {"probe", "error"}
    assert report.link("lo")
    # Each datagram to a port without a server moves a counter of the kernel.
    (moved,) = (one for one in report.counters if one.name == "Udp.NoPorts")
    assert moved.packets >= len(report.sent) > 0
