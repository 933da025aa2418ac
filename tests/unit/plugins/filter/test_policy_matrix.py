# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re

import pytest
from ansible.errors import AnsibleFilterError
from ansible.utils.display import Display

from ansible_collections.podnet.kubernetes.plugins.filter.policy_matrix import FilterModule

policy_matrix = FilterModule().filters()["policy_matrix"]

NAMESPACES = [{"metadata": {"name": "shop"}}]
PODS = [
    {"metadata": {"namespace": "shop", "name": name}, "status": {"podIPs": [{"ip": f"10.0.0.{number}"}]}}
    for number, name in enumerate(("api", "db"))
]


def test_lines_and_warnings(monkeypatch):
    shown = []
    monkeypatch.setattr(Display, "warning", lambda _self, text: shown.append(text))
    late = {"metadata": {"namespace": "shop", "name": "late"}, "status": {"phase": "Pending"}}
    deny = {"metadata": {"namespace": "shop", "name": "deny"}, "spec": {}}
    arguments = {"namespaces": NAMESPACES, "policies": [], "stored": [deny], "ports": [{"port": 80}]}
    assert policy_matrix([*PODS, late], **arguments)[:4] == [
        "TCP 80:",
        "             1 2",
        "  1 shop/api   -",
        "  2 shop/db  -",
    ]
    assert shown == ["pod shop/late is Pending and has no address: it is left out"]


def test_bad_input():
    with pytest.raises(AnsibleFilterError, match=f"^{re.escape('ports[0] is 80, not an object with port, protocol')}$"):
        policy_matrix(PODS, namespaces=NAMESPACES, policies=[], ports=[80])
