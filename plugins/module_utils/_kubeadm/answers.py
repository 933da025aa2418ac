# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How far C(kubeadm init) or C(kubeadm join) came on a node, and how it is brought to its end.

A file tells only that kubeadm began. Whether it ended is asked of the API, so that a run that was killed is finished.
Both commands can be run over what they left: they keep certificates, keys and etcd's data, and write the rest anew.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import ClusterError

# What `kubeadm init` makes in the cluster in its last phases, in its order (cmd/kubeadm/app/cmd/init.go): that of
# upload-config and bootstrap-token, without which no node joins; then, by the field of ClusterConfiguration that turns
# it off, the last thing of each addon (phases/addons beside it). What an addon runs may be gone: a finished cluster
# whose network does without kube-proxy is no half-done one.
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

# Preflight checks that a half-done run fails by its own traces (cmd/kubeadm/app/preflight/checks.go).
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

# How kubectl says that the API gave no answer, as opposed to NotFound, Forbidden or a certificate that does not fit.
_NO_ANSWER = re.compile(
    r"^The connection to the server .* was refused|^Unable to connect to the server: (?!.*x509)"
    r"|^Error from server(: | \((Timeout|ServerTimeout|ServiceUnavailable|InternalError|TooManyRequests)\))",
    flags=re.MULTILINE,
)


@dataclass(frozen=True)
class Credentials:
    """What a node needs to join: the API's C(endpoint) as HOST:PORT, a bootstrap token, the pins of the cluster's CA.

    The pins are C(sha256:) and the hash, in hexadecimal, of the CA's public key (RFC 7469, section 2.4).
    """

    endpoint: str
    token: str
    ca_cert_hashes: tuple[str, ...]


def missing_objects(found: str, configuration: str = "") -> tuple[str, ...]:
    """Return what C(kubeadm init) has yet to make, as NAMESPACE/KIND/NAME.

    The last addon that is not turned off tells that those before it were made, so these may be gone meanwhile.

    Args:
        found: lines of C(NAMESPACE KIND/NAME), or anything around them, for the objects that exist
        configuration: the cluster's own C(ClusterConfiguration), as kubeadm wrote it
    """
    there = {tuple(line.split()) for line in found.splitlines()}
    addons = [one for field, one in _ADDON_OBJECTS.items() if not _is_disabled(field, configuration)]
    if there.issuperset(addons[-1:]):
        addons = []
    return tuple("/".join(wanted) for wanted in (*_JOIN_OBJECTS, *addons) if wanted not in there)


def _is_disabled(addon: str, configuration: str) -> bool:
    """Return whether a C(ClusterConfiguration) of v1beta4 turns an addon off, by the field C(disabled).

    kubeadm sets that also for an addon of which the phase is skipped (manageSkippedAddons in cmd/init.go). It writes
    YAML in blocks with an indentation of two.
    """
    return re.search(rf"^{addon}:\n(  .*\n)*?  disabled: true$", configuration, flags=re.MULTILINE) is not None


def is_unanswered(errors: str) -> bool:
    """Return whether kubectl's errors mean that the API is away for now, so that asking again can help."""
    return _NO_ANSWER.search(errors) is not None


def is_refused(errors: str) -> bool:
    """Return whether kubectl's errors mean that the API knows neither these credentials nor shows ones that are known.

    Forbidden is not among them: a run that was killed before it gave its administrator any rights is finished.
    """
    return "x509:" in errors or "(Unauthorized)" in errors


def ignored_errors(chosen: list[str], traces: tuple[str, ...], begun: bool) -> str:
    """Return the value of C(--ignore-preflight-errors): what the user chose, and the traces of a run that began."""
    return ",".join(sorted({*chosen, *(traces if begun else ())}))


def parse_join_command(output: str) -> Credentials:
    """Return the credentials in the output of C(kubeadm token create --print-join-command).

    Raises ClusterError, without the output, which may hold a token, when there is no such command in it.
    """
    match = _JOIN_COMMAND.search(" ".join(output.split()))
    if match is None:
        raise ClusterError("kubeadm token create printed no join command that could be read")
    hashes = tuple(re.findall(r"sha256:[0-9a-f]{64}", match["hashes"]))
    return Credentials(endpoint=match["endpoint"], token=match["token"], ca_cert_hashes=hashes)


def with_token(configuration: dict[str, Any], token: str) -> dict[str, Any]:
    """Return a copy of a C(JoinConfiguration) with the token at C(discovery.bootstrapToken.token)."""
    discovery = configuration.get("discovery", {})
    bootstrap = {**discovery.get("bootstrapToken", {}), "token": token}
    return {**configuration, "discovery": {**discovery, "bootstrapToken": bootstrap}}


def explain_failure(command: str, output: str) -> str:
    """Return an error sentence from kubeadm's output: its own errors where it marks them, otherwise its last lines.

    Bootstrap tokens are blotted out.
    """
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith(("[ERROR", "error:", "error execution"))]
    told = " | ".join(errors or lines[-5:]) or "it printed nothing"
    return f"{command} failed: " + re.sub(r"[a-z0-9]{6}\.[a-z0-9]{16}", "TOKEN", told)


__all__ = [
    "INIT_OBJECTS",
    "INIT_TRACES",
    "JOIN_TRACES",
    "Credentials",
    "explain_failure",
    "ignored_errors",
    "is_refused",
    "is_unanswered",
    "missing_objects",
    "parse_join_command",
    "with_token",
]
