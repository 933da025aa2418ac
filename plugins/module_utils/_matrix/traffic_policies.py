# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The outcomes that the traffic policies of a Service ask for. No I/O, no Ansible.

The API reference of ServiceSpec says of C(internalTrafficPolicy): with Local "the proxy will assume that pods only want
to talk to endpoints of the service on the same node as the pod, dropping the traffic if there are no local endpoints"
(KEP-2086). It says of C(externalTrafficPolicy): with Local "each node will deliver traffic only to the node-local
endpoints of the service" and "traffic mistakenly sent to a node with no endpoints will be dropped"; "traffic sent to an
External IP or LoadBalancer IP from within the cluster will always get Cluster semantics".

It leaves open how a node treats its own connections, and those of pods, to a node port. kube-proxy treats a connection
from the node itself, and one from an address that it takes for a pod's, as with Cluster, in its modes iptables and
nftables. In the mode ipvs it does not. Whether a node sees a pod of another node by the pod's own address depends on
the pod network.
"""

from __future__ import annotations

from typing import NamedTuple

from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import Endpoint


class Ruling(NamedTuple):
    """An outcome, with the reason, and the one who decides it, as in Expectation."""

    outcome: str
    because: str
    decided_by: str


_OPEN = "implementation"
_INSIDE = "internalTrafficPolicy is Local, and the source's node has no endpoint"
_OUTSIDE = "externalTrafficPolicy is Local, and the node of the port has no endpoint"


def rule_traffic(source: Endpoint, target: Endpoint) -> Ruling | None:
    """Return the outcome that a traffic policy decides; None when it decides nothing: the target is reachable.

    Args:
        source: a pod, a node or the controller
        target: any endpoint
    """
    if target.traffic_policy == "external":
        return Ruling("any", "the address is the load balancer's, which may refuse sources in the cluster", _OPEN)
    if target.traffic_policy != "Local":
        return None
    if target.kind != "nodeport":
        return None if source.node in target.local_nodes else Ruling("blocked", _INSIDE, "api")
    if target.via in target.local_nodes:
        return None
    if source.kind == "controller" or (source.kind == "node" and source.node != target.via):
        return Ruling("blocked", _OUTSIDE, "api")
    return Ruling("any", f"{_OUTSIDE}, and the source may count as the node's own", _OPEN)


__all__ = ["rule_traffic"]
