# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which host makes the cluster, and which ones join it as control planes. No I/O, no Ansible."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError

_PORT = ":6443"


@dataclass(frozen=True)
class Progress:
    """How far a host is, as the module kubeadm_init tells it.

    Attributes:
        complete: whether C(kubeadm init) finished, and the API answers
        endpoint: C(controlPlaneEndpoint) of the cluster; empty where it is not set, or not known
        begun: whether the host has a CA
    """

    complete: bool
    endpoint: str
    begun: bool


@dataclass(frozen=True)
class Plan:
    """The order of the control planes.

    Attributes:
        first: the host that makes the cluster, or has it
        join: the hosts that join it, in the order of the inventory
        faults: sentences that say why nothing may be changed
    """

    first: str
    join: tuple[str, ...]
    faults: tuple[str, ...]


def read_progress(host: str, result: Any) -> Progress:
    """Read a result of the module kubeadm_init. Raises InputError when it is another thing."""
    if not isinstance(result, Mapping) or not {"missing", "endpoint", "begun"} <= set(result):
        raise InputError(f"the progress of {host} is {result!r}: it must have missing, endpoint and begun")
    return Progress(not result["missing"], str(result["endpoint"]), bool(result["begun"]))


def plan_control_planes(found: Mapping[str, Progress], hosts: Sequence[str], endpoint: str) -> Plan:
    """Choose the host that makes the cluster, and refuse what would make a second one.

    Args:
        found: the progress of each host that answered
        hosts: all hosts of the group, in their order
        endpoint: the address of the API that the user gives; empty without one
    """
    complete = [host for host in hosts if host in found and found[host].complete]
    begun = [host for host in hosts if host in found and found[host].begun]
    first = [*complete, *begun, *hosts][0]
    present = [host for host in hosts if host in found]
    faults = _faults(found, hosts, endpoint, complete, begun)
    return Plan(first, tuple(host for host in present if host != first), tuple(faults))


def _faults(
    found: Mapping[str, Progress], hosts: Sequence[str], endpoint: str, complete: Sequence[str], begun: Sequence[str]
) -> Iterator[str]:
    silent = [host for host in hosts if host not in found]
    if complete:
        live = found[complete[0]].endpoint
        new = [host for host in hosts if host in found and not found[host].begun]
        if not live and new:
            yield (
                f"{', '.join(new)} cannot become control planes, because the cluster of {complete[0]} was made without "
                "an address for several (controlPlaneEndpoint): its certificates and all kubelets name the one "
                f"control plane. Leave the group with {', '.join(complete)}, or reset the cluster "
                "(playbooks/reset.yml) and make it again with podnet_api_endpoint or podnet_api_vip"
            )
        elif live and endpoint and with_port(live) != with_port(endpoint):
            yield (
                f"the address of the API is {live} in the cluster, and {endpoint} in the inventory: the certificates "
                f"and all kubelets name {live}. Set podnet_api_endpoint to {live}"
            )
        return
    if not endpoint:
        yield (
            f"{', '.join(hosts)} are several control planes, and nodes need one address that reaches all of them: set "
            "podnet_api_endpoint to a load balancer or a DNS name, or podnet_api_vip to a free address of the node "
            "network"
        )
    if silent:
        yield (
            f"{', '.join(silent)} did not answer or are left out by --limit, and the other control planes have no "
            "cluster that answers. They may have one, and a second one must not be made: mend them, or run without "
            "--limit"
        )
    elif len(begun) > 1:
        yield (
            f"{', '.join(begun)} have a cluster already, and its API does not answer on any of them: bring back a "
            "majority of them, or reset the cluster (playbooks/reset.yml)"
        )


def with_port(endpoint: str) -> str:
    """Write the port of an address of the API out, as kubeadm does."""
    has_port = endpoint.rpartition("]")[2].rpartition(":")[1] if endpoint.startswith("[") else ":" in endpoint
    return endpoint if has_port else f"{endpoint}{_PORT}"


__all__ = ["plan_control_planes", "read_progress"]
