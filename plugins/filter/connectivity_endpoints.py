# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter connectivity_endpoints: the endpoints in a cluster that can be probed."""

from __future__ import annotations

DOCUMENTATION = r"""
name: connectivity_endpoints
short_description: List the endpoints of a cluster to probe
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Makes a list of endpoints from the objects of a cluster. The list has all nodes, and the pods, Services and other
    endpoints that the options ask for.
  - The filter fails when an endpoint is missing or no probe of it could succeed. The error names the endpoint and the
    option.
  - The filter leaves out pods that are being deleted, pods that have ended and host-network pods. The node
    stands for its host-network pods.
options:
  _input:
    description: The objects of the cluster. Each list is C(resources) of M(kubernetes.core.k8s_info).
    type: dict
    required: true
    suboptions:
      nodes:
        description: All Node objects.
        type: list
        elements: dict
        required: true
      pods:
        description: All Pod objects, of all namespaces.
        type: list
        elements: dict
        required: true
      services:
        description: All Service objects, of all namespaces.
        type: list
        elements: dict
        required: true
      endpoint_slices:
        description: All EndpointSlice objects (C(discovery.k8s.io/v1)), of all namespaces.
        type: list
        elements: dict
        required: true
  own_namespace:
    description: The namespace of the pods and Services that the verification made. All of them are endpoints.
    type: str
  pod_selectors:
    description: Existing pods.
    type: list
    elements: dict
    default: []
    suboptions:
      namespace:
        description: The pods' namespace.
        type: str
        required: true
      match_labels:
        description: Labels that the pods have. Without labels, all pods of the namespace are selected.
        type: dict
  only_running:
    description:
      - Whether pods of O(pod_selectors) that do not run, or have no address yet, are left out. A warning names them. By
        default such a pod is an error.
      - It is an error when no pod of an entry of O(pod_selectors) runs.
    type: bool
    default: false
  services:
    description:
      - Existing Services, as C(NAMESPACE/NAME). Each TCP or UDP port number is an endpoint.
      - A port with a NodePort is an endpoint at each node too, and a port of a Service with external addresses at each
        of them.
      - A headless Service has an endpoint for each of its ready pods.
      - A Service of type ExternalName has no address, so it cannot be probed.
    type: list
    elements: str
    default: []
  dns:
    description: The Service of the cluster's DNS, as C(NAMESPACE/NAME). With V(null) the DNS is no endpoint.
    type: str
  cluster_domain:
    description: The domain of the names of Services.
    type: str
    default: cluster.local
  domain_origin:
    description:
      - The place that has O(cluster_domain), in words, as P(podnet.kubernetes.cluster_domain#filter) returns it.
      - Failures of the DNS name the place.
    type: str
  outside_addresses:
    description: The IP addresses of endpoints outside the cluster.
    type: list
    elements: str
  outside_port:
    description: The port of TCP and UDP servers at O(outside_addresses). Without a port, probes only try ICMP.
    type: int
  controller:
    description: Whether the controller is an endpoint. It probes NodePorts, and nothing probes it.
    type: bool
    default: false
  families:
    description:
      - The address families, V(ipv4) and V(ipv6), in the order in which endpoints get their addresses.
      - Without families, the filter takes those that all selected pods and all nodes have.
      - A pod must have an address of each family. A node or a Service may lack one.
      - With V(any) alone, each endpoint keeps its families. A cell needs a family that both ends have.
    type: list
    elements: str
    default: []
  missing:
    description:
      - Nodes that cannot take part, as C(missing) of P(podnet.kubernetes.connectivity_nodes#filter). Nothing probes
        them and their pods.
      - A Service whose endpoints are all on these nodes, and not ready, is missing too.
    type: list
    elements: dict
    default: []
  excluded:
    description:
      - Nodes that are left out with their pods, as C(excluded) of P(podnet.kubernetes.connectivity_nodes#filter).
    type: list
    elements: dict
    default: []
seealso:
  - plugin: podnet.kubernetes.connectivity_nodes
    plugin_type: filter
  - plugin: podnet.kubernetes.connectivity_targets
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Show the endpoints
  ansible.builtin.debug:
    msg: "{{ objects | podnet.kubernetes.connectivity_endpoints(pod_selectors=selectors, dns='kube-system/kube-dns') }}"
  vars:
    objects:
      nodes: "{{ node_objects.resources }}"
      pods: "{{ pod_objects.resources }}"
      services: "{{ service_objects.resources }}"
      endpoint_slices: "{{ slice_objects.resources }}"
    selectors:
      - namespace: shop
        match_labels:
          app: web
"""

RETURN = r"""
_value:
  description:
    - The endpoints in the order pods (by node and name), nodes, Services, DNS, outside. They have no empty fields.
  type: list
  elements: dict
  contains:
    name:
      description:
        - Unique in the list. C(NAMESPACE/NAME) of a pod, C(NAME) of a node, C(NAMESPACE/NAME:PORT) of a Service,
          C(NAMESPACE/NAME:dns) of the DNS, the address of the outside endpoint.
        - A Service's port at a node, an external address or a pod has C(@) and the node, the address or the pod behind
          it.
      type: str
      sample: shop/web-1
    kind:
      description:
        - One of V(pod), V(node), V(controller), V(service), V(headless), V(nodeport), V(loadbalancer), V(dns) and
          V(outside).
        - V(loadbalancer) is any external address of a Service.
      type: str
      sample: pod
    addresses:
      description: The addresses, at most one of each family.
      type: list
      elements: str
      sample: [10.244.1.5]
    node:
      description: The name of a pod's node. Of a node, its own name.
      type: str
      sample: node1
    uids:
      description: The UIDs that the names of a pod's cgroups may have.
      type: list
      elements: str
      sample: [0b8f8b5c-6b0e-4a64-9f0e-5d3f5f0c7a11]
    own:
      description: Whether the verification made the endpoint.
      type: bool
      sample: false
    port:
      description: The port of a Service, of the DNS or of the outside endpoint.
      type: int
      sample: 80
    protocols:
      description: Of a Service's port, V(tcp), V(udp) or both.
      type: list
      elements: str
      sample: [tcp]
    backends:
      description:
        - The names of ready backends of a Service or the DNS. They are pods, or the nodes of host-network pods.
      type: list
      elements: str
      sample: [shop/web-1]
    backend_nodes:
      description: The names of the nodes of ready backends of a Service or the DNS.
      type: list
      elements: str
      sample: [node1]
    overlay_nodes:
      description: Those of RV(_value[].backend_nodes) with a ready backend that is no host-network pod.
      type: list
      elements: str
      sample: [node1]
    via:
      description: Of a NodePort, the name of the node.
      type: str
      sample: node1
    traffic_policy:
      description:
        - V(Local) when nodes deliver only to endpoints on themselves. V(external) when the answer depends on a load
          balancer.
      type: str
      sample: Local
    local_nodes:
      description: With V(Local), the names of the nodes that have such an endpoint.
      type: list
      elements: str
      sample: [node1]
    question:
      description: The name in the question to the DNS.
      type: str
      sample: kubernetes.default.svc.cluster.local.
    answer:
      description: The address in the right answer.
      type: str
      sample: 10.96.0.1
    origin:
      description: The place that has the domain of the question, in words.
      type: str
      sample: ConfigMap kube-system/kubelet-config
    missing:
      description: Why nothing probes the endpoint. Absent when the endpoint takes part.
      type: str
      sample: "node2 is not ready: NodeStatusUnknown: Kubelet stopped posting node status."
"""

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.options import (
    read_dicts_option,
    read_list_option,
    read_text_option,
    read_texts_option,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.cluster import read_cluster
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.fields import read_port_number
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import as_dict
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.endpoints import Wanted, find_endpoints
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.selection import find_waiting, load_selectors
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.filters import (
    filter_errors,
    filter_module,
    show_warnings,
)


@filter_errors()
def connectivity_endpoints(
    objects: Mapping[str, Any],
    *,
    own_namespace: str | None = None,
    pod_selectors: Iterable[Mapping[str, Any]] | None = None,
    only_running: bool = False,
    services: Iterable[str] | None = None,
    dns: str | None = None,
    cluster_domain: str = "cluster.local",
    domain_origin: str | None = None,
    outside_addresses: Iterable[str] | None = None,
    outside_port: int | None = None,
    controller: bool = False,
    families: Iterable[str] | None = None,
    missing: Iterable[Mapping[str, Any]] | None = None,
    excluded: Iterable[Mapping[str, Any]] | None = None,
) -> list[dict[str, Any]]:
    wanted = Wanted(
        own_namespace=read_text_option("own_namespace", own_namespace),
        pod_selectors=load_selectors(read_list_option("pod_selectors", pod_selectors)),
        only_running=only_running,
        services=read_texts_option("services", services),
        dns=read_text_option("dns", dns),
        cluster_domain=read_text_option("cluster_domain", cluster_domain) or "",
        domain_origin=read_text_option("domain_origin", domain_origin),
        outside_addresses=read_texts_option("outside_addresses", outside_addresses),
        # -e connectivity_outside_port=8080 gives a text.
        outside_port=None if outside_port is None else read_port_number(_number(outside_port), "outside_port"),
        controller=controller,
        families=read_texts_option("families", families),
        missing={one["name"]: one["reason"] for one in read_dicts_option("missing", missing)},
        excluded=tuple(one["name"] for one in read_dicts_option("excluded", excluded)),
    )
    cluster = read_cluster(objects)
    found = find_endpoints(cluster, wanted)
    if only_running:
        show_warnings(f"{words}: it is left out" for words in find_waiting(cluster.pods, wanted.pod_selectors))
    return [as_dict(endpoint) for endpoint in found]


def _number(value: Any) -> Any:
    return int(value) if isinstance(value, str) and value.isdecimal() else value


FilterModule = filter_module(connectivity_endpoints)
