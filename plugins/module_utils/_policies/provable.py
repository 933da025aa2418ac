# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The namespaces in which the policies of a cluster can be proved. No I/O, no Ansible."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable

from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.pods import Pod


def find_provable_namespaces(
    policy_namespaces: Iterable[str], pods: Iterable[Pod], chosen: Collection[str], left_out: Collection[str]
) -> list[str]:
    """Return the namespaces to probe, in alphabetical order.

    These are the chosen ones, or else those that have both a policy and a running pod on the pod network. A proof
    probes pairs of pods, so a single pod in all of them leaves nothing to prove.
    """
    running = Counter(pod.namespace for pod in pods if pod.phase == "Running" and pod.on_pod_network)
    namespaces = set(chosen) or (set(policy_namespaces) & set(running)) - set(left_out)
    return sorted(namespaces) if sum(running[namespace] for namespace in namespaces) > 1 else []


__all__ = ["find_provable_namespaces"]
