# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Questions to etcd on a control plane, through its JSON gateway and with the certificates of kubeadm.

etcdctl is in the image of etcd only, so nothing else on the node can ask.
"""

from __future__ import annotations

import json
import ssl
import urllib.error
import urllib.request
from pathlib import Path

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import ClusterError
from ansible_collections.podnet.kubernetes.plugins.module_utils._kubeadm.etcd_members import (
    Member,
    find_endpoints,
    find_leaving,
    find_name,
    parse_members,
)

PKI = Path("/etc/kubernetes/pki")
MANIFEST = Path("/etc/kubernetes/manifests/etcd.yaml")
DATA = Path("/var/lib/etcd/member")
_TIMEOUT = 10.0  # seconds for one question; etcd itself gives up after about seven without a majority
# What etcd says of a removal after which too few members would be left that answer.
_NEEDED = ("unhealthy cluster", "not enough started members")


class MajorityError(ClusterError):
    """etcd would lose its majority."""


def has_etcd() -> bool:
    """Whether this node has the certificates by which etcd answers. A worker has none."""
    return (PKI / "etcd" / "ca.crt").exists() and (PKI / "apiserver-etcd-client.crt").exists()


def has_data() -> bool:
    """Whether this node holds the data of a member."""
    return DATA.exists()


def _opener() -> urllib.request.OpenerDirector:
    """Make the client, with the certificates and without the proxy that the environment may name."""
    context = ssl.create_default_context(cafile=str(PKI / "etcd" / "ca.crt"))
    context.load_cert_chain(str(PKI / "apiserver-etcd-client.crt"), str(PKI / "apiserver-etcd-client.key"))
    return urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context))


def _ask(question: str, body: dict[str, str]) -> str:
    """Ask the first member that answers: this node's own, then those that its manifest names.

    Raises:
        ClusterError: no member answers, or one refuses
    """
    opener = _opener()
    faults = []
    for endpoint in dict.fromkeys(find_endpoints(_read_manifest())):
        try:
            with opener.open(f"{endpoint}{question}", json.dumps(body).encode(), _TIMEOUT) as answer:
                return str(answer.read().decode("utf-8", errors="replace"))
        except urllib.error.HTTPError as error:
            faults.append(f"{endpoint} says {error.read(500).decode('utf-8', errors='replace').strip()}")
        except OSError as error:
            faults.append(f"{endpoint}: {getattr(error, 'reason', None) or error}")
    raise ClusterError(f"etcd does not answer: {'; '.join(faults)}: bring back a majority of its members first")


def _read_manifest() -> str:
    return MANIFEST.read_text(encoding="utf-8") if MANIFEST.exists() else ""


def own_name() -> str:
    """The name of this node's member, which may be another one than the inventory has. Empty without a manifest."""
    return find_name(_read_manifest())


def read_members() -> list[Member]:
    """Ask for the members of etcd. Raises ClusterError."""
    return parse_members(_ask("/v3/cluster/member/list", {}))


def remove_members(names: list[str], addresses: list[str], check_mode: bool) -> tuple[list[Member], list[Member]]:
    """Remove members, unless in check mode. Return those that were to go, and all that were there.

    Raises:
        MajorityError: etcd refuses, because it would lose its majority
        ClusterError: etcd does not answer, or would lose its last member
    """
    members = read_members()
    leaving = find_leaving(members, names, addresses)
    if leaving and len(leaving) == len(members):
        raise ClusterError(f"{', '.join(map(str, leaving))} is all of etcd: its data would be lost")
    for member in leaving if not check_mode else []:
        _remove(member)
    return leaving, members


def _remove(member: Member) -> None:
    """Remove a member. Raises ClusterError as remove_members() does."""
    try:
        _ask("/v3/cluster/member/remove", {"ID": member.identity})
    except ClusterError as error:
        if any(sign in str(error) for sign in _NEEDED):
            raise MajorityError(f"etcd would lose its majority without {member} ({error})") from None
        raise


__all__ = ["MajorityError", "has_data", "has_etcd", "own_name", "read_members", "remove_members"]
