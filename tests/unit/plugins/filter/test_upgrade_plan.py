# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.podnet.kubernetes.plugins.filter.upgrade_plan import upgrade_plan

NODE = {
    "metadata": {"name": "master", "labels": {"node-role.kubernetes.io/control-plane": ""}},
    "status": {
        "nodeInfo": {"kubeletVersion": "v1.36.3"},
        "conditions": [{"type": "Ready", "status": "True"}],
    },
}
PODS = [
    {
        "metadata": {"name": program, "labels": {"component": program, "tier": "control-plane"}},
        "spec": {"nodeName": "master", "containers": [{"image": f"registry.k8s.io/{program}:v1.36.3"}]},
    }
    for program in ("kube-apiserver", "kube-controller-manager", "kube-scheduler")
]
CONFIG = {"metadata": {"name": "kubeadm-config"}, "data": {"ClusterConfiguration": "kubernetesVersion: v1.36.3\n"}}
FOUND = {
    "nodes": [NODE],
    "pods": PODS,
    "config_maps": [CONFIG],
    "daemon_sets": [],
    "packages": {"master": {"kubeadm": [{"version": "1.36.3-1.1"}]}},
}


def test_the_plan_is_plain_data():
    note = (
        "master: package kubeadm 1.36.3 to 1.36.4, kubeadm upgrade apply, drain, kubelet 1.36.3 to 1.36.4, takes pods "
        "again"
    )
    assert upgrade_plan(FOUND, "1.36.4", ["master"]) == {
        "faults": [],
        "notes": [note],
        "batches": [["master"]],
        "nodes": {
            "master": {
                "name": "master",
                "mark": "cordoned",
                "kubeadm": "apply",
                "drain": True,
                "packages": True,
                "control_plane": True,
                "end": "uncordon",
                "note": note,
            }
        },
    }


def test_a_refusal_has_no_steps():
    plan = upgrade_plan(FOUND, "1.38.0", ["master"])
    assert "kubeadm skips no minor version" in plan["faults"][0]
    assert (plan["notes"], plan["batches"], plan["nodes"]) == ([], [], {})


@pytest.mark.parametrize(
    ("found", "version", "hosts", "serial", "message"),
    [
        (FOUND, "1.36", ["master"], 1, "version is '1.36'"),
        (FOUND, "1.36.4", "master", 1, "hosts is 'master'"),
        (FOUND, "1.36.4", ["master"], 0, "serial is 0: give a whole number from 1 on"),
        (FOUND, "1.36.4", ["master"], True, "serial is True"),
        ([], "1.36.4", ["master"], 1, "the input is"),
        ({**FOUND, "packages": {"master": "none"}}, "1.36.4", ["master"], 1, "the packages are 'none'"),
        ({"nodes": []}, "1.36.4", ["master"], 1, "pods is None"),
    ],
)
def test_wrong_options_are_refused(found, version, hosts, serial, message):
    with pytest.raises(AnsibleFilterError, match=f"upgrade_plan: .*{message}"):
        upgrade_plan(found, version, hosts, serial)
