# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The end of certificates: which of them kubeadm renews, and which static pods read them. No I/O, no Ansible."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.process_times import read_start_ticks

DAY = 86400  # seconds
KUBELET_CLIENT = "/var/lib/kubelet/pki/kubelet-client-current.pem"
_KUBERNETES = "/etc/kubernetes"
# The static pods in the order of their restarts: the API needs etcd, and the others need the API.
COMPONENTS = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler")


@dataclass(frozen=True)
class CertificatePlace:
    """Where a certificate is.

    Attributes:
        path: the file, in PEM, or a kubeconfig that holds it
        name: as kubeadm certs renew has it; None: kubeadm does not renew it
        component: the static pod that reads it; None: there is none
    """

    path: str
    name: str | None = None
    component: str | None = None


PLACES = (
    *(CertificatePlace(f"{_KUBERNETES}/{name}.conf", f"{name}.conf") for name in ("admin", "super-admin")),
    *(
        CertificatePlace(f"{_KUBERNETES}/{name}.conf", f"{name}.conf", f"kube-{name}")
        for name in ("controller-manager", "scheduler")
    ),
    *(
        CertificatePlace(f"{_KUBERNETES}/pki/{name}.crt", name, "kube-apiserver")
        for name in ("apiserver", "apiserver-etcd-client", "apiserver-kubelet-client", "front-proxy-client")
    ),
    *(CertificatePlace(f"{_KUBERNETES}/pki/etcd/{name}.crt", f"etcd-{name}", "etcd") for name in ("server", "peer")),
    CertificatePlace(f"{_KUBERNETES}/pki/etcd/healthcheck-client.crt", "etcd-healthcheck-client"),
    *(CertificatePlace(f"{_KUBERNETES}/pki/{name}.crt") for name in ("ca", "front-proxy-ca", "etcd/ca")),
    CertificatePlace(KUBELET_CLIENT),
)


@dataclass(frozen=True)
class Certificate:
    """A certificate on a node.

    Attributes:
        place: where it is
        ends: seconds since the epoch
        written: when its file was written, in seconds since the epoch
    """

    place: CertificatePlace
    ends: float
    written: float


@dataclass(frozen=True)
class Renewal:
    """What is to be done.

    Attributes:
        renew: names of certificates for kubeadm
        restart: static pods that read a certificate which is newer than they are
        ending: sentences about certificates that end soon and that kubeadm does not renew
    """

    renew: tuple[str, ...]
    restart: tuple[str, ...]
    ending: tuple[str, ...]


def plan_renewal(
    certificates: Iterable[Certificate], started: Mapping[str, float], now: float, renew_before: float
) -> Renewal:
    """Plan the renewal.

    Args:
        certificates: the certificates of the node
        started: when each static pod started, in seconds since the epoch
        now: the time
        renew_before: how long before its end a certificate is renewed, in seconds
    """
    found = tuple(certificates)
    due = [one for one in found if one.ends - now < renew_before]
    renewed = {one.place.name: one.place.component for one in due if one.place.name}
    # A run that was killed may have renewed certificates and restarted nothing. Files have fractions of a second.
    stale = {one.place.component for one in found if one.written > _start(one, started, now) + 1}
    return Renewal(
        renew=tuple(sorted(renewed)),
        restart=tuple(name for name in COMPONENTS if name in {*renewed.values(), *stale}),
        ending=tuple(_explain(one, now) for one in due if not one.place.name),
    )


def _start(certificate: Certificate, started: Mapping[str, float], now: float) -> float:
    """When the static pod that reads a certificate started. One that does not run reads it when it starts."""
    return started.get(certificate.place.component or "", now)


def describe(certificate: Certificate, now: float) -> str:
    """Say when a certificate ends."""
    end = datetime.fromtimestamp(certificate.ends, timezone.utc)
    days = int((certificate.ends - now) // DAY)
    when = f"in {days} days" if days >= 0 else f"{-days} days ago"
    return f"{certificate.place.path} ends on {end:%Y-%m-%d}, {when}"


def _explain(certificate: Certificate, now: float) -> str:
    if certificate.place.path == KUBELET_CLIENT:
        return f"{describe(certificate, now)}: the kubelet renews it by itself; look into its log when it does not"
    return f"{describe(certificate, now)}: kubeadm renews no CA; plan a new one (Manual Rotation of CA Certificates)"


def read_start(stat: str, boot: float, ticks: int) -> float:
    """Read when a process started, in seconds since the epoch.

    Args:
        stat: the text of /proc/PID/stat (proc(5)); the name of the program may hold spaces and parentheses
        boot: when the machine started, in seconds since the epoch
        ticks: clock ticks in a second

    Raises:
        InputError: the text has another form
    """
    return boot + read_start_ticks(stat) / ticks


__all__ = [
    "COMPONENTS",
    "DAY",
    "KUBELET_CLIENT",
    "PLACES",
    "Certificate",
    "Renewal",
    "describe",
    "plan_renewal",
    "read_start",
]
