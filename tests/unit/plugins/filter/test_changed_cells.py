# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.podnet.kubernetes.plugins.filter.changed_cells import FilterModule
from ansible_collections.podnet.kubernetes.plugins.filter.expected_connectivity import expected_connectivity

changed_cells = FilterModule().filters()["changed_cells"]


def expected(*policies):
    """The cells of two pods under policies with these specs."""
    pods = [
        {"metadata": {"namespace": "shop", "name": name}, "status": {"podIPs": [{"ip": f"10.0.0.{number}"}]}}
        for number, name in enumerate(("api", "db"), 1)
    ]
    objects = [{"metadata": {"namespace": "shop", "name": "deny-all"}, "spec": spec} for spec in policies]
    return expected_connectivity(
        pods, namespaces=[{"metadata": {"name": "shop"}}], policies=objects, ports=[{"port": 80}]
    )


def test_cells_that_a_policy_changes():
    cell = {"port": 80, "protocol": "TCP", "family": "ipv4", "allowed": False, "decided_by": "api"}
    because = "ingress: selected by shop/deny-all, and no rule allows it"
    assert changed_cells(expected({"podSelector": {}}), expected()) == [
        {**cell, "source": "shop/api", "target": "shop/db", "because": because},
        {**cell, "source": "shop/db", "target": "shop/api", "because": because},
    ]


def test_a_policy_that_allows_everything_changes_nothing():
    after = expected({"podSelector": {}, "ingress": [{}]})
    assert [cell["because"] for cell in after] != [cell["because"] for cell in expected()]
    assert changed_cells(after, expected()) == []


@pytest.mark.parametrize(
    ("after", "before", "message"),
    [
        ({"items": []}, [], "_input is an object with items, not a list"),
        ([], None, "before is None, not a list of objects"),
        ([{**expected()[1], "allowed": 1}], [], "_input[0].allowed is 1: give true or false"),
        ([], [expected()[0], {"source": "a"}], "before[1] has no target: give cells as the filter "),
    ],
)
def test_bad_input(after, before, message):
    with pytest.raises(AnsibleFilterError, match=f"^{re.escape(message)}"):
        changed_cells(after, before)
