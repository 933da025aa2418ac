# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.podnet.kubernetes.plugins.filter.policy_effect import FilterModule, policy_effect

PODS = {
    name: {
        "metadata": {"namespace": "own", "name": name, "uid": "u"},
        "spec": {"nodeName": name},
        "status": {"phase": "Running", "podIPs": [{"ip": address}]},
    }
    for name, address in (("a", "10.244.0.2"), ("b", "10.244.1.2"))
}
ENDPOINTS = [
    {"name": f"own/{name}", "kind": "pod", "addresses": [pod["status"]["podIPs"][0]["ip"]], "node": name, "own": True}
    for name, pod in PODS.items()
]
TARGETS = [
    {"name": one["name"], "kind": "pod", "address": one["addresses"][0], "tries": [{"check": "tcp", "port": 80}]}
    for one in ENDPOINTS
]
DENY = {"metadata": {"namespace": "own", "name": "deny"}, "spec": {"podSelector": {}, "policyTypes": ["Ingress"]}}


def test_the_effect_of_a_policy():
    namespaces = [{"metadata": {"name": "own"}}]
    found = policy_effect(ENDPOINTS, TARGETS, list(PODS.values()), namespaces, [DENY])
    assert found["policies"] == ["own/deny"]
    assert [(cell["source"], cell["target"], cell["allowed"]) for cell in found["cells"]] == [
        ("own/a", "own/b", False),
        ("own/b", "own/a", False),
    ]
    assert found["decided"] == found["cells"]
    nothing = policy_effect(ENDPOINTS, TARGETS, list(PODS.values()), namespaces, [])
    assert nothing == {"policies": [], "cells": [], "decided": []}


def test_ansible_finds_the_filter():
    assert FilterModule().filters() == {"policy_effect": policy_effect}
