# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pods that policies are about. No I/O, no Ansible."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.pods import Pod, read_pods


def parse_pods(value: Any) -> tuple[Pod, ...]:
    """Return the pods of a list of Pod objects, without those that have ended.

    Raises:
        InputError: an object is no Pod, is there twice, or lacks an address; or a pod has no spec.nodeName while
            another one is on the host network
    """
    pods = tuple(pod for pod in read_pods(value) if not pod.ended)
    for pod in pods:
        if not pod.addresses:
            raise InputError(
                f"{pod}: status.podIPs is missing: leave out a pod that has no address yet, or write the address that "
                "it will have, such as [{'ip': '10.244.1.5'}]"
            )
    _check_nodes(pods)
    return pods


def _check_nodes(pods: Sequence[Pod]) -> None:
    """Refuse pods without a node where the node decides: a pod lets in the host-network pods of its own node."""
    hosts = [pod for pod in pods if pod.host_network]
    unplaced = [pod for pod in pods if pod.node is None]
    if hosts and unplaced:
        raise InputError(
            f"{unplaced[0]}: spec.nodeName is missing, and {hosts[0]} is on the host network, which pods of the same "
            "node always let in: give the name of the node"
        )


__all__ = ["parse_pods"]
