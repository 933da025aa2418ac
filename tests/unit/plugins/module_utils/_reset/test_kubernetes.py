# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import fnmatch

from ansible_collections.podnet.kubernetes.plugins.module_utils._reset.kubernetes import (
    etcd_data,
    kubernetes_patterns,
    kubernetes_traces,
)

# As kubeadm 1.36 and its kubelet leave them.
MADE = [
    "/etc/kubernetes/admin.conf",
    "/etc/kubernetes/super-admin.conf",
    "/etc/kubernetes/kubelet.conf",
    "/etc/kubernetes/bootstrap-kubelet.conf",
    "/etc/kubernetes/controller-manager.conf",
    "/etc/kubernetes/scheduler.conf",
    "/etc/kubernetes/kubeadm.yaml",
    "/etc/kubernetes/manifests/etcd.yaml",
    "/etc/kubernetes/manifests/kube-apiserver.yaml",
    "/etc/kubernetes/manifests/kube-controller-manager.yaml",
    "/etc/kubernetes/manifests/kube-scheduler.yaml",
    "/etc/kubernetes/pki/ca.crt",
    "/etc/kubernetes/pki/ca.key",
    "/etc/kubernetes/pki/apiserver.crt",
    "/etc/kubernetes/pki/sa.pub",
    "/etc/kubernetes/pki/sa.key",
    "/etc/kubernetes/pki/etcd/ca.crt",
    "/etc/kubernetes/pki/etcd/healthcheck-client.key",
    "/etc/kubernetes/pki/front-proxy-client.crt",
    "/etc/kubernetes/pki/front-proxy-ca.key",
    "/etc/kubernetes/tmp/kubeadm-init123",
    # With common_hardening.
    "/etc/kubernetes/hardening/audit-policy.yaml",
    "/etc/kubernetes/hardening/encryption.yaml",
    "/etc/kubernetes/hardening/.encryption.yaml.x1y2z3",
    "/var/log/kubernetes/audit/audit.log",
    "/var/log/kubernetes/audit/audit-2026-11-29T03-00-00.000.log",
    "/var/lib/kubelet/config.yaml",
    "/var/lib/kubelet/kubeadm-flags.env",
    "/var/lib/kubelet/pki",
    "/var/lib/kubelet/pods",
    "/var/lib/kubelet/cpu_manager_state",
    "/var/lib/kubelet/memory_manager_state",
    "/var/lib/etcd/member",
    "/var/log/pods/kube-system_etcd-master_1",
    "/var/log/containers/etcd.log",
]
FOREIGN = [
    "/etc/kubernetes/audit-policy.yaml",
    "/etc/kubernetes/manifests/foreign.yaml",
    "/etc/kubernetes/pki/foreign.crt",
    "/etc/kubernetes/encryption.conf",
    "/var/lib/kubelet/config.json",
    "/var/lib/etcd/backup.db",
    "/etc/kubernetes",
    "/etc/kubernetes/pki",
    "/var/lib/kubelet",
    "/var/lib/etcd",
    "/var/log/pods",
    "/etc/kubernetes/tmp/foreign",
    "/etc/kubernetes/hardening/mine.yaml",
    "/var/log/kubernetes/kube-apiserver.log",
]


def is_wanted(path):
    return any(fnmatch.fnmatchcase(path, pattern) for pattern in kubernetes_patterns(""))


def test_files_of_kubernetes_are_wanted_and_foreign_files_beside_them_are_not():
    assert [path for path in MADE if not is_wanted(path)] == []
    assert [path for path in FOREIGN if is_wanted(path)] == []


def test_the_kubeconfigs_go_last_so_that_a_killed_reset_goes_on():
    ends = [pattern.endswith(".conf") for pattern in kubernetes_patterns("")]
    assert ends == sorted(ends)


def test_the_results_of_plugins_go_with_their_pods():
    wanted = kubernetes_patterns("", ["a1"])
    assert any(fnmatch.fnmatchcase("/var/lib/cni/results/cni-loopback-a1-lo", one) for one in wanted)
    assert not any(fnmatch.fnmatchcase("/var/lib/cni/results/cni-loopback-b2-lo", one) for one in wanted)


def test_the_data_of_etcd_is_where_its_manifest_says():
    manifest = "    - --advertise-client-urls=https://10.0.0.1:2379\n    - --data-dir=/srv/etcd\n"
    assert etcd_data(manifest) == "/srv/etcd"
    assert kubernetes_patterns(manifest)[0] == "/srv/etcd/member"
    assert etcd_data("- --data-dir=relative") == etcd_data("") == "/var/lib/etcd"


def test_the_volumes_of_pods_are_wanted_and_the_file_system_of_the_kubelet_is_not():
    traces = kubernetes_traces(["/etc/kubernetes/admin.conf"], ["a1"], ["/run/netns/cni-1"])
    assert traces.mounts == (
        "/var/lib/kubelet/",
        "/run/containerd/io.containerd.grpc.v1.cri/sandboxes/a1/",
        "/run/netns/cni-1",
    )
    assert traces.files == ("/run/netns/cni-1", "/etc/kubernetes/admin.conf")
