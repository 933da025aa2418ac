# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The kind of each variable, beside the type and the choices in the argument specifications. No I/O, no Ansible.

Sources: kubeadm's ValidateKubernetesVersion reads v1beta4 since Kubernetes 1.31. IFNAMSIZ of Linux leaves 15 characters
for the name of a NIC. An IPv4 packet has at most 65535 bytes, and every host takes 576 (RFC 791).
"""

from __future__ import annotations

import re
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.flannel import interface_arguments
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.settings import PORTS, RANGES
from ansible_collections.podnet.kubernetes.plugins.module_utils._settings import kinds
from ansible_collections.podnet.kubernetes.plugins.module_utils._settings.kinds import Check, number

_DAY = 86400  # seconds


def _flannel_interface(value: Any) -> str | None:
    fault = kinds.line(value)
    if fault:
        return fault
    try:
        interface_arguments(value)
    except InputError as error:
        # This sentence names the variable and the value too.
        subject = re.compile(rf"flannel_interface ({re.escape(value)}|{re.escape(repr(value))}) ")
        return f"it {subject.sub('', str(error), count=1)}"
    return None


def _address_detection(value: str) -> str | None:
    """Check a method of calico-node. It has commas between several networks and between several expressions."""
    method, _equals, rest = value.partition("=")
    parts = {"cidr": kinds.network, "interface": kinds.expression, "skip-interface": kinds.expression}
    return _detection(value) or (kinds.each(parts[method])(rest.split(",")) if method in parts else None)


_detection = kinds.text(
    r"first-found|kubernetes-internal-ip|(can-reach|interface|skip-interface|cidr)=\S+",
    "kubernetes-internal-ip, first-found, can-reach=ADDRESS, interface=EXPRESSION, skip-interface=EXPRESSION or "
    "cidr=NETWORK, such as cidr=10.100.198.0/24",
    500,
)
_mtu = number(576, 65535, "bytes")
_wait = number(0, _DAY, "seconds")
_seconds = number(*RANGES["seconds"], "seconds")
_port = number(*PORTS)
_positive = number(1, 1000)
_preflight = kinds.each(kinds.preflight_check)
_timeouts = kinds.pairs(kinds.anything, kinds.duration)
# What the role writes itself, from other variables.
_cluster_field = kinds.text(
    "(?!(apiVersion|kind|kubernetesVersion|controlPlaneEndpoint|networking)$).*",
    "another field of kubeadm's ClusterConfiguration; podnet_kubernetes_version, podnet_api_endpoint, "
    "podnet_pod_network and podnet_service_network set the version, the endpoint and the networks",
)
_version = kinds.text(
    r"1[.](3[1-9]|[4-9][0-9])[.][0-9]{1,3}",
    "all three numbers of a version from 1.31.0 (the first whose kubeadm reads v1beta4), such as 1.36.3",
)
_prefix_lengths = kinds.pairs(
    kinds.text("ipv4|ipv6", "ipv4 or ipv6"),
    kinds.either("a number of bits, at most 30 for ipv4 and 126 for ipv6", number(1, 126)),
)
_pin = kinds.either(
    "a subnet, such as 10.22.1.0/24, or a list of them",
    lambda value: kinds.network(value) if isinstance(value, str) else "no text",
    lambda value: kinds.each(kinds.network)(value) if isinstance(value, (list, tuple)) else "no list",
)
_scalar = kinds.either(
    "a text of one line or a number", lambda value: "" if isinstance(value, (dict, list)) else kinds.line(value)
)
_node_names = kinds.either(
    "names of nodes, a list or a text with commas between",
    lambda value: kinds.line(value) if isinstance(value, str) and value else "no text",
    lambda value: kinds.each(kinds.domain)(value) if isinstance(value, (list, tuple)) else "no list",
)
_env_text = kinds.either("a text, in quotes", lambda value: kinds.line(value) if isinstance(value, str) else "no text")

# Variables that several roles take as the defaults of theirs, with their types.
SHARED: dict[str, tuple[dict[str, Any], Check]] = {
    "podnet_pod_network": ({"type": "str"}, kinds.networks),
    "podnet_service_network": ({"type": "str"}, kinds.networks),
    "podnet_node_prefix": ({"type": "str"}, kinds.prefixes),
    "podnet_proxy_mode": ({"type": "str", "choices": ["iptables", "nftables"]}, kinds.anything),
    "podnet_node_network": ({"type": "str"}, kinds.networks),
    "podnet_node_interface": ({"type": "str"}, kinds.expression),
    "podnet_kubernetes_version": ({"type": "str"}, _version),
    "podnet_output_dir": ({"type": "path"}, kinds.path),
    "podnet_api_endpoint": ({"type": "str"}, kinds.endpoint),
    "podnet_api_vip": ({"type": "str"}, kinds.address),
    "podnet_api_through": ({"type": "str", "choices": ["controller", "control_plane"]}, kinds.anything),
    "podnet_diagnose": ({"type": "bool"}, kinds.anything),
    "podnet_remove_nodes": ({"type": "raw"}, _node_names),
    "podnet_reset_confirmed": ({"type": "bool"}, kinds.anything),
    "podnet_policies": ({"type": "str", "choices": ["none", "calico"]}, kinds.anything),
    # Of the playbook switch_network.yml.
    "podnet_network": ({"type": "str", "choices": ["basic_cni", "flannel", "calico"]}, kinds.anything),
    "podnet_switch_confirmed": ({"type": "bool"}, kinds.anything),
    "podnet_upgrade_serial": ({"type": "int"}, _positive),
    "podnet_group": ({"type": "str"}, kinds.line),
    # Of the playbook policies.yml.
    "network_policies_lint": ({"type": "bool"}, kinds.anything),
    "network_policies_show": ({"type": "bool"}, kinds.anything),
    "podnet_control_plane_group": ({"type": "str"}, kinds.group),
    "podnet_node_group": ({"type": "str"}, kinds.group),
}

# The variables of all roles.
ROLE_VARIABLES: dict[str, Check] = {
    "api_vip_address": kinds.address,
    "api_vip_port": _port,
    "basic_cni_allocation_file": kinds.path,
    "basic_cni_bridge": kinds.nic_name,
    "basic_cni_kubeconfig": kinds.path,
    "basic_cni_mtu": _mtu,
    "basic_cni_pins": kinds.pairs(kinds.domain, _pin),
    "basic_cni_pod_network": kinds.networks,
    "basic_cni_prefix_lengths": _prefix_lengths,
    "basic_cni_release": kinds.each(kinds.domain),
    "basic_cni_reserved": kinds.each(kinds.network),
    "basic_cni_wait_timeout": _wait,
    "calico_address_detection": _address_detection,
    "calico_image_registry": kinds.registry,
    "calico_kubeconfig": kinds.path,
    "calico_manifest_checksums": kinds.pairs(
        kinds.text(r"calico(-vxlan)?[.]yaml", "calico.yaml or calico-vxlan.yaml"), kinds.checksum
    ),
    "calico_manifests_url": kinds.url,
    "calico_max_unavailable": _positive,
    "calico_mtu": _mtu,
    "calico_node_environment": kinds.pairs(kinds.environment_name, _env_text),
    "calico_pod_network": kinds.networks,
    "calico_policies_image_registry": kinds.registry,
    "calico_policies_kubeconfig": kinds.path,
    "calico_policies_manifest_checksum": kinds.checksum,
    "calico_policies_manifest_url": kinds.url,
    "calico_policies_max_unavailable": _positive,
    "calico_policies_node_environment": kinds.pairs(kinds.environment_name, _env_text),
    "calico_policies_wait_timeout": _wait,
    "calico_wait_timeout": _wait,
    "certificates_output_dir": kinds.path,
    "certificates_renew_before": number(0, 3650, "days"),
    "certificates_timeout": _wait,
    "cluster_access_kubeconfig": kinds.path,
    "cluster_access_output_dir": kinds.path,
    "cluster_access_places": kinds.each(kinds.absolute_path),
    "common_cni_bin_dir": kinds.absolute_path,
    "common_kernel_modules": kinds.each(kinds.kernel_module),
    "common_kubernetes_repository": kinds.url,
    "common_kubernetes_repository_key": kinds.url,
    "common_kubernetes_repository_key_checksum": kinds.checksum,
    "common_kubernetes_version": _version,
    "common_node_interface": kinds.expression,
    "common_node_network": kinds.networks,
    "common_registry_mirrors": kinds.pairs(kinds.host, kinds.url),
    "common_sandbox_image": kinds.image,
    "common_sysctls": kinds.pairs(kinds.kernel_parameter, _scalar),
    "connectivity_attempts": number(*RANGES["attempts"]),
    "connectivity_cluster_domain": kinds.domain,
    "connectivity_compare_with": kinds.line,
    "connectivity_connection_rate": number(*RANGES["connection_rate"]),
    "connectivity_dns_service": kinds.service,
    "connectivity_exclude_nodes": kinds.each(kinds.line),
    "connectivity_expectations": kinds.anything,
    "connectivity_interval": number(*RANGES["interval"], "seconds"),
    "connectivity_keep_reports": number(0, 1000),
    "connectivity_kubeconfig": kinds.path,
    "connectivity_name": kinds.report_name,
    "connectivity_namespace": kinds.label,
    "connectivity_outside_addresses": kinds.each(kinds.address),
    "connectivity_outside_port": _port,
    "connectivity_overhead": number(*RANGES["overhead"], "bytes"),
    "connectivity_own_pods": number(0, 100),
    "connectivity_packet_rate": number(*RANGES["packet_rate"]),
    "connectivity_pod_image": kinds.image,
    "connectivity_pod_selectors": kinds.anything,
    "connectivity_ports": kinds.each(_port),
    "connectivity_report_dir": kinds.path,
    "connectivity_responder_timeout": _seconds,
    "connectivity_sample_label": kinds.label_key,
    "connectivity_sample_seed": kinds.line,
    "connectivity_sample_size": _positive,
    "connectivity_scope": kinds.anything,
    "connectivity_services": kinds.each(kinds.service),
    "connectivity_timeout": number(*RANGES["timeout"], "seconds"),
    "connectivity_trails": number(0, 256),
    "connectivity_transfer": number(*RANGES["transfer"], "bytes"),
    "connectivity_wait_timeout": _wait,
    "diagnose_allocation_file": kinds.path,
    "diagnose_failure": kinds.anything,
    "diagnose_from": kinds.path,
    "diagnose_kubeconfig": kinds.path,
    "diagnose_name": kinds.report_name,
    "diagnose_node_network": kinds.networks,
    "diagnose_only": kinds.each(kinds.line),
    "diagnose_report": kinds.path,
    "diagnose_report_dir": kinds.path,
    "diagnose_timeout": number(1, 60, "seconds"),
    "flannel_image_registry": kinds.registry,
    "flannel_interface": _flannel_interface,
    "flannel_kubeconfig": kinds.path,
    "flannel_manifest_checksum": kinds.checksum,
    "flannel_manifest_url": kinds.url,
    "flannel_max_unavailable": _positive,
    "flannel_mtu": _mtu,
    "flannel_pod_network": kinds.networks,
    "flannel_wait_timeout": _wait,
    "kubeadm_control_plane_cgroup_driver": kinds.text("systemd|cgroupfs", "systemd or cgroupfs"),
    "kubeadm_control_plane_cluster_configuration": kinds.pairs(_cluster_field, kinds.anything),
    "kubeadm_control_plane_endpoint": kinds.endpoint,
    "kubeadm_control_plane_ignore_preflight_errors": _preflight,
    "kubeadm_control_plane_join_timeout": _wait,
    "kubeadm_control_plane_kube_proxy_configuration": kinds.anything,
    "kubeadm_control_plane_kubelet_configuration": kinds.anything,
    "kubeadm_control_plane_kubernetes_version": _version,
    "kubeadm_control_plane_kube_proxy_mode": kinds.anything,
    "kubeadm_control_plane_node_prefix": kinds.prefixes,
    "kubeadm_control_plane_output_dir": kinds.path,
    "kubeadm_control_plane_pod_network": kinds.networks,
    "kubeadm_control_plane_service_network": kinds.networks,
    "kubeadm_control_plane_timeouts": _timeouts,
    "kubeadm_node_control_plane": kinds.line,
    "kubeadm_node_ignore_preflight_errors": _preflight,
    "kubeadm_node_timeouts": _timeouts,
    "kubeadm_node_token_ttl": kinds.duration,
    "network_policies_connection_rate": number(*RANGES["connection_rate"]),
    "network_policies_definitions": kinds.anything,
    "network_policies_files": kinds.each(kinds.path),
    "network_policies_kubeconfig": kinds.path,
    "network_policies_name": kinds.report_name,
    "network_policies_namespaces": kinds.each(kinds.label),
    "network_policies_packet_rate": number(*RANGES["packet_rate"]),
    "network_policies_ports": kinds.anything,
    "network_policies_report_dir": kinds.path,
    "network_policies_responder_timeout": _seconds,
    "network_policies_services": kinds.each(kinds.service),
    "network_policies_steps": kinds.anything,
    "network_policies_timeout": number(*RANGES["converge_timeout"], "seconds"),
    "network_policies_wait_timeout": _wait,
    "remove_node_allocation_file": kinds.path,
    "remove_node_drain_timeout": _wait,
    "remove_node_drained": kinds.domain,
    "remove_node_kubeconfig": kinds.path,
    "remove_node_names": _node_names,
    "remove_node_pod_network": kinds.networks,
    "reset_kubeconfig": kinds.path,
    "reset_timeout": _wait,
    "sample_app_api_arguments": kinds.anything,
    "sample_app_api_image": kinds.image,
    "sample_app_api_replicas": number(0, 1000),
    "sample_app_client_arguments": kinds.anything,
    "sample_app_client_image": kinds.image,
    "sample_app_db_arguments": kinds.anything,
    "sample_app_db_image": kinds.image,
    "sample_app_image": kinds.image,
    "sample_app_kubeconfig": kinds.path,
    "sample_app_name": kinds.service_name,
    "sample_app_namespace": kinds.label,
    "sample_app_replicas": number(1, 1000),
    "sample_app_tiers_namespace": kinds.label,
    "sample_app_wait_timeout": _wait,
    "switch_network_kubeconfig": kinds.path,
    "switch_network_wait_timeout": _wait,
    "upgrade_drain_timeout": _wait,
    "upgrade_ignore_preflight_errors": _preflight,
    "upgrade_kubeconfig": kinds.path,
    "upgrade_serial": _positive,
    "upgrade_version": _version,
    "upgrade_wait_timeout": _wait,
}

# What the whole cluster has. Most tasks read these of one host, so a value of some hosts alone would have half an
# effect. flannel_interface may differ, and variables of the kubeadm roles may be those of the control planes alone.
OF_THE_CLUSTER = (
    "podnet_pod_network",
    "podnet_service_network",
    "podnet_node_prefix",
    "podnet_proxy_mode",
    "podnet_policies",
    "calico_address_detection",
    "calico_encapsulation",
    "calico_mtu",
    "calico_pod_network",
    "flannel_backend",
    "flannel_mtu",
    "flannel_pod_network",
)

# Types of texts that roles take in place of lists.
LENIENT = {"network_policies_files"}

# Facts that the role common sets, perhaps to null. A second playbook in one run finds them, and may not use them.
FACTS = {"podnet_node_address", "podnet_node_address_ipv6", "podnet_node_addresses"}

__all__ = ["FACTS", "LENIENT", "OF_THE_CLUSTER", "ROLE_VARIABLES", "SHARED"]
