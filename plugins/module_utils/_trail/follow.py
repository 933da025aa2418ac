# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The work of one node: look at the counters, watch and send, look again."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.network_namespace import Namespaces
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.kernel_counters import moved_counters
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.pairs import Pair
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.reports import report_as_dict
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.rule_counters import moved_rules
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.surroundings import (
    list_links,
    list_routes,
    list_silent,
    read_all_counters,
    read_flows,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.watch import WatchedPlace, watch


def follow(
    node: WatchedPlace,
    pods: Sequence[WatchedPlace],
    pairs: Sequence[Pair],
    run: str,
    seconds: float,
    problems: Iterable[str] = (),
) -> dict[str, Any]:
    """Follow the packets of the pairs on a node, and return its report.

    Args:
        node: the node
        pods: its pods that are sources or targets
        pairs: of all nodes
        run: identifier of the run
        seconds: how long to watch
        problems: sentences about what could not be found

    Raises:
        ClusterError: this process cannot enter a namespace or open a socket there
    """
    started, places = time.time(), [node, *pods]
    with Namespaces() as namespaces:
        links = list_links(node, namespaces)
        before = read_all_counters(node, places, namespaces)
        watched = watch(places, pairs, run, seconds, namespaces)
        after = read_all_counters(node, places, namespaces)
        routes = list_routes(node, pairs, namespaces)
        silent = list_silent(places, namespaces)
        flows = read_flows(node, pairs, namespaces)
    counters = [
        moved
        for place in places
        for moved in moved_counters(place.name, before.files[place.name], after.files[place.name])
    ]
    rules = moved_rules(before.rules, after.rules)
    names = [one.name for one in places]
    report = report_as_dict(node.name, names, watched, links, rules, counters, flows, silent, problems)
    return {**report, "routes": routes, "started": started, "finished": time.time()}


__all__ = ["follow"]
