# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Expressions of roles that decide something, rendered by Ansible with each outcome, without machines and a cluster."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[3]
NIC = {"address": "10.100.198.200", "interface": "enp0s8", "network": "10.100.198.0/24", "mtu": 1500}
NIC6 = {"address": "fd00::200", "interface": "enp0s8", "network": "fd00::/64", "mtu": 1500}
BOTH = "10.244.0.0/16,fd10:244::/56"
NAT = {"address": "10.0.2.15", "interface": "enp0s3", "network": "10.0.2.0/24", "left_out": "node1 has it too"}


def variables(role: str) -> dict[str, Any]:
    """Read the defaults and the variables of a role."""
    files = [ROOT / "roles" / role / kind / "main.yml" for kind in ("defaults", "vars")]
    return {name: value for file in files if file.exists() for name, value in yaml.safe_load(file.read_text()).items()}


def tasks(steps: list[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for step in steps:
        yield step
        for part in ("block", "rescue", "always"):
            yield from tasks(step.get(part, []))


def task(role: str, file: str, name: str) -> Mapping[str, Any]:
    """Find a task of a role by its name."""
    found = yaml.safe_load((ROOT / "roles" / role / "tasks" / f"{file}.yml").read_text())
    return [one for one in tasks(found) if one["name"] == name][-1]


def is_true(condition: str) -> str:
    return f"{{{{ ({condition}) | bool }}}}"


ROUTED = task("common", "service_route", "Give the Services a route, now and at boot")
RULES = task("basic_cni", "route", "Write the rules of the packet filter")["loop"]
SURVEYED = task("common", "read", "Read the machine")["podnet.kubernetes.node_survey"]
OUTSIDE = task("common", "survey", "Read the CA of the control plane")
UPGRADED = task("upgrade", "plan", "Check the machine, and that the repository has the version")["vars"]
OVERLAPS = task("kubeadm_control_plane", "validate", "Check that the networks do not overlap")
ONE_PLANE = task("kubeadm_control_plane", "validate", "Refuse to harden several control planes")
KEEPS = task("kubeadm_control_plane", "init", "Say that a cluster that is there keeps its settings")
SHOWN = task("kubeadm_control_plane", "show", "Show the nodes and the pods of DNS")
STAYS = task("connectivity", "namespace", "Name the reason why the namespace stays")
ALIVE = task("connectivity", "assert", "Check that responders lived until the end")
JUDGED = task("connectivity", "judge", "Compare every cell with its expectation")
SHARES = task("connectivity", "assert", "Show the matrix")["vars"]
FAILS = task("connectivity", "assert", "Fail when a cell differs from its expectation, and name the causes")
TARGETS = task("connectivity", "probe", "Choose the targets")
REFUSED = task("network_policies", "validate", "Name the field that the API would refuse")
RUNNING = task("network_policies", "play", "Check that no responder ended early")
ENFORCED = task("network_policies", "canary", "Fail when the network does not enforce policies")
ANSWERING = task("network_policies", "discover", "Answer probes in the pods")["vars"]
SECOND = task("pod_network", "other_network", "Refuse to install a second network beside another one")
LEFT = task("pod_network", "check_traces", "Check that there are none")
LOOKED = task("pod_network", "check_traces", "Look for traces of {{ pod_network_definition.name }}")[
    "podnet.kubernetes.pod_network_traces"
]
FAMILIES = task("pod_network", "check_families", "Check that the pod network has families which the node has too")
NAMESAKE = is_true(
    task("kubeadm_control_plane", "namesake", "Refuse a machine whose name one that works has")[
        "ansible.builtin.assert"
    ]["that"]
)
NODES = task("pod_network", "nodes", "Ask the cluster for its nodes")
WHOLE = task("reset", "control_plane", "Refuse to end a cluster that has more control planes than the inventory")
NEEDED = is_true(task("reset", "control_plane", "Refuse to take the majority of etcd away")["when"])
LEFT_OUT = task("pod_network", "nodes", "Keep the nodes, and the addresses of those that this run leaves out")
SHARED_OUTSIDE = task("pod_network", "left_out", "Refuse addresses that nodes outside this run have")
KEPT_NETWORK = task("pod_network", "keep", "Refuse to change the network of nodes that this run leaves out")
STATIC_PODS = task("upgrade", "kubelet", "Wait until the new kubelet runs the control plane")
PROBED = task("network_policies", "validate", "Check that something is probed")
NO_NODES = task("basic_cni", "validate", "Check that the hosts of this play are nodes of the cluster")
HAND, SAY = (
    is_true(task("basic_cni", "configure", name)["when"].replace("ansible_check_mode", "checks"))
    for name in ("Hand it to the container runtime", "Say that the container runtime would get it")
)
GATEWAYS = task("basic_cni", "route", "Collect the addresses by which nodes reach each other, one of each family")
KNOWN = task("basic_cni", "validate", "Keep the subnets that the cluster knows")["ansible.builtin.set_fact"]
_KEEP = task("calico", "routes", "Keep the blocks and the names of the nodes")
KEPT = {**_KEEP["vars"], **_KEEP["ansible.builtin.set_fact"]}
ANNOTATIONS = task("pod_network", "let_pods_back", "Keep the annotations of all nodes")["ansible.builtin.set_fact"]
OWN = task("pod_network", "let_pods_back", "Remove the network's marks from the Node object")["vars"]
BACKEND = task("calico", "validate_cluster", "Check that Calico runs with the manifest of this encapsulation")
# Nodes of a cluster.
CONTROL_PLANE = {"taints": [{"key": "node-role.kubernetes.io/control-plane", "effect": "NoSchedule"}]}
DOWN = {"key": "node.kubernetes.io/unreachable", "effect": "NoExecute"}
RATHER_NOT = {"key": "old", "value": "x", "effect": "PreferNoSchedule"}

POOL = {"metadata": {"name": "default-ipv4-ippool"}, "spec": {"cidr": "192.168.0.0/16"}}
BLOCKS = [
    {"spec": {"cidr": cidr, "node": "a", "state": "confirmed"}}
    for cidr in ("10.1.2.0/26", "fd10::/122", "fd10::40/122")
]
TRACES = ["link cni0", "route to 10.22.1.0/24", "route to 10.22.2.0/24"]
NAMESPACE = {"status": {"conditions": [{"status": "True", "message": "kept"}, {"status": "False", "message": "gone"}]}}


def node(name: str, *addresses: str) -> dict[str, Any]:
    """A Node object with the addresses of a kubelet, and the name as its last one."""
    found = [{"type": "InternalIP", "address": one} for one in addresses]
    return {"metadata": {"name": name}, "status": {"addresses": [*found, {"type": "Hostname", "address": name}]}}


def condition(status: str | None) -> dict[str, Any]:
    ready = [{"type": "Ready", "status": status}] if status else []
    return {"status": {"conditions": [{"type": "DiskPressure", "status": "True"}, *ready]}}


# Role, variables, facts of the only host, expression, value.
CASES = [
    # What kubectl says of the Ready condition of a node; nothing without one.
    *(
        ("kubeadm_control_plane", {"__kubeadm_control_plane_namesake": {"stdout": status}}, {}, NAMESAKE, may_join)
        for status, may_join in (("True", False), ("False", True), ("Unknown", True), ("", True))
    ),
    # The group of the inventory lacks a control plane. Without etcd, or without its answer, no member is known.
    *(
        (
            "reset",
            {**WHOLE["vars"], "__reset_etcd": etcd, "__reset_control_planes": ["master"]},
            {},
            is_true(WHOLE["ansible.builtin.assert"]["that"]),
            may_end,
        )
        for etcd, may_end in (
            ({"members": ["master"]}, True),
            ({"members": ["web-1", "web-2"]}, False),
            ({"members": []}, True),
            ({"msg": "etcd does not answer"}, True),
            ({"skipped": True}, True),
        )
    ),
    # A control plane that etcd needs is not reset; one without an etcd that answers is.
    ("reset", {"ansible_failed_result": {"msg": "x", "needed": True}}, {}, NEEDED, True),
    ("reset", {"ansible_failed_result": {"msg": "x", "needed": False}}, {}, NEEDED, False),
    ("reset", {"ansible_failed_result": {"msg": "x", "unreachable": True}}, {}, NEEDED, False),
    # The survey refuses another version on a node of a cluster, unless the role upgrade asks.
    ("common", UPGRADED, {}, SURVEYED["upgrades"], True),
    ("common", {}, {}, SURVEYED["upgrades"], False),
    ("flannel", {}, {}, "{{ __flannel_net_conf.Backend }}", {"Type": "vxlan"}),
    *(
        (
            "flannel",
            {"podnet_node_address": NIC, "podnet_node_addresses": [{**NIC, "family": "ipv4"}], **given},
            {},
            "{{ __flannel_nic_is_known }}",
            known,
        )
        for given, known in (
            ({"flannel_interface": "enp0s8"}, True),
            ({"flannel_interface": "10.100.198.0/24"}, True),
            ({"flannel_interface": "enp0s3"}, False),
        )
    ),
    *(
        (
            "flannel",
            {
                "flannel_pod_network": networks,
                "podnet_node_address": NIC,
                "podnet_node_address_ipv6": NIC6,
                "podnet_node_addresses": [{**NIC, "family": "ipv4"}, {**NIC6, "family": "ipv6"}],
            },
            {},
            "{{ [__flannel_known_address, __flannel_known_address_ipv6] }}",
            [{"node_address": NIC, "candidates": [{**NIC, "family": "ipv4"}]}, second],
        )
        for networks, second in (
            ("10.244.0.0/16", None),
            (BOTH, {"node_address": NIC6, "candidates": [{**NIC6, "family": "ipv6"}]}),
        )
    ),
    ("flannel", {"flannel_mtu": "1400"}, {}, "{{ __flannel_net_conf.Backend }}", {"Type": "vxlan", "MTU": 1400}),
    (
        "flannel",
        {"flannel_pod_network": BOTH, "__flannel_node_addresses": {"master": {**NIC, "mtu": 9000}, "node1": NIC}},
        {},
        "{{ __flannel_net_conf }}",
        {
            "Network": "10.244.0.0/16",
            "EnableIPv6": True,
            "IPv6Network": "fd10:244::/56",
            "EnableNFTables": False,
            "Backend": {"Type": "vxlan", "MTU": 1480},
        },
    ),
    *(
        (
            "flannel",
            {"flannel_pod_network": BOTH, **given},
            {},
            "{{ __flannel_net_conf.Backend }}",
            backend,
        )
        for given, backend in (
            ({"flannel_mtu": 1400}, {"Type": "vxlan", "MTU": 1400}),
            ({"flannel_backend": "host-gw"}, {"Type": "host-gw"}),
            # Before the addresses are known: removal needs no MTU.
            ({"__flannel_node_addresses": {}}, {"Type": "vxlan", "MTU": -20}),
        )
    ),
    # A network fits addresses of one family only.
    *(
        (
            "flannel",
            {
                "flannel_pod_network": networks,
                "flannel_interface": "10.100.198.0/24",
                "__flannel_node_addresses": {"master": NIC},
                "__flannel_node_addresses_ipv6": {"master": NIC6},
            },
            {},
            "{{ __flannel_arguments }}",
            [f"--iface-regex={expression}"],
        )
        for networks, expression in (
            (BOTH, "^(10[.]100[.]198[.]200|fd00::200)$"),
            ("10.244.0.0/16", "^10[.]100[.]198[.][0-9]{1,3}$"),
        )
    ),
    # A new file of kubeadm's settings changes no cluster that is there.
    *(
        (
            "kubeadm_control_plane",
            {},
            {
                "__kubeadm_control_plane_written": {"changed": written, "failed": False},
                "__kubeadm_control_plane_made": {"changed": made, "failed": False},
            },
            is_true(KEEPS["when"]),
            said,
        )
        for written, made, said in ((True, True, False), (True, False, True), (False, False, False))
    ),
    # host-gw: nodes in several networks, in either family. An address of DHCPv6 says nothing about networks.
    *(
        (
            "flannel",
            {
                "flannel_pod_network": networks,
                "__flannel_node_addresses": {"master": NIC, "node1": {**NIC, "network": ipv4}},
                "__flannel_node_addresses_ipv6": {
                    "master": {**NIC6, "network": first},
                    "node1": {**NIC6, "network": ipv6},
                },
            },
            {},
            "{{ [__flannel_network_counts | max == 1, __flannel_places | map('join', ' in ') | join(', ')] }}",
            [right, places],
        )
        for networks, ipv4, first, ipv6, right, places in (
            (BOTH, NIC["network"], "fd00::/64", "fd00::/64", True, "master in fd00::/64, node1 in fd00::/64"),
            (BOTH, NIC["network"], "fd00::/64", "fd00:1::/64", False, "master in fd00::/64, node1 in fd00:1::/64"),
            (BOTH, "10.9.0.0/24", "fd00::/64", "fd00::/64", False, "master in 10.100.198.0/24, node1 in 10.9.0.0/24"),
            (BOTH, NIC["network"], "fd00::1/128", "fd00::2/128", True, "master in fd00::1/128, node1 in fd00::2/128"),
            ("10.244.0.0/16", NIC["network"], "fd00::/64", "fd00:1::/64", True, ""),
        )
    ),
    ("flannel", {"__flannel_interface": None}, {}, "{{ __flannel_interface_operations }}", []),
    (
        "flannel",
        {"__flannel_interface": "enp0s8"},
        {},
        "{{ __flannel_interface_operations }}",
        [{"op": "add", "path": "/spec/template/spec/containers/0/args/-", "value": "--iface=enp0s8"}],
    ),
    ("flannel", {"podnet_node_address": NIC, "flannel_mtu": 1400}, {}, "{{ __flannel_checked_mtu }}", None),
    (
        "flannel",
        {"podnet_node_address": NIC, "flannel_mtu": 1400, "flannel_interface": "10.100.198.0/24"},
        {},
        "{{ [__flannel_checked_mtu, __flannel_nic.network, __flannel_nic.interface] }}",
        [1400, "10.100.198.0/24", None],
    ),
    # The smallest MTU of Flannel on all nodes; in check mode before the first run there is none.
    *(
        ("calico_policies", {}, {"__calico_policies_subnet": read}, "{{ __calico_policies_mtu }}", mtu)
        for read, mtu in (
            ({"content": "RkxBTk5FTF9NVFU9MTQ1MApGTEFOTkVMX0lQTUFTUT10cnVlCg=="}, "1450"),  # FLANNEL_MTU=1450
            ({"failed": True, "msg": "file not found"}, "0"),
        )
    ),
    # FLANNEL_IPV6_NETWORK=fd10:244::/56
    *(
        ("calico_policies", {}, {"__calico_policies_subnet": read}, "{{ __calico_policies_dual }}", dual)
        for read, dual in (
            ({"content": "RkxBTk5FTF9NVFU9MTQ1MApGTEFOTkVMX0lQTUFTUT10cnVlCg=="}, False),
            (
                {"content": "RkxBTk5FTF9ORVRXT1JLPTEwLjI0NC4wLjAvMTYKRkxBTk5FTF9JUFY2X05FVFdPUks9ZmQxMDoyNDQ6Oi81Ngo="},
                True,
            ),
            ({"failed": True, "msg": "file not found"}, False),
        )
    ),
    # Pods move when one is on the bridge, or when an earlier run was interrupted after its taint.
    *(
        (
            "calico_policies",
            {"pod_network_nodes": [{"spec": {"taints": taints}}, {"spec": {}}]},
            {"__calico_policies_ports": {"stdout": output}},
            "{{ [__calico_policies_bridge_ports, __calico_policies_marked] is any }}",
            moves,
        )
        for output, taints, moves in (
            ("", [], False),
            ("[]", [], False),
            ("[{},{}]", [{"key": "node-role.kubernetes.io/control-plane"}], False),
            ('[{"ifname": "veth1a2b3c4d"}]', [], True),
            ("[]", [{"key": "podnet.kubernetes/network-removal"}], True),
        )
    ),
    # Each network finds the files of others; Flannel's policies have a file of their own.
    (
        "pod_network",
        {
            **ANNOTATIONS,
            **OWN,
            "inventory_hostname": "b",
            "pod_network_definition": {"annotations": "of[.]the[.]network/"},
            "pod_network_nodes": [
                {"metadata": {"name": "a"}},
                {"metadata": {"name": "b", "annotations": {"of.the.network/x": "1", "of.another/y": "2"}}},
            ],
        },
        {},
        "{{ __pod_network_own }}",
        ["of.the.network/x"],
    ),
    (
        "pod_network",
        {
            **SECOND["vars"],
            "pod_network_definition": {"file": "10-flannel.conflist", "companions": ["10-canal.conflist"]},
            "__pod_network_configured": {
                "files": [{"path": "/etc/cni/net.d/10-canal.conflist"}, {"path": "/etc/cni/net.d/05-other.conf"}]
            },
        },
        {},
        "{{ __pod_network_others }}",
        ["05-other.conf"],
    ),
    # A run with a part of the nodes: the only host is localhost.
    *(
        (
            "pod_network",
            {"__pod_network_asked": asked},
            {},
            LEFT_OUT["ansible.builtin.set_fact"]["pod_network_left_out"],
            out,
        )
        for asked, out in (
            ({"failed": True}, {}),
            ({"nodes": [node("localhost", "10.0.0.1")]}, {}),
            (
                {"nodes": [node("localhost", "10.0.0.1"), node("a", "10.0.0.2", "fd00::2"), node("b")]},
                {"a": ["10.0.0.2", "fd00::2"], "b": []},
            ),
            ({"nodes": [{"metadata": {"name": "new"}, "status": {}}]}, {"new": []}),
        )
    ),
    *(
        (
            "pod_network",
            {
                **SHARED_OUTSIDE["vars"],
                "__pod_network_ipv4": {"localhost": NIC},
                "__pod_network_ipv6": {"localhost": NIC6},
                "pod_network_left_out": left_out,
            },
            {},
            "{{ __pod_network_shared | map(attribute='address') }}",
            shared,
        )
        for left_out, shared in (
            ({"a": [NIC["address"], "fd00::201"]}, [NIC["address"]]),
            ({"a": ["10.100.198.201", NIC6["address"]]}, [NIC6["address"]]),
            # Two others are the concern of another run.
            ({"a": ["10.100.198.201"], "b": ["10.100.198.201"]}, []),
        )
    ),
    *(
        (
            "pod_network",
            {
                "__pod_network_foretold": found,
                "pod_network_left_out": {"a": [], "b": []},
                "pod_network_definition": {"name": "Flannel"},
            },
            {},
            [
                is_true(KEPT_NETWORK["ansible.builtin.assert"]["that"]),
                KEPT_NETWORK["ansible.builtin.assert"]["fail_msg"],
            ],
            [
                kept,
                f"This run leaves out a, b, and would change Flannel on all nodes ({why}). "
                "Run it on all nodes, without --limit.",
            ],
        )
        for found, kept, why in (
            ({"changes": []}, True, ""),
            ({"changes": ["ConfigMap a/cfg", "DaemonSet a/ds"]}, False, "ConfigMap a/cfg, DaemonSet a/ds"),
            ({"failed": True, "msg": "no namespace kube-flannel"}, False, "no namespace kube-flannel"),
        )
    ),
    *(
        ("basic_cni", {"__basic_cni_known": known}, {}, is_true(NO_NODES["ansible.builtin.assert"]["that"]), right)
        for known, right in (({"localhost": [], "a": []}, True), ({"a": []}, False))
    ),
    # What a playbook has read is not read again.
    (
        "pod_network",
        {
            **SECOND["vars"],
            "pod_network_definition": {"file": "10-flannel.conflist", "companions": []},
            "__pod_network_configurations": ["/etc/cni/net.d/10-calico.conflist"],
            "__pod_network_configured": {"skipped": True},
        },
        {},
        "{{ __pod_network_others }}",
        ["10-calico.conflist"],
    ),
    ("basic_cni", {"pod_network_nodes": []}, {}, KNOWN["__basic_cni_known"], {}),
    (
        "basic_cni",
        {
            "pod_network_nodes": [
                {"metadata": {"name": "master"}, "spec": {"podCIDRs": ["10.22.0.0/24"]}},
                {"metadata": {"name": "node1"}, "spec": {}},
            ]
        },
        {},
        KNOWN["__basic_cni_known"],
        {"master": ["10.22.0.0/24"], "node1": []},
    ),
    (
        "basic_cni",
        {"podnet_node_address": NIC, "__basic_cni_allocation": {"allocation": {"localhost": ["10.22.1.0/24"]}}},
        {},
        "{{ __basic_cni_configuration.plugins[0].ipam }}",
        {"type": "host-local", "ranges": [[{"subnet": "10.22.1.0/24"}]], "routes": [{"dst": "0.0.0.0/0"}]},
    ),
    (
        "basic_cni",
        {
            "basic_cni_pod_network": "10.22.0.0/16,fd10:22::/56",
            "podnet_node_address": NIC,
            "__basic_cni_allocation": {"allocation": {"localhost": ["10.22.1.0/24", "fd10:22:0:1::/64"]}},
        },
        {},
        "{{ __basic_cni_configuration.plugins[0].ipam }}",
        {
            "type": "host-local",
            "ranges": [[{"subnet": "10.22.1.0/24"}], [{"subnet": "fd10:22:0:1::/64"}]],
            "routes": [{"dst": "0.0.0.0/0"}, {"dst": "::/0"}],
        },
    ),
    (
        "basic_cni",
        {"podnet_node_address": NIC, "podnet_node_address_ipv6": None},
        {},
        RULES,
        [{"file": "rules4", "pods": "10.22.0.0/16", "nodes": "10.100.198.0/24", "shared": "224.0.0.0/4"}],
    ),
    (
        "basic_cni",
        {
            "basic_cni_pod_network": "10.22.0.0/16,fd10:22::/56",
            "podnet_node_address": NIC,
            "podnet_node_address_ipv6": NIC6,
        },
        {},
        RULES,
        [
            {"file": "rules4", "pods": "10.22.0.0/16", "nodes": "10.100.198.0/24", "shared": "224.0.0.0/4"},
            {"file": "rules6", "pods": "fd10:22::/56", "nodes": "fd00::/64", "shared": "ff00::/8"},
        ],
    ),
    *(
        (
            "calico",
            given,
            {},
            "{{ __calico_environment | community.general.json_query('[CALICO_IPV4POOL_BLOCK_SIZE, A]') }}",
            found,
        )
        for given, found in (
            ({}, [None, None]),
            ({"podnet_node_prefix": 25}, ["25", None]),
            ({"podnet_node_prefix": "24, 64", "calico_node_environment": {"A": "b"}}, ["24", "b"]),
        )
    ),
    (
        "calico",
        {"__calico_pools": {"failed": True}},
        {},
        "{{ [__calico_found_pools, __calico_backend, __calico_kubeadm] }}",
        [[], None, {}],
    ),
    (
        "calico",
        {"__calico_pools": {"resources": []}, "__calico_config": [], "__calico_kubeadm_config": []},
        {},
        "{{ [__calico_found_pools, __calico_backend, __calico_kubeadm] }}",
        [[], None, {}],
    ),
    (
        "calico",
        {
            "__calico_pools": {"resources": [POOL]},
            "__calico_config": [{"data": {"calico_backend": "bird"}}],
            "__calico_kubeadm_config": [{"data": {"ClusterConfiguration": "networking:\n  podSubnet: 10.1.0.0/16\n"}}],
        },
        {},
        "{{ [__calico_pool_plan.mistakes, __calico_backend, __calico_kubeadm] }}",
        [[], "bird", {"podSubnet": "10.1.0.0/16"}],
    ),
    (
        "calico",
        {**BACKEND["vars"], "__calico_backend": "bird"},
        {},
        "{{ __calico_same | map(attribute='key') }}",
        ["ipip", "none"],
    ),
    (
        "common",
        {
            "common_registry_mirrors": {
                "docker.io": "http://mirror/v2/docker.io",
                "r.example.org:5000": "https://mirror",
            }
        },
        {},
        "{{ __common_mirror_files }}",
        [
            {
                "path": f"/etc/containerd/certs.d/{registry}/hosts.toml",
                "content": "# Written by podnet.kubernetes.common. The path of the URL takes the place of /v2.\n"
                f'[host."{url}"]\n  capabilities = ["pull", "resolve"]\n  override_path = true\n',
            }
            for registry, url in (
                ("docker.io", "http://mirror/v2/docker.io"),
                ("r.example.org:5000", "https://mirror"),
            )
        ],
    ),
    *(
        ("common", given, {}, "{{ __common_known_addresses }}", known)
        for given, known in (
            ({}, []),
            ({"podnet_node_address": NIC, "podnet_node_address_ipv6": None}, [NIC["address"]]),
            ({"podnet_node_address": NIC, "podnet_node_address_ipv6": NIC6}, [NIC["address"], NIC6["address"]]),
        )
    ),
    # The play of these cases has the host localhost alone.
    *(
        ("common", {"__common_control_planes": planes}, {}, is_true(OUTSIDE["when"]), asked)
        for planes, asked in (
            (["master"], True),
            (["localhost"], False),
            (["master", "localhost"], False),
            ([""], False),
        )
    ),
    (
        "common",
        {
            "__common_survey": {
                "packages": {name: [{"held": held}] for name, held in (("kubelet", True), ("kubeadm", False))}
            }
        },
        {},
        "{{ __common_held_packages }}",
        ["kubelet"],
    ),
    *(
        (
            "common",
            {"common_swap": swap, "__common_survey": {"swap_on": False, "swap_in_fstab": False, "mask_swap": sign}},
            {},
            "{{ __common_swaps }}",
            turned_off,
        )
        for swap, sign, turned_off in (
            ("off", True, True),
            (False, True, True),
            ("off", False, False),
            ("keep", True, False),
        )
    ),
    *(
        (
            "common",
            {
                **ROUTED["vars"],
                "__common_service_routes": {"results": [{"stdout": one} for one in outputs]},
                "podnet_node_address": NIC,
                "podnet_node_address_ipv6": NIC6,
            },
            {},
            ROUTED["ansible.builtin.systemd_service"]["state"],
            state,
        )
        for four in ["10.96.0.0/16 dev enp0s8 scope link src 10.100.198.200 "]
        for six in ["fd10:96::/112 dev enp0s8 src fd00::200 metric 1024 pref medium"]
        for outputs, state in (
            ([four, six], "started"),
            ([four, ""], "restarted"),
            # The node has another NIC, or another address now.
            ([four, six.replace("enp0s8", "enp0s3")], "restarted"),
            ([four.replace("198.200", "198.20"), six], "restarted"),
        )
    ),
    *(
        (
            "kubeadm_control_plane",
            {**SHOWN["vars"], "item": item},
            {},
            "{{ __kubeadm_control_plane_ready == ['True'] }}",
            ready,
        )
        for item, ready in (
            (condition("True"), True),
            (condition("False"), False),
            (condition(None), False),
            ({"status": {}}, False),
        )
    ),
    (
        "kubeadm_control_plane",
        {
            **OVERLAPS["vars"],
            "podnet_node_address": NIC,
            "podnet_node_addresses": [
                {**NIC, "left_out": None},
                NAT,
                {**NIC6, "interface": "dummy0", "left_out": None},
            ],
        },
        {},
        OVERLAPS["loop"],
        [
            {"interface": "enp0s8", "network": "10.100.198.0/24"},
            {"interface": "dummy0", "network": "fd00::/64"},
        ],
    ),
    (
        "kubeadm_control_plane",
        {**OVERLAPS["vars"], "podnet_node_address": NAT, "podnet_node_addresses": [NAT]},
        {},
        OVERLAPS["loop"],
        [{"interface": "enp0s3", "network": "10.0.2.0/24"}],
    ),
    *(
        (
            role,
            {
                f"{role}_timeouts": {"tlsBootstrap": "10m"},
                f"__{role}_credentials": {"endpoint": "10.0.0.1:6443", "ca_cert_hashes": []},
                "podnet_node_address": NIC,
                "podnet_node_address_ipv6": None,
            },
            {},
            f"{{{{ {configuration}.timeouts }}}}",
            {"tlsBootstrap": "10m"},
        )
        for role, configuration in (
            ("kubeadm_control_plane", "__kubeadm_control_plane_joining"),
            ("kubeadm_node", "__kubeadm_node_configuration"),
        )
    ),
    *(
        ("kubeadm_control_plane", given, {}, "{{ kubeadm_control_plane_endpoint }}", endpoint)
        for given, endpoint in (
            ({}, ""),
            ({"podnet_api_vip": "10.0.0.9"}, "10.0.0.9:8443"),
            ({"podnet_api_vip": "10.0.0.9", "api_vip_port": 7443}, "10.0.0.9:7443"),
            ({"podnet_api_vip": "10.0.0.9", "podnet_api_endpoint": "api.example.org"}, "api.example.org"),
        )
    ),
    *(
        ("kubeadm_control_plane", plan, {}, "{{ __kubeadm_control_plane_first }}", first)
        for plan, first in (({}, "localhost"), ({"__kubeadm_control_plane_plan": {"first": "master2"}}, "master2"))
    ),
    *(
        (
            "kubeadm_control_plane",
            {"common_hardening": hardening, "__kubeadm_control_plane_hosts": planes},
            {},
            is_true(ONE_PLANE["ansible.builtin.assert"]["that"]),
            fits,
        )
        for hardening, planes, fits in (
            (True, ["master"], True),
            (True, ["master", "master2"], False),
            ("false", ["master", "master2"], True),
        )
    ),
    ("common", {}, {}, "{{ __common_wanted_sysctls | length }}", 3),
    (
        "common",
        {"common_hardening": True, "common_sysctls": {"vm.panic_on_oom": 1, "kernel.panic": 10}},
        {},
        "{{ [__common_wanted_sysctls | length, __common_wanted_sysctls['vm.panic_on_oom']] }}",
        [6, 1],
    ),
    *(
        (
            "reset",
            {"__reset_control_planes": planes},
            {},
            is_true("__reset_ends_cluster"),
            ends,
        )
        # The only host of the play is reset.
        for planes, ends in (
            (["localhost"], True),
            (["localhost", "master2"], False),
            (["master2"], False),
            ([], False),
        )
    ),
    *(
        (
            "connectivity",
            {**STAYS["vars"], "__connectivity_asked_namespaces": found},
            {},
            "{{ __connectivity_keepers }}",
            kept,
        )
        for found, kept in (([NAMESPACE], ["kept"]), ([{"status": {}}], []), ([], []))
    ),
    *(
        (
            "connectivity",
            ALIVE["vars"],
            {"connectivity_ended": ended},
            "{{ __connectivity_died | map(attribute='key') }}",
            died,
        )
        for ended, died in (
            ({"running": True}, []),
            ({"running": False}, ["localhost"]),
            ({"skipped": True}, []),
            ({"unreachable": True}, []),
        )
    ),
    *(
        (
            "connectivity",
            {**JUDGED["vars"], "connectivity_overhead": given},
            {"connectivity_responders": {"overhead": 50, "overhead_ipv6": 70, "listeners": []}},
            JUDGED["podnet.kubernetes.connectivity_assert"][name],
            overhead,
        )
        for name, given, overhead in (
            ("overhead", None, 50),
            ("overhead", 0, 0),
            ("overhead_ipv6", None, 70),
            ("overhead_ipv6", 0, 0),
        )
    ),
    *(
        (
            "connectivity",
            {
                **FAILS["vars"],
                "connectivity_report": {"msg": "failed", "reports": {"json": "r.json", "html": "r.html"}},
                "__connectivity_suspects": suspects,
            },
            {},
            FAILS["vars"]["diagnose_failure"],
            text,
        )
        for suspects, text in (
            ([], "failed\nThe report is r.json.\nThe page is r.html."),
            (
                [{"kind": "CiliumNetworkPolicy", "metadata": {"name": "deny"}}],
                "failed\nPolicies whose effect is not computed may be the reason: CiliumNetworkPolicy deny.\n"
                "The report is r.json.\nThe page is r.html.",
            ),
        )
    ),
    *(
        (
            "connectivity",
            TARGETS["vars"],
            {"connectivity_responders": result},
            "{{ __connectivity_all_listeners }}",
            found,
        )
        for result, found in (({"listeners": [{"port": 80}]}, [{"port": 80}]), ({"skipped": True}, []))
    ),
    (
        "network_policies",
        {**REFUSED["vars"], "ansible_failed_result": {"results": [{"ok": 1}, {"failed": True, "msg": "wrong"}]}},
        {},
        "{{ __network_policies_first_error }}",
        "wrong",
    ),
    *(
        (
            "network_policies",
            RUNNING["vars"],
            {"connectivity_ended": ended},
            is_true(RUNNING["ansible.builtin.assert"]["that"]),
            true,
        )
        for ended, true in (({"running": True}, True), ({"running": False}, False), ({"unreachable": True}, True))
    ),
    (
        "network_policies",
        {"network_policies_ports": [{"port": 80}, {"protocol": "ICMP"}, {"port": 80, "protocol": "UDP"}, {"port": 53}]},
        {},
        ANSWERING["connectivity_ports"],
        [80, 53],
    ),
    *(
        (
            "network_policies",
            ENFORCED["vars"],
            {"__network_policies_canary_probe": probe},
            f"{{{{ [{ENFORCED['ansible.builtin.assert']['that']}, __network_policies_enforced.polled] }}}}",
            enforced,
        )
        for probe, enforced in (
            ({"convergence": {"cells": 4, "seconds": 0.1, "wrong": []}}, [True, 4]),
            ({"convergence": {"cells": 4, "seconds": 9.1, "wrong": [{"source": "a", "target": "b"}]}}, [False, 4]),
            ({"skipped": True}, [True, 0]),
        )
    ),
    *(
        (
            "pod_network",
            {"pod_network_definition": {"needs_subnets": needs}},
            {},
            NODES["podnet.kubernetes.cluster_ready"]["nodes"],
            wanted,
        )
        for needs, wanted in ((True, "subnets"), (False, "any"))
    ),
    *(
        (
            "connectivity",
            {
                **{name: SHARES[name] for name in ("__connectivity_shares", "__connectivity_seconds")},
                "__connectivity_probing": probing,
                "__connectivity_whole": 8.04,
            },
            {},
            "{{ __connectivity_shares }}",
            f"It took 8.0 s; of these, the probes {longest} s.",
        )
        for probing, longest in (({"node1": 0.51, "node2": 0.66}, "0.7"), ({}, "0.0"))
    ),
    *(
        ("calico", {"__calico_pools": pools}, {}, "{{ __calico_definition.changes | length }}", changes)
        for pools, changes in (({"resources": [POOL]}, 1), ({"resources": []}, 0))
    ),
    ("calico", {}, {}, "{{ __calico_definition.changes }}", []),
    *(
        (
            "pod_network",
            {**FAMILIES["vars"], "pod_network_definition": {"networks": networks}, "podnet_node_address_ipv6": address},
            {},
            is_true(FAMILIES["ansible.builtin.assert"]["that"]),
            fits,
        )
        for networks, address, fits in (
            ("10.244.0.0/16", None, True),
            ("10.244.0.0/16", NIC6, True),
            (BOTH, NIC6, True),
            (BOTH, None, False),
            ("fd10:244::/56", NIC6, False),
            ("fd10:244::/56,10.244.0.0/16", NIC6, False),
        )
    ),
    # Of both families: a pool each, addresses of each for pods, and an MTU that both carry.
    *(
        (
            "calico",
            {"calico_pod_network": network, "calico_encapsulation": encapsulation},
            {},
            "{{ [__calico_environment.CALICO_IPV4POOL_CIDR, __calico_environment.CALICO_IPV6POOL_CIDR | default(none), "
            "__calico_environment.CALICO_IPV6POOL_VXLAN | default(none), __calico_overhead] }}",
            result,
        )
        for network, encapsulation, result in (
            ("10.244.0.0/16", "vxlan", ["10.244.0.0/16", None, None, 50]),
            (BOTH, "vxlan", ["10.244.0.0/16", "fd10:244::/56", "Always", 70]),
            (BOTH, "vxlan_cross_subnet", ["10.244.0.0/16", "fd10:244::/56", "CrossSubnet", 70]),
            (BOTH, "none", ["10.244.0.0/16", "fd10:244::/56", "Never", 0]),
            (BOTH, "ipip", ["10.244.0.0/16", "fd10:244::/56", "Never", 20]),
        )
    ),
    *(
        (
            "calico",
            {"calico_pod_network": network},
            {},
            "{{ __calico_patches[0].patch | map(attribute='path') }}",
            ["/data/veth_mtu", *more],
        )
        for network, more in (("10.244.0.0/16", []), (BOTH, ["/data/cni_network_config"]))
    ),
    # No run waits for a node that it leaves out: BIRD has no route to the blocks of one that is down.
    *(
        (
            "calico",
            {
                **KEPT,
                "item": "-6",
                "__calico_affinities": {"resources": BLOCKS},
                "pod_network_nodes": [{"metadata": {"name": "a"}}],
                "pod_network_left_out": left_out,
            },
            {"__calico_block_routes": {"stdout": '[{"dst": "fd10::/122"}]'}},
            "{{ __calico_missing_routes }}",
            missing,
        )
        for left_out, missing in (({}, ["fd10::40/122"]), ({"a": ["10.0.0.9"]}, []))
    ),
    (
        "pod_network",
        {
            **SECOND["vars"],
            "pod_network_definition": {"file": "10-flannel.conflist"},
            "__pod_network_configured": {
                "files": [{"path": "/etc/cni/net.d/10-calico.conflist"}, {"path": "/etc/kubernetes/05.conf"}]
            },
        },
        {},
        "{{ __pod_network_others }}",
        ["10-calico.conflist"],
    ),
    # A second network is refused, unless a switch takes the first one away.
    *(
        (
            "pod_network",
            {"__pod_network_others": others, **given},
            {},
            is_true(SECOND["ansible.builtin.assert"]["that"]),
            fine,
        )
        for others, given, fine in (
            ([], {}, True),
            (["10-calico.conflist"], {}, False),
            (["10-calico.conflist"], {"pod_network_replaces": False}, False),
            (["10-calico.conflist"], {"pod_network_replaces": "true"}, True),
        )
    ),
    # Traces: what the module found, without the directory that all plugins share, and the routes that ip lists.
    *(
        (
            "pod_network",
            {
                **LEFT["vars"],
                "__pod_network_left": {"removed": removed},
                "__pod_network_left_routes": {"results": [{"stdout": one} for one in outputs]},
            },
            {},
            "{{ __pod_network_remains }}",
            found,
        )
        for removed, outputs, found in (
            (["file /var/lib/cni"], ["", "[]", "[{},{}]"], []),
            (["link cni0"], ['[{},{"dst":"10.22.1.0/24"}]', '[{"dst":"10.22.2.0/24"}]'], TRACES),
        )
    ),
    ("pod_network", {**LEFT["vars"], "__pod_network_left": {"removed": []}}, {}, "{{ __pod_network_remains }}", []),
    # The links of the network that is there now are no traces.
    *(
        (
            "pod_network",
            {"pod_network_definition": {"links": "(flannel[.]1|cni0)$"}, **given, "links": LOOKED["links"]},
            {},
            "{{ ['cni0', 'flannel.1', 'cni01'] | select('match', links) }}",
            found,
        )
        for given, found in (
            ({}, ["cni0", "flannel.1"]),
            ({"pod_network_kept_link": ""}, ["cni0", "flannel.1"]),
            ({"pod_network_kept_link": "cni0"}, ["flannel.1"]),
        )
    ),
    *(
        ("switch_network", {"switch_network_to": network, **given}, {}, "{{ __switch_network_bridge }}", bridge)
        for network, given, bridge in (
            ("basic_cni", {}, "cni0"),
            ("basic_cni", {"basic_cni_bridge": "br0"}, "br0"),
            ("flannel", {"basic_cni_bridge": "br0"}, "cni0"),
            ("calico", {}, ""),
        )
    ),
    # Calico shows itself by its DaemonSet, also where Flannel carries the packets.
    *(
        (
            role,
            {f"__{role}_daemon_sets": [{"metadata": {"name": name}} for name in ("kube-proxy", *network)]},
            {},
            expression,
            implementation,
        )
        for role, expression in (
            ("connectivity", "{{ __connectivity_implementation }}"),
            ("network_policies", "{{ __network_policies_chosen_implementation }}"),
        )
        for network, implementation in (
            ((), "strict"),
            (("kube-flannel-ds",), "strict"),
            (("calico-node",), "calico"),
            (("canal",), "calico"),
        )
    ),
    # A switch that was killed goes on with its own beginning.
    *(
        (
            "switch_network",
            {"__switch_network_plan": {"started": started}, "__switch_network_now": 20.5},
            {},
            "{{ __switch_network_began | int }}",
            began,
        )
        for started, began in ((None, 20), (0.0, 20), (10.0, 10))
    ),
    *(
        (
            "sample_app",
            {"ansible_failed_result": {"msg": "One failed", "results": results}},
            {},
            "{{ __sample_app_unreached }}",
            said,
        )
        for results, said in (
            # curl says why; `timeout` ends kubectl without a word.
            (
                [
                    {"failed": True, "stderr": "curl: (28)"},
                    {"stderr": "x"},
                    {"failed": True, "stderr": "", "msg": "rc 124"},
                ],
                "The web servers do not reach each other: curl: (28); rc 124",
            ),
            ([], ""),
        )
    ),
    # Two workers and a control plane; one worker; a worker that is down; a control plane alone, whose web server waits.
    *(
        (
            "sample_app",
            {"__sample_app_cluster": {"nodes": [{"spec": spec} for spec in nodes]}},
            {"sample_app_replicas": replicas},
            "{{ __sample_app_wanted | int }}",
            wanted,
        )
        for nodes, replicas, wanted in (
            ([CONTROL_PLANE, {}, {"taints": []}], 2, 2),
            ([CONTROL_PLANE, {}], 2, 1),
            ([CONTROL_PLANE, {}, {"taints": [DOWN]}], 2, 2),
            ([CONTROL_PLANE, {}, {"taints": [RATHER_NOT]}], 2, 2),
            ([CONTROL_PLANE], 2, 1),
            ([{}, {}, {}], 2, 2),
            ([{}, {}, {}], 4, 3),
        )
    ),
    *(
        (
            "basic_cni",
            {
                "checks": checks,
                "__basic_cni_source": {"changed": changed},
                "__basic_cni_watched": {"stat": {"exists": exists}},
            },
            {},
            expression,
            expected,
        )
        for checks, changed, exists, hands in (
            (False, True, True, True),
            (True, False, True, True),
            (True, True, True, False),
            (True, False, False, False),
        )
        for expression, expected in ((HAND, hands), (SAY, not hands))
    ),
    *(
        (
            "network_policies",
            {**PROBED["vars"], "network_policies_ports": ports, "network_policies_services": services},
            {},
            is_true(PROBED["ansible.builtin.assert"]["that"]),
            expected,
        )
        for ports, services, expected in (
            ([{"port": 80, "protocol": "SCTP"}], [], False),
            ([{"port": 80, "protocol": "SCTP"}], ["shop/web"], True),
            ([{"port": 80}], [], True),
            ([{"port": 80, "protocol": "SCTP"}, {"protocol": "ICMP"}], [], True),
        )
    ),
    *(
        (
            "upgrade",
            {"__upgrade_steps": {"drain": drain, "end": end, "control_plane": plane}},
            {},
            is_true(STATIC_PODS["when"]),
            waits,
        )
        for drain, end, plane, waits in (
            (True, "uncordon", True, True),
            (False, "unmark", True, True),
            (False, "", True, False),
            (True, "uncordon", False, False),
        )
    ),
    # A killed run had restarted the kubelet, so the node is waited for, and not drained again.
    *(
        (
            "upgrade",
            {
                "__upgrade_batch": ["a", "b", "c"],
                "__upgrade_plan": {
                    "nodes": {
                        "a": {"name": "a", "drain": True, "end": "uncordon"},
                        "b": {"name": "b", "drain": False, "end": "uncordon"},
                        "c": {"name": "c", "drain": False, "end": ""},
                    }
                },
            },
            {},
            f"{{{{ {name} }}}}",
            expected,
        )
        for name, expected in (("__upgrade_draining", ["a"]), ("__upgrade_waiting", ["a", "b"]))
    ),
    # The last one, because the fact stays.
    (
        "basic_cni",
        {**GATEWAYS["vars"], "pod_network_left_out": {"a": ["10.0.0.2"], "localhost": ["10.0.2.15"]}},
        {"podnet_node_address": NIC},
        GATEWAYS["ansible.builtin.set_fact"]["__basic_cni_gateways"],
        {"a": ["10.0.0.2"], "localhost": [NIC["address"]]},
    ),
]


@pytest.fixture(scope="module")
def rendered(tmp_path_factory):
    """Render all expressions in one play, and return the values by number, and the output for those that fail."""
    folder = tmp_path_factory.mktemp("expressions")
    steps: list[dict[str, Any]] = []
    for number, (role, given, facts, expression, _value) in enumerate(CASES):
        if facts:
            steps.append({"ansible.builtin.set_fact": facts})
        known = {**variables(role), **given, "value": expression}
        steps.append(
            {
                "ansible.builtin.set_fact": {f"case_{number}": {"value": "{{ value }}"}},
                "vars": known,
                "ignore_errors": True,
            }
        )
    names = [f"case_{number}" for number in range(len(CASES))]
    write = {"content": "{{ q('vars', *names, default={}) | to_json }}", "dest": str(folder / "values.json")}
    steps.append({"ansible.builtin.copy": write, "vars": {"names": names}})
    play = {
        "hosts": "localhost",
        "gather_facts": False,
        "vars": {"ansible_python_interpreter": sys.executable},
        "tasks": steps,
    }
    (folder / "play.json").write_text(json.dumps([play]))
    done = subprocess.run(
        [Path(sys.executable).with_name("ansible-playbook"), "-i", "localhost,", "-c", "local", folder / "play.json"],
        env={**os.environ, "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg")},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads((folder / "values.json").read_text()), done.stdout


@pytest.mark.parametrize("number", range(len(CASES)))
def test_an_expression(rendered, number):
    values, output = rendered
    role, given, _facts, expression, value = CASES[number]
    assert values[number] != {}, f"{role}: {expression} with {given}\n{output}"
    assert values[number]["value"] == value
