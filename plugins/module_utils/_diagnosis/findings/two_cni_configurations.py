# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A node has more than one CNI configuration, or nodes have different ones."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.causes import (
    Cause,
    Found,
    named,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.failed_cells import either_end
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.gathered import Gathered
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.node_facts import (
    META_PLUGINS,
    NodeFacts,
    describe_configuration,
)

# Files that container engines bring along. They are no harm as long as the pod network's file comes first.
_OF_ENGINES = re.compile(r"podman|crio|containerd-net|docker|nerdctl")

# Plugins that make no network, and those that call the plugins of another configuration.
_BESIDE = (*META_PLUGINS, "loopback", "istio-cni", "linkerd-cni")


def find(gathered: Gathered) -> Iterator[Found]:
    several: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for node in gathered.nodes:
        rivals = _rivals(node)
        if len(rivals) > 1:
            several[tuple(f"{one['file']} ({describe_configuration(one)})" for one in rivals)].append(node.name)
    for files, names in sorted(several.items()):
        wins = files[0]
        wrong = _OF_ENGINES.search(wins) is not None
        yield Found(
            tuple(sorted(names)),
            f"{named(names)} {'has' if len(names) == 1 else 'have'} {len(files)} CNI configurations, and {wins} wins",
            (f"in the order in which containerd looks: {', '.join(files)}",),
            f"delete {'the wrong one' if not wrong else wins.partition(' ')[0]} from the directory, and restart "
            "pods that "
            "have addresses of the other network",
            either_end(names) if wrong or gathered.strays else (),
            "error" if wrong else None,
        )
    if gathered.strays:
        yield Found(
            tuple(sorted(gathered.strays)),
            f"The pods of {named(gathered.strays)} are in another network than those of other nodes",
            tuple(f"{network}: {named(names)}" for network, names in sorted(gathered.networks.items())),
            f"leave only the configuration of {list(gathered.networks)[-1]} on all nodes, and start their pods again",
            either_end(gathered.strays),
            "error",
        )


def _rivals(node: NodeFacts) -> list[Mapping[str, Any]]:
    """Return the configurations that could be meant, in their order: with the engines' only where one of them wins."""
    real = [one for one in node.configurations if one["plugins"][0]["type"] not in _BESIDE]
    if real:  # Cilium can call the plugins of a network itself, in a configuration of its own
        called = {plugin["type"] for plugin in real[0]["plugins"]}
        real = [real[0], *(one for one in real[1:] if len(called) == 1 or one["plugins"][0]["type"] not in called)]
    own = [one for one in real if not _OF_ENGINES.search(one["file"])]
    if _is_canal(node, own):
        own = own[:1]
    return real if own and real[0] is not own[0] else own


def _is_canal(node: NodeFacts, found: Sequence[Mapping[str, Any]]) -> bool:
    """Whether Calico enforces policies on Flannel's subnets: Calico's file wins, and only Flannel's is beside it."""
    types = [[plugin["type"] for plugin in one["plugins"]] for one in found]
    return len(types) == 2 and "calico" in types[0] and "flannel" in types[1] and not node.has_own_addresses


CAUSE = Cause(
    id="two_cni_configurations",
    severity="warning",
    layer="node",
    title="More than one CNI configuration",
    cause=(
        "containerd takes the first file of /etc/cni/net.d by name. The file of an earlier network, or of "
        "another container "
        "engine, can come first; then new pods are in another network than the old ones."
    ),
    evidence="The files in the order in which containerd looks at them, with the names of their networks.",
    remedy="Delete the files of other networks, and start the pods again that have addresses of them.",
    harmless=(
        "podman's or CRI-O's own file comes after the file of the pod network, or a file has only the plugin loopback. "
        "Multus comes first and calls the plugins of the next file, or Cilium calls those of another file itself. "
        "Calico's file comes before Flannel's, and Calico's pods have addresses of Flannel's subnets (Canal)."
    ),
    find=find,
)
