# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The progress of C(kubeadm init) and C(kubeadm join) on a node, and the output of kubeadm and kubectl. No I/O.

A file shows only that kubeadm began. The API shows whether kubeadm finished, so that the next run completes a killed
one. Both commands can run again: they keep certificates, keys and the data of etcd, and write the rest anew.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import ClusterError

# The objects of the last phases of `kubeadm init`, in their order (cmd/kubeadm/app/cmd/init.go): those of upload-config
# and bootstrap-token, without which no node joins. Then the last object of each addon (phases/addons), by the field of
# ClusterConfiguration that turns the addon off. A finished cluster may lack the pods of an addon, for example when its
# network replaces kube-proxy.
_JOIN_OBJECTS = (
    ("kube-system", "configmap/kubeadm-config"),
    ("kube-system", "configmap/kubelet-config"),
    ("kube-public", "configmap/cluster-info"),
)
_ADDON_OBJECTS = {
    "dns": ("kube-system", "service/kube-dns"),
    "proxy": ("kube-system", "rolebinding.rbac.authorization.k8s.io/kube-proxy"),
}
INIT_OBJECTS = (*_JOIN_OBJECTS, *_ADDON_OBJECTS.values())

# Preflight checks that fail because of the files and ports of an unfinished run (cmd/kubeadm/app/preflight/checks.go).
INIT_TRACES = (
    "DirAvailable--var-lib-etcd",
    "FileAvailable--etc-kubernetes-manifests-etcd.yaml",
    "FileAvailable--etc-kubernetes-manifests-kube-apiserver.yaml",
    "FileAvailable--etc-kubernetes-manifests-kube-controller-manager.yaml",
    "FileAvailable--etc-kubernetes-manifests-kube-scheduler.yaml",
    "Port-10250",
    "Port-10257",
    "Port-10259",
    "Port-2379",
    "Port-2380",
    "Port-6443",
)
JOIN_TRACES = (
    "FileAvailable--etc-kubernetes-bootstrap-kubelet.conf",
    "FileAvailable--etc-kubernetes-kubelet.conf",
    "FileAvailable--etc-kubernetes-pki-ca.crt",
    "Port-10250",
)

_JOIN_COMMAND = re.compile(
    r"kubeadm join (?P<endpoint>\S+) --token (?P<token>[a-z0-9]{6}\.[a-z0-9]{16})"
    r"(?P<hashes>( --discovery-token-ca-cert-hash sha256:[0-9a-f]{64})+)"
)

# The errors of kubectl when the API does not answer, unlike NotFound, Forbidden or a wrong certificate.
_NO_ANSWER = re.compile(
    r"^The connection to the server .* was refused|^Unable to connect to the server: (?!.*x509)"
    r"|^Error from server(: | \((Timeout|ServerTimeout|ServiceUnavailable|InternalError|TooManyRequests)\))",
    flags=re.MULTILINE,
)


@dataclass(frozen=True)
class Credentials:
    """The credentials that a node needs to join.

    Attributes:
        endpoint: of the API, as HOST:PORT
        token: a bootstrap token
        ca_cert_hashes: the pins of the cluster's CA, each C(sha256:) and the hexadecimal hash of its public key (RFC
        7469,
            section 2.4)
        certificate_key: by which a control plane decrypts the cluster's certificates; empty for a worker
    """

    endpoint: str
    token: str
    ca_cert_hashes: tuple[str, ...]
    certificate_key: str = ""


@dataclass(frozen=True)
class InitProgress:
    """How far C(kubeadm init) came on a node.

    Attributes:
        missing: the objects that it has not made yet, as NAMESPACE/KIND/NAME; none when it finished
        endpoint: C(controlPlaneEndpoint) of the cluster; empty where it is not set, or not known
        begun: whether the node has a CA
    """

    missing: tuple[str, ...]
    endpoint: str
    begun: bool


def missing_objects(found: str, configuration: str = "") -> tuple[str, ...]:
    """Find the objects that C(kubeadm init) has not made yet, as NAMESPACE/KIND/NAME.

    kubeadm makes the addons in their order. So the object of the last enabled addon shows that kubeadm made the others,
    even when a user removed them later.

    Args:
        found: the existing objects, each in a line C(NAMESPACE KIND/NAME); other lines are ignored
        configuration: the C(ClusterConfiguration) in the cluster, as kubeadm wrote it
    """
    there = {tuple(line.split()) for line in found.splitlines()}
    addons = [one for field, one in _ADDON_OBJECTS.items() if not _is_disabled(field, configuration)]
    if there.issuperset(addons[-1:]):
        addons = []
    return tuple("/".join(wanted) for wanted in (*_JOIN_OBJECTS, *addons) if wanted not in there)


def _is_disabled(addon: str, configuration: str) -> bool:
    """Whether a C(ClusterConfiguration) of v1beta4 turns an addon off, by the field C(disabled).

    kubeadm also sets the field for an addon with a skipped phase (manageSkippedAddons in cmd/init.go). It writes YAML
    in blocks with an indentation of two.
    """
    return re.search(rf"^{addon}:\n(  .*\n)*?  disabled: true$", configuration, flags=re.MULTILINE) is not None


def read_endpoint(configuration: str) -> str:
    """Read C(controlPlaneEndpoint) of a C(ClusterConfiguration) as kubeadm wrote it. Empty where it is not set."""
    found = re.search(r"^controlPlaneEndpoint: *[\"']?([^\s\"']+)", configuration, flags=re.MULTILINE)
    return found[1] if found else ""


def is_unanswered(errors: str) -> bool:
    """Whether the errors of kubectl mean that the API does not answer now, so that another try can help."""
    return _NO_ANSWER.search(errors) is not None


def is_refused(errors: str) -> bool:
    """Whether the errors of kubectl mean that the API rejects these credentials, or the client rejects the API's.

    Forbidden does not count: the next run completes a run that was killed before it gave its administrator any rights.
    """
    return "x509:" in errors or "(Unauthorized)" in errors


def ignored_errors(chosen: list[str], traces: tuple[str, ...], begun: bool) -> str:
    """Make the value of C(--ignore-preflight-errors): the chosen names, and the checks that an unfinished run fails."""
    return ",".join(sorted({*chosen, *(traces if begun else ())}))


def parse_join_command(output: str) -> Credentials:
    """Read the credentials in the output of C(kubeadm token create --print-join-command).

    Raises:
        ClusterError: the output has no such command; the sentence never shows the output, which may hold a token
    """
    match = _JOIN_COMMAND.search(" ".join(output.split()))
    if match is None:
        raise ClusterError("kubeadm token create printed no join command that could be read")
    hashes = tuple(re.findall(r"sha256:[0-9a-f]{64}", match["hashes"]))
    return Credentials(endpoint=match["endpoint"], token=match["token"], ca_cert_hashes=hashes)


def with_token(configuration: dict[str, Any], token: str, certificate_key: str | None = None) -> dict[str, Any]:
    """Copy a C(JoinConfiguration), with the token at C(discovery.bootstrapToken.token).

    A certificate key, which only a control plane needs, comes to C(controlPlane.certificateKey).
    """
    discovery = configuration.get("discovery", {})
    bootstrap = {**discovery.get("bootstrapToken", {}), "token": token}
    joining = {**configuration, "discovery": {**discovery, "bootstrapToken": bootstrap}}
    if certificate_key:
        joining["controlPlane"] = {**configuration.get("controlPlane", {}), "certificateKey": certificate_key}
    return joining


def upload_configuration(cluster: str, certificate_key: str, address: str) -> str:
    """Make the configuration by which kubeadm uploads the certificates of a cluster, encrypted with a key.

    Args:
        cluster: the C(ClusterConfiguration) in the cluster; without it kubeadm would look for the newest version
        certificate_key: an AES-256 key, in hexadecimal
        address: of the API server on this node; kubeadm would take the one on the NIC of the default route
    """
    init = {
        "apiVersion": "kubeadm.k8s.io/v1beta4",
        "kind": "InitConfiguration",
        "certificateKey": certificate_key,
        "localAPIEndpoint": {"advertiseAddress": address},
    }
    return f"{cluster.rstrip()}\n---\n{json.dumps(init)}\n"


__all__ = [
    "INIT_OBJECTS",
    "INIT_TRACES",
    "JOIN_TRACES",
    "Credentials",
    "InitProgress",
    "ignored_errors",
    "is_refused",
    "is_unanswered",
    "missing_objects",
    "parse_join_command",
    "read_endpoint",
    "upload_configuration",
    "with_token",
]
