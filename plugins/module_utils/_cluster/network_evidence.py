# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which pod networks a cluster has, as its objects and the CNI files of its nodes show. No I/O, no Ansible."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.fields import (
    errors_of,
    read_fields,
    read_list,
    read_metadata,
    read_text,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.nodes import read_taints

# The configuration file of each network that the roles know, and its DaemonSet.
_FILES = {"basic_cni": "10-mynet.conflist", "flannel": "10-flannel.conflist", "calico": "10-calico.conflist"}
_DAEMON_SETS = {"flannel": "kube-flannel/kube-flannel-ds", "calico": "kube-system/calico-node"}
# The role calico_policies sets the first of these files beside the second one.
_COMPANION = ("10-canal.conflist", "10-flannel.conflist")
_COMPANION_SET = "kube-system/canal"
_OPERATOR = "calico-system/calico-node"
NETWORKS = tuple(_FILES)
# The mark of a removal that has begun.
TAINT = "podnet.kubernetes/network-removal"


@dataclass(frozen=True)
class Evidence:
    """The pod networks of a cluster.

    Attributes:
        present: those that the roles know and that are there, perhaps in part
        removing: whether a removal has begun and has not ended
        files: the names of the configuration files of each node, in the order in which the runtime reads them
        operator: whether Calico's operator runs Calico
        policies: whether Calico enforces NetworkPolicies on Flannel
    """

    present: tuple[str, ...]
    removing: bool
    files: Mapping[str, tuple[str, ...]]
    operator: bool
    policies: bool = False

    def foreign_faults(self, target: str, begun: bool) -> Iterator[str]:
        """Yield a sentence for each sign of a network that the roles do not know.

        Args:
            target: the network that is wanted
            begun: whether a switch has begun; then the nodes may have no network
        """
        if self.operator:
            yield (
                f"the cluster has Calico by its operator ({_OPERATOR}): remove it as it was installed, because the "
                "role calico knows Calico by its manifest only"
            )
        for node, names in self.files.items():
            foreign = self._foreign(names, target, begun or self.removing)
            if foreign:
                yield (
                    f"{node} is configured for a network that no role knows: /etc/cni/net.d/{', '.join(foreign)}. "
                    f"Known are {', '.join(f'{name} ({file})' for name, file in _FILES.items())}: remove the other "
                    "network as it was installed"
                )

    def _foreign(self, names: tuple[str, ...], target: str, begun: bool) -> list[str]:
        """Find the files of unknown networks that count: the runtime takes the first file by name."""
        own = {*_FILES.values(), *(_COMPANION if _COMPANION[1] in names else ())}
        unknown = [name for name in names if name not in own]
        if not (self.present or begun):
            return unknown
        first = min([_FILES[target], *(name for name in names if name in _FILES.values())])
        return [name for name in unknown if name < first]


def find_evidence(objects: Mapping[str, Any]) -> Evidence:
    """Find the pod networks of a cluster.

    Args:
        objects: lists of Node and DaemonSet objects under the keys nodes and daemon_sets, and under files what the
            module find found in /etc/cni/net.d, by node

    Raises:
        InputError: an object is not as the API returns it
    """
    programs = {
        str(read_metadata(item, "daemon_sets", "DaemonSet"))
        for item in read_list(objects.get("daemon_sets"), "daemon_sets")
    }
    files = {
        node: tuple(sorted(posixpath.basename(_read_path(one, node)) for one in read_list(found, f"files.{node}")))
        for node, found in read_fields(objects.get("files") or {}, "files").items()
    }
    configured = {name for names in files.values() for name in names}
    present = [name for name in NETWORKS if _FILES[name] in configured or _DAEMON_SETS.get(name, "") in programs]
    # Calico's operator has the same file as its manifest.
    policies = _COMPANION[0] in configured or _COMPANION_SET in programs
    return Evidence(tuple(present), _is_removing(objects.get("nodes")), files, _OPERATOR in programs, policies)


def _read_path(found: Any, node: str) -> str:
    return read_text(read_fields(found, f"files.{node}"), "path", f"files.{node}") or ""


def _is_removing(nodes: Any) -> bool:
    keys = []
    for item in read_list(nodes, "nodes"):
        with errors_of(read_metadata(item, "nodes", "Node").name):
            keys += [taint.get("key") for taint in read_taints(item)]
    return TAINT in keys


__all__ = ["NETWORKS", "TAINT", "Evidence", "find_evidence"]
