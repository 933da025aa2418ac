# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects of a cluster and results of modules: every filter ends in a value or in an error of ours."""

from __future__ import annotations

from importlib import import_module

import pytest
from api_objects import behind, endpoint_slice, node, pod, service
from diagnosis_world import World
from fuzzing import changed, few, holds
from hypothesis import given
from hypothesis import strategies as st
from policy_world import DNS, LAB, NAMESPACES, ingress, policy
from policy_world import PODS as POLICY_PODS

from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.draining import (
    find_blocking_budgets,
    find_leaving,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.fields import read_list
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.readiness import find_unready
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.refusals import explain_refusal
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.static_pods import find_waiting_programs

MAC = "02:00:00:00:00:01"
NODES = [
    {
        **node(name, address, address.replace("10.0.0.", "fd00::")),
        "metadata": {
            "name": name,
            "labels": {"kubernetes.io/hostname": name, "node-role.kubernetes.io/control-plane": ""},
            "annotations": {
                "flannel.alpha.coreos.com/public-ip": address,
                "projectcalico.org/IPv4Address": f"{address}/24",
                "flannel.alpha.coreos.com/backend-data": f'{{"VNI":1,"VtepMAC":"{MAC}"}}',
            },
        },
        "spec": {"podCIDR": "10.1.0.0/24", "podCIDRs": ["10.1.0.0/24"], "taints": [{"key": "a", "value": "b"}]},
    }
    for name, address in (("node1", "10.0.0.1"), ("node2", "10.0.0.2"))
]
for one in NODES:
    one["status"]["conditions"] = [{"type": "Ready", "status": "True", "reason": "x", "message": "y"}]
    one["status"]["images"] = [{"names": ["registry.k8s.io/pause:3.10"], "sizeBytes": 9}]
    one["status"]["nodeInfo"] = {"kubeletVersion": "v1.36.3", "containerRuntimeVersion": "containerd://1.7"}
STATUSES = {
    "conditions": [{"type": "Ready", "status": "False"}, {"type": "PodScheduled", "status": "False", "reason": "x"}],
    "containerStatuses": [
        {
            "name": "calico-node",
            "image": "x:1",
            "ready": False,
            "restartCount": 2,
            "state": {"waiting": {"reason": "ErrImagePull", "message": "no such host"}},
            "lastState": {"terminated": {"exitCode": 1, "message": "panic", "reason": "Error"}},
        }
    ],
    "initContainerStatuses": [{"name": "i", "state": {"terminated": {"exitCode": 0}}}],
}
PODS = [
    pod("default/a", "10.1.0.2", labels={"k8s-app": "x"}),
    pod("default/b", "10.1.1.2", "fd00:1::2", node="node2", terminating=True),
    pod("kube-system/etcd", "10.0.0.1", host_network=True, config_hash="0" * 32),
    {
        "kind": "Pod",
        "metadata": {
            "namespace": "kube-system",
            "name": "calico-node-1",
            "uid": "u",
            "ownerReferences": [{"kind": "DaemonSet", "name": "calico-node"}],
        },
        "spec": {
            "nodeName": "node1",
            "containers": [{"name": "c", "ports": [{"name": "http", "containerPort": 80, "protocol": "TCP"}]}],
            "initContainers": [{"restartPolicy": "Always", "ports": [{"name": "p", "containerPort": 81}]}],
        },
        "status": {"phase": "Running", "podIP": "10.1.0.4", **STATUSES},
    },
]
SERVICES = [
    service("default/s", "10.96.0.5", ports=("TCP/80:http", "UDP/80:dns"), type="NodePort", externalIPs=["192.0.2.1"]),
    service("kube-system/kube-dns", "10.96.0.10", ports=("UDP/53:dns",), internalTrafficPolicy="Local"),
    service("default/headless", "None", sessionAffinity="ClientIP"),
]
SLICES = [
    endpoint_slice("default/s", behind("10.1.0.2", "default/a", "node1", ready=True), ports=("http", "dns")),
    endpoint_slice("kube-system/kube-dns", behind("10.1.1.2", "default/b", "node2", serving=True), ports=("dns",)),
    endpoint_slice("default/headless", behind("10.1.0.2", "default/a", "node1")),
]
CLUSTER = {"nodes": NODES, "pods": PODS, "services": SERVICES, "endpoint_slices": SLICES}
CONFIG_MAPS = [
    {"kind": "ConfigMap", "metadata": {"namespace": "kube-system", "name": name}, "data": data}
    for name, data in (
        ("kubelet-config", {"kubelet": "clusterDomain: cluster.local\n"}),
        ("kubeadm-config", {"ClusterConfiguration": "networking:\n  dnsDomain: cluster.local\n"}),
        ("coredns", {"Corefile": ".:53 {\n  kubernetes cluster.local in-addr.arpa {\n  }\n}\n"}),
    )
]
NODE_ADDRESS = {
    "address": "10.0.0.1",
    "prefix_length": 24,
    "network": "10.0.0.0/24",
    "interface": "eth0",
    "mtu": 1500,
    "family": "ipv4",
}
FOUND_ADDRESSES = {"node1": {"node_address": NODE_ADDRESS, "candidates": [{**NODE_ADDRESS, "left_out": None}]}}
POLICIES = [
    policy(ingress({"from": [LAB, {"ipBlock": {"cidr": "10.0.0.0/8", "except": ["10.1.0.0/16"]}}]})),
    policy(
        {
            "podSelector": {"matchExpressions": [{"key": "app", "operator": "In", "values": ["api"]}]},
            "policyTypes": ["Egress"],
            "egress": [DNS, {"to": [LAB], "ports": [{"protocol": "TCP", "port": 80, "endPort": 90}]}],
        },
        "q",
    ),
]
ADMIN_PODS = {"pods": {"namespaceSelector": {"matchLabels": {"a": "b"}}, "podSelector": {}}}
ADMIN_PORTS = [
    {"portNumber": {"port": 80}},
    {"portRange": {"protocol": "UDP", "start": 1, "end": 9}},
    {"namedPort": "web"},
]
ADMIN_POLICIES = [
    {
        "apiVersion": "policy.networking.k8s.io/v1alpha1",
        "kind": "AdminNetworkPolicy",
        "metadata": {"name": "one"},
        "spec": {
            "priority": 5,
            "subject": {"namespaces": {}},
            "ingress": [{"name": "in", "action": "Pass", "from": [ADMIN_PODS], "ports": ADMIN_PORTS}],
            "egress": [{"action": "Deny", "to": [{"networks": ["10.1.0.0/16"]}, {"domainNames": ["example.org"]}]}],
        },
    },
    {
        "kind": "BaselineAdminNetworkPolicy",
        "metadata": {"name": "default"},
        "spec": {"subject": ADMIN_PODS, "ingress": [{"action": "Deny", "from": [{"namespaces": {}}]}]},
    },
]
STEPS = [{"name": "one", "policies": [{"kind": "NetworkPolicy", **POLICIES[0]}], "labels": [], "objects": []}]
AFFINITIES = [{"spec": {"node": "node1", "cidr": "10.1.0.0/26", "state": "confirmed", "deleted": "false"}}]
ROUTES = [
    {"dst": "10.1.0.0/26", "type": "blackhole", "protocol": "bird", "dev": "eth0", "flags": []},
    {"dst": "10.1.1.0/26", "gateway": "10.0.0.2", "dev": "vxlan.calico", "protocol": "80"},
    {"dst": "10.1.2.2", "dev": "cali1", "scope": "link", "protocol": "boot"},
]
POOLS = [{"kind": "IPPool", "metadata": {"name": "default-ipv4-ippool"}, "spec": {"cidr": "10.1.0.0/16"}}]
LOGS = [{"item": "calico-node-1", "log": "2026-01-02 03:04:05.678 [ERROR][9] startup/startup.go 99: message"}]
BUDGETS = [{"metadata": {"namespace": "a", "name": "b"}, "status": {"disruptionsAllowed": 0, "currentHealthy": 1}}]
PACKAGES = {"kubeadm": [{"name": "kubeadm", "version": "1.36.3-1.1", "source": "apt"}]}
SURVEYS = {
    "node1": {"faults": ["swap is on"], "leftovers": {"fault": "x", "found": []}, "ca_pins": {"/a": ["sha256:0"]}},
    "node2": {"faults": [], "leftovers": {"fault": None}, "ca_pins": {}},
}
WEBHOOKS = [
    {
        "kind": "ValidatingWebhookConfiguration",
        "metadata": {"name": "gate"},
        "webhooks": [
            {
                "name": "gate.example",
                "clientConfig": {"service": {"namespace": "a", "name": "b"}},
                "failurePolicy": "Fail",
                "rules": [{"resources": ["pods"]}],
            }
        ],
    }
]
KUBELET_PODS = {
    "items": [
        {
            "metadata": {
                "namespace": "kube-system",
                "name": "kube-scheduler-node1",
                "labels": {"component": "kube-scheduler", "tier": "control-plane"},
                "annotations": {"kubernetes.io/config.source": "file"},
            },
            "status": {"conditions": [{"type": "Ready", "status": "True"}]},
        }
    ]
}
REFUSAL = (
    'Failed to create object: b\'{"kind":"Status","message":"Internal error occurred: failed calling webhook '
    '\\\\"gate.example\\\\": Post \\\\"https://b.a.svc:443\\\\": timeout","code":500}\''
)
PORTS = [{"port": 80, "protocol": "TCP"}, {"port": 53, "protocol": "UDP"}]
POLLINGS = [{"polls": 3, "converged": True, "seconds": 1.5, "changed": [], "cells": []}]

SWITCH = {
    "nodes": NODES,
    "pods": [*PODS, {**PODS[3], "metadata": {**PODS[3]["metadata"], "name": "tolerates"}}],
    "daemon_sets": [{"metadata": {"namespace": "kube-flannel", "name": "kube-flannel-ds"}}],
    "policies": POLICIES,
    "config_maps": [
        *CONFIG_MAPS,
        {"metadata": {"namespace": "kube-system", "name": "podnet-network-switch"}, "data": {"started": "1796000000"}},
    ],
    "files": {"node1": [{"path": "/etc/cni/net.d/10-flannel.conflist"}, {"path": "/etc/cni/net.d/99-other.conf"}]},
}
SWITCH["pods"][-1]["spec"] = {
    **PODS[3]["spec"],
    "tolerations": [{"key": "a", "operator": "Equal", "value": "b", "effect": "NoSchedule"}, {"operator": "Exists"}],
    "volumes": [{"name": "c", "emptyDir": {}}],
}

UPGRADE = {
    "nodes": NODES,
    "pods": [
        {
            "metadata": {"name": name, "labels": {"component": name, "tier": "control-plane"}},
            "spec": {"nodeName": node, "containers": [{"image": f"registry.k8s.io/{name}:v1.36.3"}]},
        }
        for name in ("kube-apiserver", "kube-controller-manager", "kube-scheduler")
        for node in ("node1", "node2")
    ],
    "config_maps": [
        {"metadata": {"name": "kubeadm-config"}, "data": {"ClusterConfiguration": "kubernetesVersion: v1.36.3\n"}}
    ],
    "daemon_sets": [
        {
            "metadata": {"name": "kube-proxy"},
            "spec": {"template": {"spec": {"containers": [{"image": "registry.k8s.io/kube-proxy:v1.36.3"}]}}},
        }
    ],
    "packages": {"node1": {"kubeadm": [{"version": "1.36.3-1.1"}]}},
}

# Filters with the data that others wrote, each part of which is changed, and with their other options.
FILTERS = {
    "connectivity_endpoints": ([CLUSTER], {"own_namespace": "default", "services": ["default/s"]}),
    "connectivity_nodes": ([NODES], {"exclude_nodes": ["node2"]}),
    "network_problems": ([NODES, PODS], {"daemon_set": "calico-node"}),
    "network_pods": ([PODS], {}),
    "node_removal": ([NODES], {"names": ["node2"], "hosts": ["node1", "node2"]}),
    "pause_images": ([NODES], {}),
    "cluster_domain": ([CONFIG_MAPS], {}),
    "calico_missing_routes": ([ROUTES, AFFINITIES, NODES], {}),
    "calico_pool_plan": ([POOLS], {"pod_network": "10.1.0.0/16,fd10:1::/56", "vxlan": "Always", "ipip": "Never"}),
    "pod_subnet_mistakes": ([NODES], {"variable": "v", "pod_network": "10.1.0.0/16,fd10:1::/56"}),
    "calico_foreign_routes": ([ROUTES], {"node": "node1"}),
    "calico_start_problems": ([PODS[3:], LOGS], {}),
    "calico_wrong_addresses": ([NODES, FOUND_ADDRESSES], {"calico_address_detection": "first-found"}),
    "flannel_wrong_addresses": ([NODES, FOUND_ADDRESSES], {}),
    "flannel_nic": ([NODE_ADDRESS], {}),
    "mtu_mistakes": ([{"node1": NODE_ADDRESS}], {"name": "flannel_mtu", "value": 1450, "overhead": 50}),
    "shared_addresses": ([{"node1": NODE_ADDRESS, "node2": NODE_ADDRESS}], {}),
    "missing_packages": ([PACKAGES], {"names": ["conntrack"], "pinned": ["kubeadm"], "version": "1.36.3"}),
    "survey_faults": ([SURVEYS], {"control_planes": ["node1"]}),
    "policy_lint": ([POLICIES, POLICY_PODS, NAMESPACES], {}),
    "expected_connectivity": ([POLICY_PODS, NAMESPACES, POLICIES + ADMIN_POLICIES, PORTS], {}),
    "policy_plan": ([POLICIES], {"steps": STEPS}),
    "policy_namespaces": ([POLICIES, POLICY_PODS], {}),
    "upgrade_plan": ([UPGRADE], {"version": "1.36.4", "hosts": ["node1", "node2"]}),
    "network_switch": ([SWITCH], {"target": "calico", "hosts": ["node1", "node2"]}),
    "waiting_pods": ([SWITCH["pods"]], {"ignored": ["default/a"]}),
    "diagnosis_objects": ([World().objects], {}),
    # What the action connectivity_pods thinks.
    "find_unready": ([CLUSTER], {"services": ["default/s"], "own_namespace": "default", "own_pods": 2}),
    "explain_refusal": ([REFUSAL, WEBHOOKS], {}),
    # What the action node_drain thinks.
    "find_leaving": ([SWITCH["pods"]], {}),
    "find_blocking_budgets": ([BUDGETS], {"namespaces": ["a"]}),
    # What the filter waiting_static_pods thinks of the answer of a kubelet.
    "find_waiting_programs": ([KUBELET_PODS], {}),
}
FUNCTIONS = {
    "find_blocking_budgets": find_blocking_budgets,
    "find_leaving": find_leaving,
    "find_unready": find_unready,
    "find_waiting_programs": find_waiting_programs,
    # The action gives it the text of an answer, and a list.
    "explain_refusal": lambda message, webhooks: explain_refusal(str(message), read_list(webhooks, "webhooks")),
}


def door(name):
    """Return a filter or a function by its name."""
    if name in FUNCTIONS:
        return FUNCTIONS[name]
    module = import_module(f"ansible_collections.podnet.kubernetes.plugins.filter.{name}")
    found = module.FilterModule().filters()[name]
    return (lambda one, **options: found("eth0", one, **options)) if name == "flannel_nic" else found


@pytest.mark.parametrize("name", FILTERS)
@few
@given(data=st.data())
def test_a_filter(name, data):
    parts, options = FILTERS[name]
    number = data.draw(st.integers(0, len(parts) - 1))
    holds(door(name), *parts[:number], data.draw(changed(parts[number])), *parts[number + 1 :], **options)


@pytest.mark.parametrize("name", FILTERS)
def test_the_samples_are_good(name):
    """A sample that a filter refuses would prove little."""
    parts, options = FILTERS[name]
    assert not isinstance(holds(door(name), *parts, **options), Exception)
