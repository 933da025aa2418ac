# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A program that the CNI configuration names is not where containerd looks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.causes import (
    Cause,
    Found,
    named,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.failed_cells import either_end
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.gathered import Gathered
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.node_facts import NodeFacts


def find(gathered: Gathered) -> Iterator[Found]:
    found: dict[tuple[tuple[str, ...], str], list[str]] = defaultdict(list)
    for node in gathered.nodes:
        looked_at = _was_looked_at(node) and gathered.uses_unit(node, "containerd")
        missing = sorted(_needed(node) - _seen(node)) if looked_at else []
        if missing:
            found[tuple(missing), _elsewhere(node, missing)].append(node.name)
    for (absent, elsewhere), names in sorted(found.items()):
        cni = gathered.facts[names[0]].data["cni"]
        places, file = ", ".join(cni["places"]), gathered.facts[names[0]].configurations[0]["file"]
        packages = (
            "copy them there, or set bin_dir of containerd" if elsewhere else "install the package kubernetes-cni"
        )
        yield Found(
            tuple(sorted(names)),
            f"containerd finds no plugin {named(absent)} on {named(names)}",
            (f"{file} needs {', '.join(absent)}; containerd looks in {places}{elsewhere}",),
            f"{packages}; plugins of a network come with its DaemonSet: delete its pod on the node",
            either_end(names),
        )


def _needed(node: NodeFacts) -> set[str]:
    """Return the programs that the winning configuration needs. Flannel's plugin calls the bridge and host-local."""
    needed = {str(plugin[key]) for plugin in node.plugins for key in ("type", "delegate", "ipam") if plugin.get(key)}
    if any(plugin["type"] == "flannel" for plugin in node.plugins):
        needed |= {"host-local"} if any(plugin.get("delegate") for plugin in node.plugins) else {"bridge", "host-local"}
    first = node.configurations[0]["plugins"] if node.configurations else ()
    needed |= {str(plugin["type"]) for plugin in first}  # Multus, which calls the others
    return needed | {"loopback"} if needed else needed


def _seen(node: NodeFacts) -> set[str]:
    programs = node.data["cni"].get("programs") or {}
    return {name for place in node.data["cni"]["places"] for name in programs.get(place) or ()}


def _was_looked_at(node: NodeFacts) -> bool:
    cni = node.data.get("cni") or {}
    return bool(cni.get("places")) and not any(place in (node.data.get("unread") or {}) for place in cni["places"])


def _elsewhere(node: NodeFacts, missing: list[str]) -> str:
    """Say in which other directory the programs are."""
    cni = node.data["cni"]
    for place, names in sorted((cni.get("programs") or {}).items()):
        if place not in cni["places"] and set(missing) <= set(names or ()):
            return f", and they are in {place}"
    return ""


CAUSE = Cause(
    id="missing_plugin",
    severity="error",
    layer="node",
    title="A CNI plugin is missing",
    cause=(
        "containerd runs the programs that the CNI configuration names. Where one is missing, or containerd "
        "looks in another "
        "directory, no new pod starts on the node."
    ),
    evidence="The programs in the configuration, and the directories that containerd searches.",
    remedy="Install kubernetes-cni, or set `bin_dir` in containerd's configuration to the directory with the programs.",
    harmless=(
        "Programs that no configuration names are missing. The node has another runtime than containerd, which has "
        "directories of its own."
    ),
    find=find,
)
