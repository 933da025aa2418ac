# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which findings may be effects of others: a cause comes before its effects. No I/O, no Ansible."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.causes import LAYERS

# The findings that may follow from another one on the same node, by its id. A test shows that no way leads back.
EFFECTS: Mapping[str, tuple[str, ...]] = {
    "allocation_file": ("bridge_address", "pod_routes"),
    "api_server_on_nat": ("system_pods", "node_not_ready"),
    "certificates": ("runtime_down", "system_pods", "node_not_ready"),
    "cgroup_driver": ("runtime_down", "node_not_ready"),
    "clocks": ("certificates", "node_not_ready"),
    "disk_full": ("runtime_down", "image_pull", "system_pods", "node_not_ready"),
    "forward_drop": ("system_pods",),
    "forwarding_off": ("system_pods",),
    "image_pull": ("system_pods", "pod_routes", "services_missing", "node_not_ready"),
    "kubelet_address": ("node_not_ready",),
    "missing_plugin": ("system_pods", "node_not_ready"),
    "network_on_another_nic": ("pod_routes", "port_closed"),
    "no_default_route": ("image_pull", "system_pods"),
    "pod_cidr": ("system_pods", "pod_routes", "node_not_ready"),
    "pool_exhausted": ("system_pods",),
    "port_closed": ("system_pods", "node_not_ready"),
    "runtime_down": ("system_pods", "services_missing", "node_not_ready"),
    "shared_address": ("network_on_another_nic", "pod_routes", "system_pods"),
    "node_unknown": ("pod_routes", "system_pods"),
    "swap": ("runtime_down", "node_not_ready"),
    "system_pods": ("pod_routes", "services_missing", "vtep_mac", "node_not_ready"),
    "two_cni_configurations": ("bridge_address", "masquerade", "pod_routes", "system_pods"),
    "webhook_down": ("system_pods", "node_not_ready"),
}
_ANYWHERE = ""  # the place of a finding that is the whole cluster's


def causes_of(findings: Sequence[tuple[str, Iterable[str], str]]) -> list[list[int]]:
    """Return the findings that may be the cause of each finding, by their numbers.

    Args:
        findings: the id, the nodes and the layer of each; without nodes it is the cluster's, and concerns all nodes. A
            fault has no effect in a layer before its own: pods of the DNS take no routes away
    """
    places: dict[tuple[str, str], list[int]] = defaultdict(list)
    numbers: dict[str, list[int]] = defaultdict(list)
    for number, (id, nodes, _layer) in enumerate(findings):
        numbers[id].append(number)
        for node in tuple(nodes) or (_ANYWHERE,):
            places[id, node].append(number)
    causes: dict[str, list[str]] = defaultdict(list)
    for cause, effects in EFFECTS.items():
        for effect in effects:
            causes[effect].append(cause)
    found = []
    for id, nodes, layer in findings:
        own = (*nodes, _ANYWHERE)
        is_of_all = len(own) == 1
        near = (
            numbers[one] if is_of_all else [n for node in own for n in places.get((one, node), ())]
            for one in causes[id]
        )
        some = {number for places_of in near for number in places_of}
        found.append(sorted(number for number in some if _is_before(findings[number][2], layer)))
    return found


def _is_before(layer: str, other: str) -> bool:
    """Whether a layer is another one, or before it."""
    return LAYERS.index(layer) <= LAYERS.index(other)


__all__ = ["EFFECTS", "causes_of"]
