# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pods and listeners that a proof of policies probes, apart from its canaries. No I/O, no Ansible."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.ports import Port

# SCTP is computed, and not probed.
_PROBED = ("icmp", "tcp", "udp")
# The kinds of endpoints of a Service whose cells the oracle computes.
_SERVICES = ("service", "nodeport")


@dataclass(frozen=True)
class ProofScope:
    """What a proof of policies probes; endpoints, listeners and Pod objects as they were given.

    Attributes:
        endpoints: pods that policies may select, and Services of others at cluster IPs and node ports
        listeners: of these pods, at the ports that are asked about
        checks: protocols of the ports, and tcp for Services
        pods: Pod objects of these pods. Host-network pods and pods that end are no endpoints
        canaries: our own pods
        canary_listeners: all listeners of the canaries
    """

    endpoints: list[Mapping[str, Any]]
    listeners: list[Mapping[str, Any]]
    checks: list[str]
    pods: list[Mapping[str, Any]]
    canaries: list[Mapping[str, Any]]
    canary_listeners: list[Mapping[str, Any]]


def find_scope(
    endpoints: Iterable[Mapping[str, Any]],
    listeners: Iterable[Mapping[str, Any]],
    pods: Iterable[Mapping[str, Any]],
    ports: Iterable[Port],
) -> ProofScope:
    """Choose from the endpoints, listeners and Pod objects of a cluster.

    A responder opens a port for TCP and for UDP, and policies may be asked about one of the protocols only. A listener
    of the other protocol would be probed, and no policy cell says what to expect of it.
    """
    asked, listeners = {(port.protocol.lower(), port.number): None for port in ports}, list(listeners)
    endpoints = list(endpoints)
    all_pods = [one for one in endpoints if one["kind"] == "pod"]
    ours, others = ([one for one in all_pods if bool(one.get("own")) is own] for own in (True, False))
    services = [one for one in endpoints if one["kind"] in _SERVICES and not one.get("own")]
    checks = [*(protocol for protocol, _port in asked), *(["tcp"] if services else [])]
    uids = {uid for one in others for uid in one.get("uids", ())}
    return ProofScope(
        endpoints=[*others, *services],
        listeners=[one for one in _of(others, listeners) if (one["protocol"], one["port"]) in asked],
        checks=[check for check in dict.fromkeys(checks) if check in _PROBED],
        pods=[pod for pod in pods if pod["metadata"].get("uid") in uids],
        canaries=ours,
        canary_listeners=_of(ours, listeners),
    )


def _of(endpoints: Iterable[Mapping[str, Any]], listeners: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    names = {one["name"] for one in endpoints}
    return [one for one in listeners if one["endpoint"] in names]


__all__ = ["find_scope"]
