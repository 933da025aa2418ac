# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The implementations of NetworkPolicy, and their answers to the questions that the API leaves open. Data only.

A new implementation is an entry of IMPLEMENTATIONS.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Reading:
    """The points that the API leaves open, as an implementation decides them. Every True but the third allows more.

    Attributes:
        blocks_match_pods: an ipBlock matches the pods that have an address in it
        peers_match_host_network: selectors of peers match host-network pods, and rules find their ports by name
        policies_bind_host_network: a policy that selects a host-network pod has an effect on it
        own_node_enters: a pod lets in the host-network pods of its node, despite policies
        own_node_is_reached: a pod reaches the host-network pods of its node, despite policies
        init_ports_have_names: rules find ports by name in init containers that end before the other containers start
        shared_names_open_all: a port name that has several numbers in a pod stands for all of them; otherwise for none
    """

    blocks_match_pods: bool
    peers_match_host_network: bool
    policies_bind_host_network: bool
    own_node_enters: bool
    own_node_is_reached: bool
    init_ports_have_names: bool
    shared_names_open_all: bool


STRICTEST = Reading(False, False, True, False, False, False, False)
MOST_LENIENT = Reading(True, True, False, True, True, True, True)


@dataclass(frozen=True)
class Implementation:
    """An implementation of NetworkPolicy.

    Attributes:
        reading: the reading that allows cells and says why
        answers: whether the reading also decides the cells that the API leaves open; otherwise they stay undecided
    """

    reading: Reading
    answers: bool


IMPLEMENTATIONS: Mapping[str, Implementation] = {
    # Calico knows a host-network pod only by the address of its node. It lets a node into the node's own pods, for the
    # kubelet's probes. The policies of a pod apply to traffic from the pod to its node.
    "calico": Implementation(
        Reading(
            blocks_match_pods=True,
            peers_match_host_network=False,
            policies_bind_host_network=False,
            own_node_enters=True,
            own_node_is_reached=False,
            init_ports_have_names=True,
            shared_names_open_all=True,
        ),
        answers=True,
    ),
    # The API alone, for a network of which nothing else is known.
    "strict": Implementation(STRICTEST, answers=False),
}

__all__ = ["IMPLEMENTATIONS", "MOST_LENIENT", "STRICTEST", "Reading"]
