# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.podnet.kubernetes.plugins.filter.policy_service_cells import (
    FilterModule,
    policy_service_cells,
)

ADDRESSES = {"a": "10.244.0.2", "b": "10.244.1.2"}
PODS = [
    {
        "metadata": {"namespace": "own", "name": name, "uid": name},
        "spec": {"nodeName": name},
        "status": {"phase": "Running", "podIPs": [{"ip": address}]},
    }
    for name, address in ADDRESSES.items()
]
OBJECTS = {
    "nodes": [],
    "pods": PODS,
    "services": [
        {"metadata": {"namespace": "own", "name": "b"}, "spec": {"clusterIP": "10.96.0.9", "ports": [{"port": 80}]}}
    ],
    "endpoint_slices": [
        {
            "metadata": {"namespace": "own", "name": "b-1", "labels": {"kubernetes.io/service-name": "b"}},
            "ports": [{"port": 8080}],
            "endpoints": [{"addresses": [ADDRESSES["b"]], "targetRef": {"kind": "Pod", "name": "b"}}],
        }
    ],
}
ENDPOINTS = [
    {"name": "own/a", "kind": "pod", "addresses": [ADDRESSES["a"]], "node": "a"},
    {"name": "own/b:80", "kind": "service", "addresses": ["10.96.0.9"], "port": 80, "protocols": ["tcp"]},
]
NAMESPACES = [{"metadata": {"name": "own"}}]
DENY = {"metadata": {"namespace": "own", "name": "deny"}, "spec": {"podSelector": {}, "policyTypes": ["Ingress"]}}


def test_the_cell_of_a_service():
    assert policy_service_cells(ENDPOINTS, OBJECTS, NAMESPACES, [DENY]) == [
        {
            "source": "own/a",
            "target": "own/b:80",
            "port": 80,
            "protocol": "TCP",
            "family": "ipv4",
            "allowed": False,
            "because": "behind the Service is own/b: ingress: selected by own/deny, and no rule allows it",
            "decided_by": "api",
        }
    ]
    with pytest.raises(AnsibleFilterError, match="has no nodes"):
        policy_service_cells(ENDPOINTS, {}, NAMESPACES, [DENY])


def test_ansible_finds_the_filter():
    assert FilterModule().filters() == {"policy_service_cells": policy_service_cells}
