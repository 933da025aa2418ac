# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from page_samples import cells, failing, pods, report

from ansible_collections.podnet.kubernetes.plugins.module_utils._page.page_parts import failed_pairs


def test_a_failed_pair_has_all_its_checks_once():
    found = failed_pairs(failing())
    assert found["count"] == 16
    assert found["pairs"][0] == {
        "source": "podnet-connectivity/node1-1",
        "target": "podnet-connectivity/node3-1",
        "checks": ["icmp", "tcp"],
        "message": "timeout",
    }


def test_of_many_failed_pairs_the_first_are_listed():
    endpoints = pods(10, 1)
    found = failed_pairs(report(endpoints, cells(endpoints, lambda *_: True)))
    assert (len(found["pairs"]), found["count"]) == (30, 20 * 19)
