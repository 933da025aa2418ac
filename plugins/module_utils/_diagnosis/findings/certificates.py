# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates that have expired, are not yet valid, or are of another cluster."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.causes import (
    Cause,
    Found,
    named,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.gathered import Gathered
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.node_facts import NodeFacts

_CA = "/etc/kubernetes/pki/ca.crt"
_KUBELET = "/var/lib/kubelet/pki/kubelet-client-current.pem"
_KUBELET_CONF = "/etc/kubernetes/kubelet.conf"
# kubeadm renews none of these.
_CAS = (_CA, "/etc/kubernetes/pki/front-proxy-ca.crt", "/etc/kubernetes/pki/etcd/ca.crt")
_OWN = "/var/lib/kubelet/pki/kubelet.crt"  # of the kubelet itself, which makes a new one


def find(gathered: Gathered) -> Iterator[Found]:
    yield from _invalid(gathered)
    yield from _foreign(gathered)


def _invalid(gathered: Gathered) -> Iterator[Found]:
    """Yield certificates whose time is over or has not begun, by the node's clock."""
    found: dict[tuple[str, str], list[tuple[str, Mapping[str, Any]]]] = defaultdict(list)
    for node in gathered.nodes:
        clock = node.data.get("clock") or 0
        valid = {one["path"] for one in node.certificates if one["not_before"] <= clock <= one["not_after"]}
        for one in node.certificates if clock else ():
            # Of several CAs in a file, as while one is replaced, one valid CA is enough.
            if one["path"] == _OWN or (one["path"] in _CAS and one["path"] in valid):
                continue
            if one["not_after"] < clock:
                found["has expired", one["path"]].append((node.name, one))
            elif one["not_before"] > clock:
                found["is not valid yet", one["path"]].append((node.name, one))
    for (problem, path), places in sorted(found.items()):
        names = sorted({name for name, _one in places})
        key = "not_after" if "expired" in problem else "not_before"
        remedy = (
            gathered.remedy("run playbooks/certificates.yml; or ", "")
            + "run `kubeadm certs renew all` on the control plane and restart its static pods"
        )
        if path in _CAS:
            remedy = "replace the CA by hand, because kubeadm renews no CA (Kubernetes' documentation: manual rotation)"
        if path in (_KUBELET, _KUBELET_CONF):
            remedy = f"make a new bootstrap token, and run kubeadm join again on {named(names)}"
        yield Found(
            tuple(names),
            f"{path} on {named(names)} {problem}",
            tuple(f"{name}: {one.get('subject') or 'no name'}: {_date(one[key])}" for name, one in places[:5]),
            remedy if "expired" in problem else "set the node's clock, or wait; see the finding clocks",
        )


def _foreign(gathered: Gathered) -> Iterator[Found]:
    """Yield nodes whose CA, or whose kubelet's certificate, is of another cluster than the API server's."""
    authorities = {node.name: _authorities(node.certificates) for node in gathered.nodes}
    servers = [node.name for node in gathered.nodes if node.data.get("advertised") and authorities[node.name]]
    files = [keys for name in servers or authorities for keys in authorities[name].values()]
    counted = Counter(key for keys in files for key in keys)
    if not counted:
        return
    most = counted.most_common(1)[0][0]
    # While a CA is replaced, files have the old one and the new one.
    right = frozenset().union(*(keys for keys in files if most in keys))
    issuers = Counter(_issuer(node) for node in gathered.nodes)
    for node in gathered.nodes:
        foreign = [(min(keys), path) for path, keys in authorities[node.name].items() if not keys & right]
        own = {one.get("subject_key") for one in node.certificates if one["path"] == _CA}
        client = node.certificate(_KUBELET)
        # A cluster may have a CA of its own for kubelets, as some clouds do: then most nodes have its certificates.
        issuer = _issuer(node)
        issued_elsewhere = issuer and own - {None} and issuer not in own and issuers[issuer] <= len(gathered.nodes) / 2
        if foreign or issued_elsewhere:
            by_key = (str((client or {}).get("authority_key")), _KUBELET)
            digest, place = next(iter(foreign), by_key)
            yield Found(
                (node.name,),
                f"{place} on {node.name} is of another cluster",
                (f"{node.name}: {place}: CA {digest[:16]}…; the cluster's CA: {sorted(right)[0][:16]}…",),
                gathered.remedy(
                    f"run playbooks/reset.yml --limit {node.name}, and join it again (playbooks/cluster.yml)",
                    f"run `kubeadm reset` on {node.name}, and join it again (`kubeadm token create "
                    "--print-join-command`)",
                ),
            )


def _issuer(node: NodeFacts) -> str | None:
    """The key of the CA that issued the certificate of a node's kubelet."""
    client = node.certificate(_KUBELET)
    return str(client["authority_key"]) if client and client.get("authority_key") else None


def _authorities(certificates: list[Mapping[str, Any]]) -> dict[str, set[str]]:
    """Return the hashes of the CAs' public keys in each file."""
    found: dict[str, set[str]] = defaultdict(set)
    for one in certificates:
        if one["path"] == _CA or (one["path"] == _KUBELET_CONF and one.get("part") == "authority"):
            found[one["path"]].add(str(one["public_key"]))
    return found


def _date(seconds: float) -> str:
    try:
        return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%d %H:%M UTC")
    except (OverflowError, ValueError, OSError):  # a time before or after all calendars
        return f"{seconds:.0f} s after 1970"


CAUSE = Cause(
    id="certificates",
    severity="error",
    layer="node",
    title="A certificate has expired or is of another cluster",
    cause=(
        "kubeadm's certificates are valid for a year. A control plane that was made anew has a new CA, and nodes "
        "that joined the "
        "old one keep its ca.crt and their old certificates."
    ),
    evidence=(
        "Subject and time of the certificate, or the hash of the CA's public key and the cluster's own. Never a key."
    ),
    remedy="`playbooks/certificates.yml`; a node of another cluster needs `playbooks/reset.yml` and a new join.",
    harmless=(
        "ca.crt has several certificates, as after a rotation. Kubelets have certificates of a CA of their own. "
        "The kubelet's own serving certificate is not looked at."
    ),
    find=find,
)
