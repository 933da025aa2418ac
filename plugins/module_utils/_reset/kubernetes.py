# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What kubeadm, the kubelet, etcd and kube-proxy leave on a machine. No I/O, no Ansible.

The lists name files one by one: others in the same directories belong to somebody else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from ansible_collections.podnet.kubernetes.plugins.module_utils._reset.traces import Traces

ETCD_MANIFEST = "/etc/kubernetes/manifests/etcd.yaml"
# Where other programs than kubeadm keep a node. They have Flannel's links, and no file of kubeadm.
OTHER_PROGRAMS = {
    "/var/lib/rancher/k3s/agent": "k3s",
    "/var/lib/rancher/rke2/agent": "RKE2",
    "/var/lib/k0s": "k0s",
    "/var/snap/microk8s": "MicroK8s",
}
_ETCD_DATA = "/var/lib/etcd"
_KUBERNETES, KUBELET = "/etc/kubernetes", "/var/lib/kubelet"
_HARDENING, _AUDIT = f"{_KUBERNETES}/hardening", "/var/log/kubernetes/audit"
_SANDBOXES = "/run/containerd/io.containerd.grpc.v1.cri/sandboxes"
_KUBECONFIGS = ("admin", "super-admin", "kubelet", "bootstrap-kubelet", "controller-manager", "scheduler")
_MANIFESTS = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler")
# The names of certificates, each with a key.
_CERTIFICATES = (
    "ca",
    "apiserver",
    "apiserver-kubelet-client",
    "apiserver-etcd-client",
    "front-proxy-ca",
    "front-proxy-client",
    "etcd/ca",
    "etcd/server",
    "etcd/peer",
    "etcd/healthcheck-client",
)
_SERVICE_ACCOUNT_KEYS = ("sa.key", "sa.pub")
# Names below /var/lib/kubelet. The kubelet's checkpoints end in _state, or in _manager_state.
_KUBELET_FILES = (
    "config.yaml",
    "instance-config.yaml",
    "kubeadm-flags.env",
    "kubeadm-flags.env.*",
    "pki",
    "pods",
    "plugins",
    "plugins_registry",
    "pod-resources",
    "device-plugins",
    "checkpoints",
    "image_manager",
    "*_state",
)
_DATA_DIR = re.compile(r"--data-dir=['\"]?(/[^\s'\"]+)")


def kubernetes_patterns(etcd_manifest: str, containers: Iterable[str] = ()) -> tuple[str, ...]:
    """The patterns of the files that go. A pattern of the shell has a star.

    Args:
        etcd_manifest: the manifest of etcd, which may name another directory for the data; empty without one
        containers: the ids of the pods' containers, by which libcni names the results of plugins
    """
    return (
        f"{etcd_data(etcd_manifest)}/member",
        *(f"/var/lib/cni/results/*-{container}-*" for container in containers),
        *(f"{KUBELET}/{name}" for name in _KUBELET_FILES),
        "/var/log/pods/*",
        "/var/log/containers/*",
        *(f"{_KUBERNETES}/manifests/{name}.yaml" for name in _MANIFESTS),
        *(f"{_KUBERNETES}/pki/{name}.{kind}" for name in _CERTIFICATES for kind in ("crt", "key")),
        *(f"{_KUBERNETES}/pki/{name}" for name in _SERVICE_ACCOUNT_KEYS),
        f"{_KUBERNETES}/kubeadm.yaml",
        # Of common_hardening. A killed run may leave the key under a name with a dot.
        f"{_HARDENING}/audit-policy.yaml",
        f"{_HARDENING}/encryption.yaml",
        f"{_HARDENING}/.encryption.yaml.*",
        f"{_AUDIT}/audit.log",
        f"{_AUDIT}/audit-*.log",
        f"{_KUBERNETES}/tmp/kubeadm-*",
        # While one of these is there, the machine counts as one of a cluster. They go last.
        *(f"{_KUBERNETES}/{name}.conf" for name in _KUBECONFIGS),
    )


def etcd_data(manifest: str) -> str:
    """The directory of etcd's data, as its manifest names it."""
    found = _DATA_DIR.search(manifest)
    return found[1].rstrip("/") if found else _ETCD_DATA


def kubernetes_traces(
    files: Iterable[str], pods: Iterable[str], namespaces: Iterable[str], kubelet: str = KUBELET
) -> Traces:
    """The traces of Kubernetes on a machine.

    Args:
        files: the files that the patterns found
        pods: the ids of the sandboxes of pods
        namespaces: the files of the pods' network namespaces
        kubelet: the real path of the kubelet's directory, which may be a link: mounts have real paths
    """
    return Traces(
        chain_prefix="KUBE-",
        address_sets="KUBE-",
        nft_tables=("ip kube-proxy", "ip6 kube-proxy"),
        links="kube-ipvs0$",
        mounts=(f"{kubelet}/", *(f"{_SANDBOXES}/{pod}/" for pod in pods), *namespaces),
        files=(*namespaces, *files),
        empty_directories=(
            _ETCD_DATA,
            *(f"{_KUBERNETES}/{name}" for name in ("pki/etcd", "pki", "manifests", "tmp", "hardening")),
            _AUDIT,
            _AUDIT.rpartition("/")[0],
            _KUBERNETES,
        ),
    )


__all__ = ["ETCD_MANIFEST", "KUBELET", "OTHER_PROGRAMS", "kubernetes_patterns", "kubernetes_traces"]
