# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The configuration of kubeadm with and without `common_hardening`, as Ansible renders it, and the audit policy."""

from __future__ import annotations

from pathlib import Path

import yaml

ROLE = Path(__file__).resolve().parents[4] / "roles/kubeadm_control_plane"


def arguments(component):
    return {one["name"]: one["value"] for one in component["extraArgs"]}


def test_the_default_hardens_nothing(render):
    found = render()
    assert not {"apiServer", "scheduler", "controllerManager"} & set(found["ClusterConfiguration"])
    assert set(found["KubeletConfiguration"]) == {"apiVersion", "kind", "cgroupDriver"}


def test_a_hardened_cluster(render):
    given = {"common_hardening": True, "kubeadm_control_plane_allocate_node_cidrs": False, "podnet_api_vip": "10.0.0.9"}
    # The variables of a user go over those of the role.
    found = render(**given, kubeadm_control_plane_kubelet_configuration={"seccompDefault": False, "maxPods": 50})
    cluster, kubelet = found["ClusterConfiguration"], found["KubeletConfiguration"]
    server = cluster["apiServer"]
    assert server["certSANs"] == ["10.0.0.9"]
    assert arguments(server)["encryption-provider-config"] == "/etc/kubernetes/hardening/encryption.yaml"
    assert arguments(server)["audit-policy-file"] == "/etc/kubernetes/hardening/audit-policy.yaml"
    assert {"audit-log-maxage", "audit-log-maxbackup", "audit-log-maxsize"} < set(arguments(server))
    for name, value in arguments(server).items():
        if value.startswith("/"):
            assert [one for one in server["extraVolumes"] if value.startswith(f"{one['mountPath']}/")], name
    assert arguments(cluster["controllerManager"]) == {"allocate-node-cidrs": "false", "profiling": "false"}
    assert arguments(cluster["scheduler"]) == {"profiling": "false"}
    assert (kubelet["protectKernelDefaults"], kubelet["authentication"]["anonymous"]["enabled"]) == (True, False)
    assert (kubelet["seccompDefault"], kubelet["maxPods"]) == (False, 50)
    assert kubelet["tlsCipherSuites"] == arguments(server)["tls-cipher-suites"].split(",")


def test_the_settings_of_a_user_come_last(render):
    """The arguments of a program follow the role's own; of two with one name, the program takes the last."""
    given = {
        "scheduler": {"extraArgs": [{"name": "profiling", "value": "true"}]},
        "etcd": {"local": {"dataDir": "/var/lib/other"}},
    }
    found = render(common_hardening=True, kubeadm_control_plane_cluster_configuration=given)["ClusterConfiguration"]
    assert [one["value"] for one in found["scheduler"]["extraArgs"]] == ["false", "true"]
    assert arguments(found["controllerManager"]) == {"profiling": "false"}
    assert found["etcd"] == {"local": {"dataDir": "/var/lib/other"}}
    assert found["networking"] == {"podSubnet": "10.244.0.0/16", "serviceSubnet": "10.96.0.0/16"}


def test_the_audit_policy_asks_for_no_body():
    policy = yaml.safe_load((ROLE / "files/audit-policy.yaml").read_text())
    levels = [rule["level"] for rule in policy["rules"]]
    assert set(levels) == {"None", "Metadata"}
    # The last rule is for everything else.
    assert policy["rules"][-1] == {"level": "Metadata"}
    for rule in policy["rules"][:-1]:
        assert {"users", "userGroups", "nonResourceURLs"} & set(rule)
