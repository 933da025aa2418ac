# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The versions that a cluster and its nodes have, and how far an upgrade came on each node. No I/O, no Ansible."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.fields import (
    errors_of,
    read_fields,
    read_items,
    read_labels,
    read_list,
    read_metadata,
    read_text,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.nodes import read_node_info, read_ready

# A node has this annotation while it is upgraded. It tells whether the run cordoned the node.
_MARK = "podnet.kubernetes/upgrade"
CORDONED = "cordoned"
KEPT = "kept"

API_SERVER = "kube-apiserver"
STATIC_PODS = (API_SERVER, "kube-controller-manager", "kube-scheduler")
PACKAGES = ("kubeadm", "kubelet", "kubectl")
_CONTROL_PLANE = "node-role.kubernetes.io/control-plane"
_VERSION = re.compile(r"v?(?P<major>\d{1,4})\.(?P<minor>\d{1,4})\.(?P<patch>\d{1,4})(?!\d)")
_CONFIGURED = re.compile(r"^kubernetesVersion:\s*['\"]?(?P<version>[^\s'\"]+)", re.MULTILINE)


@dataclass(frozen=True, order=True)
class Version:
    """A version of Kubernetes. What follows the three numbers, such as a package's revision, does not count."""

    major: int
    minor: int
    patch: int

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"

    @property
    def line(self) -> str:
        """The minor version, as text."""
        return f"{self.major}.{self.minor}"


@dataclass(frozen=True)
class NodeVersions:
    """A node of the cluster.

    Attributes:
        name: of the Node object, and of the host
        kubelet: the version of the kubelet that runs
        control_plane: whether it has the label of control planes, or an API server
        ready: whether its kubelet says so
        takes_pods: whether it is not cordoned
        mark: the annotation of an upgrade that has not ended; empty without one
        static_pods: the versions of the programs of the control plane, by their names
        packages: the versions of the installed packages, by their names
    """

    name: str
    kubelet: Version
    control_plane: bool = False
    ready: bool = True
    takes_pods: bool = True
    mark: str = ""
    static_pods: Mapping[str, Version] = field(default_factory=dict)
    packages: Mapping[str, Version] = field(default_factory=dict)


@dataclass(frozen=True)
class ClusterState:
    """What an upgrade finds.

    Attributes:
        nodes: the nodes, by their names
        configured: the version in kubeadm's ClusterConfiguration; None without one
        kube_proxy: the version of the DaemonSet kube-proxy, which kubeadm changes last; None without one
    """

    nodes: Mapping[str, NodeVersions]
    configured: Version | None
    kube_proxy: Version | None


def parse_version(text: Any, name: str) -> Version:
    """Read a version such as V(v1.36.3) or V(1.36.3-1.1). Raises InputError, which names the thing that has it."""
    found = _VERSION.match(text) if isinstance(text, str) else None
    if found is None:
        raise InputError(f"{name} is {text!r}, not a version of three numbers, such as 1.36.3")
    return Version(int(found["major"]), int(found["minor"]), int(found["patch"]))


def read_state(
    nodes: Any, pods: Any, config_maps: Any, daemon_sets: Any, packages: Mapping[str, Mapping[str, str]]
) -> ClusterState:
    """Read what an upgrade finds.

    Args:
        nodes: the Node objects
        pods: the Pod objects of the namespace kube-system
        config_maps: the ConfigMap objects of that namespace
        daemon_sets: the DaemonSet objects of that namespace
        packages: the versions of the packages of each host

    Raises:
        InputError: an object is not as the API has it, or a version is none
    """
    static_pods = _read_static_pods(pods)
    found = (_read_node(item, static_pods, packages) for item in read_list(nodes, "nodes"))
    return ClusterState(
        {node.name: node for node in found}, _read_configured(config_maps), _read_kube_proxy(daemon_sets)
    )


def _read_node(
    item: Any, static_pods: Mapping[str, Mapping[str, Version]], packages: Mapping[str, Mapping[str, str]]
) -> NodeVersions:
    metadata = read_metadata(item, "nodes", "Node")
    with errors_of(metadata.name):
        fields = read_fields(item, "node")
        annotations = read_labels(read_fields(fields["metadata"], "metadata"), "annotations", "metadata")
        own = static_pods.get(metadata.name, {})
        return NodeVersions(
            name=metadata.name,
            kubelet=parse_version(read_node_info(item).get("kubeletVersion"), "status.nodeInfo.kubeletVersion"),
            control_plane=_CONTROL_PLANE in metadata.labels or API_SERVER in own,
            ready=read_ready(item).get("status") == "True",
            takes_pods=not read_fields(fields.get("spec", {}), "spec").get("unschedulable"),
            mark=annotations.get(_MARK, ""),
            static_pods=own,
            packages={
                name: parse_version(text, f"the package {name}")
                for name, text in packages.get(metadata.name, {}).items()
                if name in PACKAGES
            },
        )


def _read_static_pods(pods: Any) -> dict[str, dict[str, Version]]:
    """Read the versions of the programs of the control plane: node -> program -> version."""
    found: dict[str, dict[str, Version]] = {}
    for item in read_list(pods, "pods"):
        metadata = read_metadata(item, "pods", "Pod")
        program = metadata.labels.get("component", "")
        if program in STATIC_PODS and metadata.labels.get("tier") == "control-plane":
            with errors_of(metadata):
                spec = read_fields(read_fields(item, "pod").get("spec", {}), "spec")
                node = read_text(spec, "nodeName", "spec")
                if node:
                    found.setdefault(node, {})[program] = _image_version(spec, "spec")
    return found


def _image_version(spec: Mapping[str, Any], path: str) -> Version:
    """Read the version in the tag of the first container's image."""
    containers = read_items(spec, "containers", path)
    if not containers:
        raise InputError(f"{path}.containers is empty: a pod has a container")
    place, container = containers[0]
    image = read_text(read_fields(container, place), "image", place) or ""
    return parse_version(image.partition("@")[0].rpartition(":")[2], f"the tag of {place}.image {image}")


def _read_configured(config_maps: Any) -> Version | None:
    for item in read_list(config_maps, "config_maps"):
        metadata = read_metadata(item, "config_maps", "ConfigMap")
        if metadata.name == "kubeadm-config":
            with errors_of(metadata):
                data = read_labels(read_fields(item, "config_map"), "data", "config_map")
                found = _CONFIGURED.search(data.get("ClusterConfiguration", ""))
                return parse_version(found["version"] if found else None, "ClusterConfiguration.kubernetesVersion")
    return None


def _read_kube_proxy(daemon_sets: Any) -> Version | None:
    for item in read_list(daemon_sets, "daemon_sets"):
        metadata = read_metadata(item, "daemon_sets", "DaemonSet")
        if metadata.name == "kube-proxy":
            with errors_of(metadata):
                spec = read_fields(read_fields(item, "daemon_set").get("spec", {}), "spec")
                template = read_fields(spec.get("template", {}), "spec.template")
                return _image_version(read_fields(template.get("spec", {}), "spec.template.spec"), "spec.template.spec")
    return None


__all__ = [
    "API_SERVER",
    "CORDONED",
    "KEPT",
    "PACKAGES",
    "STATIC_PODS",
    "ClusterState",
    "NodeVersions",
    "Version",
    "parse_version",
    "read_state",
]
