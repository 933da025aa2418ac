# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from diagnosis_world import World


def policy(name):
    return {"kind": "NetworkPolicy", "metadata": {"namespace": "shop", "name": name}, "spec": {"podSelector": {}}}


def test_flannel_enforces_no_policy():
    world = World("flannel")
    world.objects["network_policies"] = [policy("deny"), policy("allow")]
    found = world.first("unenforced_policies")
    assert "2 NetworkPolicies" in found["cause"]
    assert "shop/deny" in found["evidence"][0]


def test_calico_enforces_them():
    world = World("calico")
    world.objects["network_policies"] = [policy("deny")]
    assert world.found() == []


def test_an_engine_beside_flannel_enforces_them():
    world = World("flannel")
    world.objects["network_policies"] = [policy("deny")]
    metadata = {"namespace": "kube-system", "name": "kube-router-x", "labels": {"k8s-app": "kube-router"}}
    world.objects["pods"].append(
        {"metadata": metadata, "status": {"conditions": [{"type": "Ready", "status": "True"}]}}
    )
    assert world.found() == []
