# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A policy that a cluster puts into each new namespace is named, and the cells that it decides are judged by it."""

from __future__ import annotations

import json
import sys

import pytest
import yaml
from playbook_runs import last_failure, run_playbook

ADDRESSES = {"a": "10.244.0.2", "b": "10.244.1.2"}
ENDPOINTS = [
    {"name": f"own/{name}", "kind": "pod", "addresses": [address], "node": name, "own": True}
    for name, address in ADDRESSES.items()
]
JUDGED = {
    "targets": [
        {"name": one["name"], "kind": "pod", "address": one["addresses"][0], "tries": [{"check": "tcp", "port": 80}]}
        for one in ENDPOINTS
    ],
    "pods": [
        {
            "metadata": {"namespace": "own", "name": name, "uid": name},
            "spec": {"nodeName": name},
            "status": {"phase": "Running", "podIPs": [{"ip": address}]},
        }
        for name, address in ADDRESSES.items()
    ],
    "namespaces": [{"metadata": {"name": "own"}}, {"metadata": {"name": "other"}}],
    "implementation": "strict",
}


def policy(namespace, **spec):
    written = {"podSelector": {}, "policyTypes": ["Ingress"], **spec}
    return {"metadata": {"namespace": namespace, "name": "generated"}, "spec": written}


@pytest.fixture
def compute(tmp_path):
    """A function that runs the role's tasks with policies, and gives the run and the cells that policies decide."""

    def run(*policies):
        settings = {
            "__connectivity_policies": list(policies),
            "__connectivity_judged": {**JUDGED, "policies": list(policies)},
        }
        role = {"name": "podnet.kubernetes.connectivity", "tasks_from": "policies"}
        cells = {"dest": str(tmp_path / "cells.json"), "content": "{{ __connectivity_effect.cells | to_json }}"}
        tasks = [
            {
                "set_fact": {
                    "connectivity_found_endpoints": ENDPOINTS,
                    "__connectivity_effect": {"policies": [], "cells": [], "decided": []},
                }
            },
            {"include_role": role, "vars": settings},
            {"copy": cells, "run_once": True},
        ]
        (tmp_path / "play.yml").write_text(yaml.safe_dump([{"hosts": "all", "gather_facts": False, "tasks": tasks}]))
        interpreter = f"ansible_python_interpreter={sys.executable}"
        done = run_playbook("-i", "a,b,", "-c", "local", "-e", interpreter, str(tmp_path / "play.yml"))
        written = tmp_path / "cells.json"
        return done, json.loads(written.read_text()) if written.exists() else None

    return run


SENTENCE = "Policies concern what is probed, and the cells are judged by them: "


def test_a_generated_policy_is_named_and_decides(compute):
    done, cells = compute(policy("own"), policy("other"))
    assert done.returncode == 0, done.stdout
    assert done.stdout.count(SENTENCE) == 1
    assert f"{SENTENCE}own/generated." in done.stdout
    assert {(one["source"], one["target"], one["allowed"]) for one in cells} == {
        ("own/a", "own/b", False),
        ("own/b", "own/a", False),
    }


def test_a_policy_of_an_administrator_is_named_and_decides(compute):
    everyone = {"namespaces": {}}
    spec = {"priority": 1, "subject": everyone, "ingress": [{"action": "Deny", "from": [everyone]}]}
    done, cells = compute({"kind": "AdminNetworkPolicy", "metadata": {"name": "ops"}, "spec": spec})
    assert f"{SENTENCE}AdminNetworkPolicy ops." in done.stdout
    assert {one["allowed"] for one in cells} == {False}


def test_policies_of_other_pods_decide_nothing(compute):
    done, cells = compute(policy("other"))
    assert done.returncode == 0, done.stdout
    assert SENTENCE not in done.stdout
    assert cells == []


def test_a_policy_of_another_form_is_named(compute):
    done, cells = compute(policy("own", podSelector="all"))
    assert (done.returncode, cells) == (2, None)
    message = last_failure(done)[1]
    assert "own/generated" in message
    assert "Finalization" not in message
