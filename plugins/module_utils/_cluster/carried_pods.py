# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pods that a pod network carries, for its removal. No I/O, no Ansible."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.pods import Pod, read_pods


@dataclass(frozen=True)
class CarriedPods:
    """The pods that a network carries, and those among them that no controller makes again."""

    pods: tuple[Pod, ...]
    bare: tuple[Pod, ...]


def find_carried_pods(value: Any) -> CarriedPods:
    """Find the pods that run on a node, and not in the node's own network.

    Pods that are being deleted count too: they have a link until they are gone.

    Raises:
        InputError: the value is no list of Pod objects
    """
    pods = tuple(pod for pod in read_pods(value) if pod.node and not (pod.host_network or pod.ended))
    return CarriedPods(pods, tuple(pod for pod in pods if not pod.owned))


__all__ = ["find_carried_pods"]
