# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the objects of the cluster say that a diagnosis needs. No I/O, no Ansible."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.foreign_data import parse_json
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.secret_texts import without_secrets
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.shapes import check_shape
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.shapes import (
    OBJECTS,
    is_address,
    is_network,
    plain_address,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.webhooks import (
    Webhook,
    read_webhooks,
    services_with_endpoints,
)

FLANNEL_ADDRESS = "flannel.alpha.coreos.com/public-ip"
FLANNEL_TYPE = "flannel.alpha.coreos.com/backend-type"
FLANNEL_BACKEND = "flannel.alpha.coreos.com/backend-data"
_NO_IMAGE = ("ErrImagePull", "ImagePullBackOff", "ErrImageNeverPull", "InvalidImageName", "RegistryUnavailable")
_LISTS = ("nodes", "config_maps", "endpoint_slices", "pods", "network_policies", "namespaces", "webhooks")
CALICO_ADDRESS = "projectcalico.org/IPv4Address"
# Labels of nodes that no machine is behind: of virtual-kubelet and its providers, of KWOK, and of Liqo.
VIRTUAL_LABELS = {"type": ("virtual-kubelet", "kwok"), "liqo.io/type": ("virtual-node",)}
VIRTUAL_KEY = "virtual-kubelet.io/"
# Of distributions that start kubelet and the container runtime themselves, without units of these names.
_DISTRIBUTION = re.compile(r"[+-](k3s|rke2|k0s)")
MICROK8S_LABEL = "microk8s.io/cluster"


@dataclass(frozen=True)
class ClusterNode:
    """A Node object.

    Attributes:
        internal: the addresses of type InternalIP
        external: those of type ExternalIP
        ready: status, reason and message of the condition Ready; empty texts without it
        runtime: the container runtime with its version, such as containerd://1.7.24; empty when it is not known
        distribution: k3s, rke2, k0s or microk8s, which start kubelet and the runtime themselves; empty: another one
        virtual: whether no machine is behind the node, as with virtual-kubelet
    """

    name: str
    internal: tuple[str, ...]
    pod_cidrs: tuple[str, ...]
    annotations: Mapping[str, str]
    ready: tuple[str, str, str]
    version: str
    control_plane: bool
    runtime: str = ""
    external: tuple[str, ...] = ()
    distribution: str = ""
    virtual: bool = False

    @property
    def announced(self) -> tuple[str, str] | None:
        """The pod network that announces an address for this node, and the address. None when none does."""
        for network, key in (("Flannel", FLANNEL_ADDRESS), ("Calico", CALICO_ADDRESS)):
            address = self.annotations.get(key, "").partition("/")[0]
            if is_address(address):
                return network, plain_address(address)
        return None

    @property
    def vtep_mac(self) -> str | None:
        """The MAC that Flannel announces for the node's flannel.1."""
        mac = _json_object(self.annotations.get(FLANNEL_BACKEND, "")).get("VtepMAC")
        return None if mac is None else str(mac).lower()


@dataclass(frozen=True)
class UnpulledImage:
    """An image that a container of a pod waits for, with the message of the kubelet."""

    image: str
    message: str


@dataclass(frozen=True)
class SystemPod:
    """A pod of kube-proxy, CoreDNS or the network, or any pod that waits.

    Attributes:
        why: the reason and message of what is wrong with it, empty when ready
        images: those that its containers wait for
        over: whether it has failed or is being deleted
    """

    namespace: str
    name: str
    app: str
    node: str | None
    ready: bool
    why: str
    restarts: int
    images: tuple[UnpulledImage, ...] = ()
    over: bool = False


@dataclass(frozen=True)
class PolicyObjects:
    """Policies with the namespaces and pods around them, as the API returns them."""

    policies: list[Mapping[str, Any]]
    namespaces: list[Mapping[str, Any]]
    pods: list[Mapping[str, Any]]


@dataclass(frozen=True)
class ClusterFacts:
    """The cluster. Networks are in CIDR form.

    Attributes:
        pod_networks, service_networks: of kubeadm's ClusterConfiguration; empty when it is not known
        flannel_network: the network in Flannel's ConfigMap
        mask_size: bits of a node's pod subnet, for IPv4
        api_addresses: those that API servers advertise
        policies: NAMESPACE/NAME of NetworkPolicies
        policy_objects: None when namespaces and pods around the policies are not known
        answering_services: NAMESPACE/NAME of Services with an endpoint, as far as webhooks call them; None: not known
    """

    nodes: tuple[ClusterNode, ...]
    pod_networks: tuple[str, ...] = ()
    service_networks: tuple[str, ...] = ()
    flannel_network: str | None = None
    mask_size: int = 24
    api_addresses: tuple[str, ...] = ()
    pods: tuple[SystemPod, ...] = ()
    policies: tuple[str, ...] = ()
    policy_objects: PolicyObjects | None = None
    webhooks: tuple[Webhook, ...] = ()
    answering_services: frozenset[str] | None = None


def load_cluster(objects: Any) -> ClusterFacts:
    """Read lists of objects by their names: nodes, config_maps, endpoint_slices, pods, network_policies and others.

    Raises:
        InputError: the lists have another form
    """
    if not isinstance(objects, Mapping) or "nodes" not in objects:
        raise InputError("objects has no list nodes: give lists of objects as the API returns them")
    check_shape(objects, OBJECTS, "objects")
    lists: dict[str, list[Mapping[str, Any]]] = {name: objects.get(name) or [] for name in _LISTS}
    maps = {_path(one): one.get("data") or {} for one in lists["config_maps"]}
    kubeadm = maps.get("kube-system/kubeadm-config", {}).get("ClusterConfiguration", "")
    flannel = next((data for path, data in maps.items() if path.endswith("/kube-flannel-cfg")), {})
    network = _json_object(flannel.get("net-conf.json", "")).get("Network")
    pods = list({_path(one): one for one in lists["pods"]}.values())
    return ClusterFacts(
        tuple(map(_node, lists["nodes"])),
        _networks(kubeadm, "podSubnet"),
        _networks(kubeadm, "serviceSubnet"),
        network if isinstance(network, str) and is_network(network) else None,
        _mask_size(kubeadm),
        tuple(_advertised(lists["endpoint_slices"])),
        tuple(map(_pod, pods)),
        tuple(map(_path, lists["network_policies"])),
        PolicyObjects(lists["network_policies"], lists["namespaces"], pods) if lists["namespaces"] else None,
        tuple(read_webhooks(lists["webhooks"])),
        None if objects.get("endpoint_slices") is None else services_with_endpoints(lists["endpoint_slices"]),
    )


def _path(item: Mapping[str, Any]) -> str:
    return f"{item['metadata'].get('namespace', '')}/{item['metadata']['name']}"


def _node(item: Mapping[str, Any]) -> ClusterNode:
    metadata, spec, status = item["metadata"], item.get("spec") or {}, item.get("status") or {}
    ready: Mapping[str, str] = next((one for one in status.get("conditions") or [] if one["type"] == "Ready"), {})
    labels = metadata.get("labels") or {}
    info = status.get("nodeInfo") or {}
    held = [(one["type"], one["address"]) for one in status.get("addresses") or []]
    addresses = [(kind, plain_address(address)) for kind, address in held if is_address(address)]
    return ClusterNode(
        metadata["name"],
        tuple(address for kind, address in addresses if kind == "InternalIP"),
        tuple(spec.get("podCIDRs") or ([spec["podCIDR"]] if spec.get("podCIDR") else [])),
        metadata.get("annotations") or {},
        (ready.get("status") or "", ready.get("reason") or "", ready.get("message") or ""),
        info.get("kubeletVersion") or "",
        "node-role.kubernetes.io/control-plane" in labels,
        info.get("containerRuntimeVersion") or "",
        tuple(address for kind, address in addresses if kind == "ExternalIP"),
        _distribution(info.get("kubeletVersion") or "", labels),
        _is_virtual(labels, spec.get("taints") or []),
    )


def _distribution(version: str, labels: Mapping[str, str]) -> str:
    found = _DISTRIBUTION.search(version)
    return found[1] if found else "microk8s" if MICROK8S_LABEL in labels else ""


def _is_virtual(labels: Mapping[str, str], taints: Iterable[Mapping[str, Any]]) -> bool:
    keys = (*labels, *(one["key"] for one in taints))
    by_value = any(labels.get(key) in values for key, values in VIRTUAL_LABELS.items())
    return by_value or any(key.startswith(VIRTUAL_KEY) for key in keys)


def _pod(item: Mapping[str, Any]) -> SystemPod:
    metadata, status = item["metadata"], item.get("status") or {}
    labels = metadata.get("labels") or {}
    containers = [*(status.get("initContainerStatuses") or []), *(status.get("containerStatuses") or [])]
    reasons = [_why(one) for one in containers]
    ready = any((one["type"], one.get("status")) == ("Ready", "True") for one in status.get("conditions") or [])
    scheduled = [
        one for one in status.get("conditions") or [] if one["type"] == "PodScheduled" and one.get("status") != "True"
    ]
    reasons += [f"{one.get('reason', '')}: {one.get('message', '')}" for one in scheduled]
    return SystemPod(
        metadata.get("namespace", ""),
        metadata["name"],
        labels.get("k8s-app") or labels.get("app") or labels.get("component") or "",
        (item.get("spec") or {}).get("nodeName"),
        ready or status.get("phase") == "Succeeded",
        "" if ready else "; ".join(reason for reason in reasons if reason),
        max([one.get("restartCount") or 0 for one in containers], default=0),
        tuple(_unpulled(containers)),
        status.get("phase") == "Failed" or "deletionTimestamp" in metadata,
    )


def _why(status: Mapping[str, Any]) -> str:
    """Say why a container does not run, with the end of its last run's message."""
    waiting = (status.get("state") or {}).get("waiting") or {}
    ended = (status.get("lastState") or {}).get("terminated") or (status.get("state") or {}).get("terminated") or {}
    parts = [waiting.get("reason"), waiting.get("message")]
    if ended and ended.get("exitCode"):
        parts.append(f"it ended with {ended['exitCode']}: {_end_of(ended.get('message') or ended.get('reason'))}")
    texts = [without_secrets(" ".join(str(part).split())) for part in parts if part]
    return f"{status['name']}: {', '.join(texts)}" if texts else ""


def _end_of(message: Any) -> str:
    """The end of a message, which may hold lines of a log. Secrets go first: a cut one would not be known as such."""
    return without_secrets(str(message or ""))[-300:]


def _unpulled(statuses: Iterable[Mapping[str, Any]]) -> Iterable[UnpulledImage]:
    for one in statuses:
        waiting = (one.get("state") or {}).get("waiting") or {}
        if waiting.get("reason") in _NO_IMAGE:
            yield UnpulledImage(
                str(one.get("image", "")), without_secrets(" ".join(str(waiting.get("message", "")).split()))
            )


def _networks(text: str, name: str) -> tuple[str, ...]:
    """Read a setting with one network or two of ClusterConfiguration, which is YAML of one setting a line."""
    found = re.search(rf"^\s*{name}:\s*[\"']?([0-9a-fA-F:./,]+)", text, re.MULTILINE)
    return tuple(filter(is_network, found[1].split(","))) if found else ()


def _mask_size(text: str) -> int:
    """Read --node-cidr-mask-size of the controller manager, by its old form (a mapping) or its new one."""
    found = re.search(r"node-cidr-mask-size(?:-ipv4)?[\"']?(?::|\s+value:)\s*[\"']?([0-9]{1,3})\b", text)
    return int(found[1]) if found else 24


def _json_object(text: str) -> Mapping[str, Any]:
    """Parse a text of JSON in an annotation or a ConfigMap; empty for any other text."""
    try:
        value = parse_json(text)
    except InputError:
        return {}
    return value if isinstance(value, Mapping) else {}


def _advertised(slices: Iterable[Mapping[str, Any]]) -> Iterable[str]:
    """Yield the addresses of the Service default/kubernetes, which are those that API servers advertise."""
    for item in slices:
        service = (item["metadata"].get("labels") or {}).get("kubernetes.io/service-name")
        if (item["metadata"].get("namespace", "default"), service) == ("default", "kubernetes"):
            for endpoint in item.get("endpoints") or []:
                yield from endpoint.get("addresses") or []


__all__ = [
    "FLANNEL_TYPE",
    "MICROK8S_LABEL",
    "VIRTUAL_KEY",
    "VIRTUAL_LABELS",
    "ClusterFacts",
    "ClusterNode",
    "PolicyObjects",
    "SystemPod",
    "load_cluster",
]
