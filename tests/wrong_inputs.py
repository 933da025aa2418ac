"""Wrong variables and inventories that users may write, and the sentence that answers before a node is connected to.

tests/unit/plugins/action/test_check_settings.py reads all rows in one process. `make bad-input` plays each row with
ansible-playbook.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

HOSTS = ("master", "node1", "node2")
EVERYWHERE = "on master, node1 and node2"
CANARY = "/tmp/podnet-wrong-input"
SHELL = [f"$(touch {CANARY})", f"`touch {CANARY}`", f"x; touch {CANARY}", f"x\ntouch {CANARY}"]

NETWORK = "it is not a network in CIDR form, such as 10.244.0.0/16 or fd00:10:244::/56"
TEXT = "give a text, in quotes where it looks like something else"
ONE_LINE = "give a path of one line"
VERSION = "give all three numbers of a version from 1.31.0 (the first whose kubeadm reads v1beta4), such as 1.36.3"
MTU = "give a number from 576 to 65535 bytes"
WAIT = "give a number from 0 to 86400 seconds"
LABEL = "give at most 63 lower-case letters, digits and hyphens (RFC 1123)"
SERVICE_NAME = "give at most 63 lower-case letters, digits and hyphens, a letter first (RFC 1035)"
IMAGE = "give the name of an image, such as docker.io/library/nginx:1.26"
REGISTRY = "give a registry, with a path if need be and without https://, such as mirror.example.org:5000/k8s"
URL = "give a URL, such as https://mirror.example.org/k8s"
SUM = "give algorithm and hash, sha256: and 64 hexadecimal digits"
REPORT = "give letters, digits, dots, hyphens and underscores, a letter or digit first"
NAMESPACED = "give NAMESPACE/NAME, such as default/kubernetes"
WHOLE = "give a whole number"
ENDPOINT = "give an address or a name, with a port if need be, such as api.example.org:6443 or [fd00::1]:6443"
NODE_NAMES = "give names of nodes, a list or a text with commas between"
SOME = "give a value, or leave the variable out"
NIC = "give the name of a NIC, at most 15 letters, digits, _, . and -, a letter first"
PREFIX = "give a prefix length from 1 to 30, such as 25, or one of IPv4 and one of IPv6, such as 25,72"
BLOCKS = "Calico's blocks of IPv4 addresses have a prefix length from 20 to 30: give one of these"
PREFLIGHT = "give names of kubeadm's preflight checks, such as Swap"


@dataclass(frozen=True)
class Row:
    """One wrong input.

    Attributes:
        sentence: the whole sentence that answers
        variables: of all hosts
        of_hosts: of single hosts
        hosts: the names of the hosts, the control plane first
        playbook: the playbook that finds the mistake
        extra: variables of the command line
    """

    sentence: str
    variables: dict[str, Any] = field(default_factory=dict)
    of_hosts: dict[str, dict[str, Any]] = field(default_factory=dict)
    hosts: tuple[str, ...] = HOSTS
    playbook: str = "flannel"
    extra: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        shown = str(self.variables or self.of_hosts or self.extra or self.hosts)
        return f"{self.playbook} {shown}"[:80]


PLAYBOOKS = {
    "basic_cni": "basic_cni",
    "calico_policies": "flannel",
    "calico": "calico",
    "certificates": "certificates",
    "diagnose": "diagnose",
    "network_policies": "policies",
    "remove_node": "remove_node",
    "reset": "reset",
    "switch_network": "switch_network",
    "upgrade": "upgrade",
}


def simple(variable: str, value: Any, right: str, shown: str | None = None, part: str = "") -> Row:
    """A variable with the same wrong value on all hosts."""
    shown = str(value) if shown is None else shown
    role = next((role for role in PLAYBOOKS if variable.startswith(role)), "")
    playbook = "calico" if variable.startswith(TIERS) else PLAYBOOKS.get(role, "flannel")
    return Row(f"{variable}{part} is {shown} {EVERYWHERE}: {right}.", {variable: value}, playbook=playbook)


TIERS = ("sample_app_api", "sample_app_db", "sample_app_client", "sample_app_tiers")


def whole(sentence: str, playbook: str = "flannel", **variables: Any) -> Row:
    """Variables that do not fit each other, or a part of one that is wrong."""
    return Row(f"{sentence}.", variables, playbook=playbook)


TWO_FAMILIES = "192.168.0.0/16,fd10:192::/56"


def dual_calico(detection: str, right: str) -> Row:
    """A way to find addresses that finds none of one family."""
    return whole(
        f"calico_address_detection is {detection} {EVERYWHERE}: podnet_pod_network {TWO_FAMILIES} has two families: "
        f"{right}",
        "calico",
        calico_address_detection=detection,
        podnet_pod_network=TWO_FAMILIES,
        podnet_service_network="10.96.0.0/16,fd10:96::/112",
    )


def dual_mtu(role: str, mtu: Any, least: int, **variables: Any) -> Row:
    """An MTU with which the pods of two families would have no IPv6."""
    return whole(
        f"{role}_mtu is {mtu} {EVERYWHERE}: podnet_pod_network {TWO_FAMILIES} has two families, and no link with IPv6 "
        f"has an MTU below 1280: give at least {least}, or leave it out",
        role,
        podnet_pod_network=TWO_FAMILIES,
        podnet_service_network="10.96.0.0/16,fd10:96::/112",
        **{f"{role}_mtu": mtu},
        **variables,
    )


SIMPLE = [
    # The networks.
    simple("podnet_pod_network", 10, NETWORK),
    simple("podnet_pod_network", "10.244.0.0", NETWORK),
    simple("podnet_pod_network", "10.244.0.0/33", NETWORK),
    simple("podnet_pod_network", "10.244.0.0/255.255.0.0", NETWORK),
    simple("podnet_pod_network", "10.256.0.0/16", NETWORK),
    simple("podnet_pod_network", "010.244.0.0/16", NETWORK),
    simple("podnet_pod_network", "", NETWORK, "''"),
    simple("podnet_pod_network", "großes netz", NETWORK, "'großes netz'"),
    simple("podnet_pod_network", "10.244.0.1/16", "it has host bits set: the network is 10.244.0.0/16"),
    simple("podnet_pod_network", None, SOME, "null"),
    simple("podnet_pod_network", True, TEXT),
    simple("podnet_pod_network", ["10.244.0.0/16"], TEXT, "['10.244.0.0/16']"),
    simple("podnet_pod_network", {"ipv4": "10.244.0.0/16"}, TEXT, "{'ipv4': '10.244.0.0/16'}"),
    simple("podnet_pod_network", "fd00::1/56", "it has host bits set: the network is fd00::/56"),
    simple("podnet_pod_network", "fd00::%eth0/64", NETWORK),
    simple(
        "podnet_pod_network",
        "10.244.0.0/16,10.245.0.0/16",
        "give one network, or an IPv4 and an IPv6 network with a comma between",
    ),
    simple("podnet_pod_network", "10.244.0.0/16,", f"'' is wrong: {NETWORK}"),
    *(simple("podnet_pod_network", text, NETWORK, repr(text)) for text in SHELL),
    simple("podnet_pod_network", "1" * 5000, NETWORK, f"{'1' * 70}… (5000 characters)"),
    simple("podnet_service_network", "10.96.0.0/x", NETWORK),
    simple("podnet_service_network", None, SOME, "null"),
    simple("podnet_node_network", "10.100.198.200/24", "it has host bits set: the network is 10.100.198.0/24"),
    simple("podnet_node_network", "enp0s8", NETWORK),
    simple("common_node_network", "10.100.198", NETWORK),
    simple("kubeadm_control_plane_pod_network", "10.244.0.0/1x", NETWORK),
    simple("kubeadm_control_plane_service_network", "10.96/16", NETWORK),
    simple("flannel_pod_network", "10.244.0.0/", NETWORK),
    simple("calico_pod_network", "192.168.0.0", NETWORK),
    simple("basic_cni_pod_network", "10.22.1.1/16", "it has host bits set: the network is 10.22.0.0/16"),
    # The nodes.
    simple(
        "podnet_node_interface",
        "enp0s[8",
        "it is no regular expression (unterminated character set at position 5): give the name of a NIC, such as "
        "enp0s8",
    ),
    simple(
        "common_node_interface",
        "a\nb",
        "give the name of a NIC, such as enp0s8, or a regular expression for its whole name",
        r"'a\nb'",
    ),
    simple("podnet_kubernetes_version", 1.36, VERSION),
    simple("podnet_kubernetes_version", "v1.36.3", VERSION),
    simple("podnet_kubernetes_version", "1.20.0", VERSION),
    simple("podnet_kubernetes_version", "latest", VERSION),
    simple("podnet_kubernetes_version", f"1.36.3; touch {CANARY}", VERSION, f"'1.36.3; touch {CANARY}'"),
    simple("common_kubernetes_version", "1.36", VERSION),
    simple("kubeadm_control_plane_kubernetes_version", "2.0.0", VERSION),
    simple("common_dual_stack", "perhaps", "give true or false"),
    simple("common_kubernetes_repository", "pkgs.k8s.io", URL),
    simple(
        "common_kubernetes_repository",
        "https://pkgs.k8s.io/\nTrusted: yes",
        URL,
        r"'https://pkgs.k8s.io/\nTrusted: yes'",
    ),
    simple("common_kubernetes_repository_key", "/root/key.asc", URL),
    simple("common_kubernetes_repository_key_checksum", "sha256:12", SUM),
    simple(
        "common_kernel_modules",
        ["overlay", "x; reboot"],
        "'x; reboot' is wrong: give the name of a kernel module, such as br_netfilter",
        "['overlay', 'x; reboot']",
    ),
    simple("common_kernel_modules", "overlay", "give a list"),
    simple(
        "common_sysctls",
        {"net.ipv4.ip_forward": "1\nkernel.panic=1"},
        r"net.ipv4.ip_forward has '1\nkernel.panic=1': give a text of one line or a number",
        r"{'net.ipv4.ip_forward': '1\nkernel.panic=1'}",
    ),
    simple("common_swap", "maybe", "choose from off, keep"),
    simple("common_swap", False, TEXT),
    simple("common_cgroup_driver", "cgroups", "choose from systemd, cgroupfs"),
    simple("common_sandbox_image", "pause image", IMAGE, "'pause image'"),
    simple("common_cni_bin_dir", "opt/cni/bin", "give an absolute path, such as /opt/cni/bin"),
    simple("common_restrict_oom_score_adj", "never", "give true or false"),
    simple("common_remove_leftovers", "maybe", "give true or false"),
    simple("common_service_route", "maybe", "give true or false"),
    simple("common_hardening", "strict", "give true or false"),
    simple(
        "common_registry_mirrors",
        {"../../etc": "https://mirror.example.org"},
        "the key ../../etc is wrong: give a registry, such as registry.k8s.io or registry.example.org:5000",
        "{'../../etc': 'https://mirror.example.org'}",
    ),
    simple(
        "common_registry_mirrors",
        {"docker.io": "mirror"},
        f"docker.io has mirror: {URL}",
        "{'docker.io': 'mirror'}",
    ),
    simple("common_remove_leftovers", "all", "give true or false"),
    simple("common_service_route", "some", "give true or false"),
    simple("connectivity_from_controller", "maybe", "give true or false"),
    simple("connectivity_node_port", 30080, "give true or false"),
    # kubeadm.
    simple("kubeadm_control_plane_allocate_node_cidrs", "some", "give true or false"),
    simple("kubeadm_control_plane_cgroup_driver", "none", "choose from systemd, cgroupfs"),
    simple("kubeadm_control_plane_ignore_preflight_errors", "Swap", "give a list"),
    simple(
        "kubeadm_control_plane_ignore_preflight_errors",
        ["Swap --dry-run"],
        f"'Swap --dry-run' is wrong: {PREFLIGHT}",
        "['Swap --dry-run']",
    ),
    simple("kubeadm_node_ignore_preflight_errors", ["a b"], f"'a b' is wrong: {PREFLIGHT}", "['a b']"),
    simple("kubeadm_control_plane_cluster_configuration", "scheduler", "give a dict"),
    simple(
        "kubeadm_control_plane_cluster_configuration",
        {"networking": {}},
        "the key networking is wrong: give another field of kubeadm's ClusterConfiguration; podnet_kubernetes_version, "
        "podnet_api_endpoint, podnet_pod_network and podnet_service_network set the version, the endpoint and the "
        "networks",
        "{'networking': {}}",
    ),
    simple("kubeadm_control_plane_kubelet_configuration", ["failSwapOn"], "give a dict", "['failSwapOn']"),
    simple("kubeadm_control_plane_kube_proxy_configuration", "mode", "give a dict"),
    simple("kubeadm_control_plane_output_dir", "a\nb", ONE_LINE, r"'a\nb'"),
    simple(
        "kubeadm_control_plane_timeouts",
        {"kubeletHealthCheck": "10 m"},
        "kubeletHealthCheck has '10 m': give a duration in Go's notation, such as 10m or 1h30m",
        "{'kubeletHealthCheck': '10 m'}",
    ),
    whole(
        f"kubeadm_node_timeouts has the key tlsBotstrap {EVERYWHERE}: choose from controlPlaneComponentHealthCheck, "
        "kubeletHealthCheck, kubernetesAPICall, etcdAPICall, tlsBootstrap, discovery, upgradeManifests",
        kubeadm_node_timeouts={"tlsBotstrap": "10m"},
    ),
    simple(
        "kubeadm_node_token_ttl", "10 minutes", "give a duration in Go's notation, such as 10m or 1h30m", "'10 minutes'"
    ),
    whole(
        "kubeadm_node_control_plane is mastre: give a host of the inventory, such as master, node2, node1",
        kubeadm_node_control_plane="mastre",
    ),
    simple("podnet_api_endpoint", "https://api.example.org", ENDPOINT),
    simple("podnet_api_endpoint", "fd00::1", ENDPOINT),
    simple("podnet_api_vip", "10.100.198.300", "give an address, such as 203.0.113.1"),
    simple("kubeadm_control_plane_endpoint", "api.example.org:x", ENDPOINT),
    simple("kubeadm_control_plane_join_timeout", -1, WAIT),
    simple("api_vip_address", "api.example.org", "give an address, such as 203.0.113.1"),
    simple("api_vip_port", 0, "give a number from 1 to 65535"),
    simple("podnet_output_dir", 5, "give a path"),
    simple("podnet_api_through", "jump_host", "choose from controller, control_plane"),
    simple("podnet_diagnose", "maybe", "give true or false"),
    simple("podnet_group", ["workers"], TEXT, "['workers']"),
    simple("cluster_access_through", "node1", "choose from controller, control_plane"),
    simple("cluster_access_kubeconfig", "a\nb", ONE_LINE, r"'a\nb'"),
    simple("cluster_access_output_dir", 5, "give a path"),
    simple(
        "cluster_access_places",
        ["admin.conf"],
        "admin.conf is wrong: give an absolute path, such as /opt/cni/bin",
        "['admin.conf']",
    ),
    # The networks' roles.
    simple("flannel_backend", "vlxan", "choose from vxlan, host-gw"),
    simple("flannel_mtu", -1, MTU),
    simple("flannel_mtu", 100000, MTU),
    simple("flannel_mtu", "abc", WHOLE),
    simple("flannel_mtu", 1450.5, WHOLE),
    simple("flannel_mtu", True, WHOLE),
    simple(
        "flannel_interface",
        "10.100.198",
        "it is not an IPv4 address: give a whole address, a network in CIDR form such as 10.100.198.0/24, or a regular "
        "expression such as ^10[.]100[.]198[.]",
    ),
    simple("flannel_check_public_address", 2, "give true or false"),
    simple("flannel_image_registry", "https://mirror.example.org", REGISTRY),
    simple("flannel_kubeconfig", None, SOME, "null"),
    simple("flannel_manifest_checksum", "944a3c1f", SUM),
    simple("flannel_manifest_url", "kube-flannel.yml", URL),
    simple("flannel_max_unavailable", "25%", WHOLE),
    simple("flannel_remove_bare_pods", [], "give true or false", "[]"),
    simple("flannel_wait_timeout", -5, WAIT),
    simple(
        "calico_address_detection",
        "interfaces=eth0",
        "give kubernetes-internal-ip, first-found, can-reach=ADDRESS, "
        "interface=EXPRESSION, skip-interface=EXPRESSION or cidr=NETWORK, such as cidr=10.100.198.0/24",
    ),
    simple("calico_address_detection", "cidr=10.100.198/24", f"10.100.198/24 is wrong: {NETWORK}"),
    simple("calico_address_detection", "cidr=10.100.198.0/24,", f"'' is wrong: {NETWORK}"),
    simple(
        "calico_address_detection",
        "interface=enp0s[8",
        "enp0s[8 is wrong: it is no regular expression (unterminated character set at position 5): give the name of a "
        "NIC, such as enp0s8",
    ),
    dual_calico("cidr=10.100.198.0/24", "give a network of each, such as cidr=10.100.198.0/24,fd00:100:198::/64"),
    dual_calico("can-reach=fd00::1", "an address is of one: give a name, or another method"),
    dual_mtu("calico", 1279, 1280),
    dual_mtu("flannel", 1329, 1330),
    dual_mtu("flannel", "1279", 1280, flannel_backend="host-gw"),
    dual_mtu("basic_cni", 1000, 1280),
    simple("calico_check_addresses", "what", "give true or false"),
    simple("calico_encapsulation", "vxlan-cross-subnet", "choose from vxlan, vxlan_cross_subnet, ipip, none"),
    simple("calico_image_registry", "quay.io/Calico", REGISTRY),
    simple("calico_kubeconfig", "\x07", ONE_LINE, r"'\x07'"),
    simple(
        "calico_manifest_checksums",
        {"calico.yml": "sha256:" + "0" * 64},
        "the key calico.yml is wrong: give calico.yaml or calico-vxlan.yaml",
        f"{{'calico.yml': 'sha256:{'0' * 64}'}}",
    ),
    simple("calico_manifests_url", "ssh://github.com", URL),
    simple("calico_max_unavailable", 0, "give a number from 1 to 1000"),
    simple("calico_mtu", 68, MTU),
    simple(
        "calico_node_environment",
        {"FELIX_X": True},
        "FELIX_X has True: give a text, in quotes",
        "{'FELIX_X': True}",
    ),
    simple("podnet_proxy_mode", "ipvs", "choose from iptables, nftables"),
    simple("kubeadm_control_plane_kube_proxy_mode", "userspace", "choose from iptables, nftables"),
    simple("podnet_node_prefix", "/25", PREFIX),
    simple("podnet_node_prefix", 31, PREFIX),
    simple("podnet_node_prefix", "25,", PREFIX),
    simple("kubeadm_control_plane_node_prefix", "25,64,64", PREFIX),
    whole(
        "podnet_node_prefix sets the prefix length 26: a node's subnet then has addresses for 61 pods, and the kubelet "
        "takes 110 (maxPods): give a prefix length of 25 or less, or set maxPods in "
        "kubeadm_control_plane_kubelet_configuration to 61 or less",
        podnet_node_prefix=26,
    ),
    whole(
        f"podnet_node_prefix is 19 {EVERYWHERE}: {BLOCKS}",
        "calico",
        podnet_node_prefix=19,
        # The controller manager takes this one.
        kubeadm_control_plane_node_prefix=24,
    ),
    whole(
        f"podnet_node_prefix is 19 {EVERYWHERE}: {BLOCKS}",
        "switch_network",
        podnet_node_prefix=19,
        podnet_network="calico",
    ),
    simple("podnet_node_prefix", "025", PREFIX),
    whole(
        "basic_cni_prefix_lengths sets the prefix length 27: a node's subnet then has addresses for 29 pods, and the "
        "kubelet takes 110 (maxPods): give a prefix length of 25 or less, or set maxPods in "
        "kubeadm_control_plane_kubelet_configuration to 29 or less",
        "basic_cni",
        basic_cni_prefix_lengths={"ipv4": 27},
    ),
    whole(
        "podnet_node_prefix is 25, and the pod network 10.22.0.0/16,fd00:22::/48 (podnet_pod_network) has two "
        "families: give two prefix lengths with a comma between, such as 25,64",
        "basic_cni",
        podnet_node_prefix=25,
        podnet_pod_network="10.22.0.0/16,fd00:22::/48",
        podnet_service_network="10.96.0.0/16,fd00:96::/112",
    ),
    simple("podnet_policies", "cilium", "choose from none, calico"),
    whole(
        f"podnet_policies is calico {EVERYWHERE}: Calico takes its policies to Flannel only: leave podnet_policies "
        "out, or take Flannel or Calico",
        "basic_cni",
        podnet_policies="calico",
    ),
    whole(
        f"podnet_policies is calico {EVERYWHERE}: Calico enforces policies itself on its own network: leave "
        "podnet_policies out",
        "calico",
        podnet_policies="calico",
    ),
    whole(
        f"podnet_policies is calico {EVERYWHERE}: Calico's policies on Flannel know IPv4 only, and podnet_pod_network "
        "10.244.0.0/16,fd10:244::/56 has two families: give one IPv4 network, or install Calico alone by calico.yml",
        podnet_policies="calico",
        podnet_pod_network="10.244.0.0/16,fd10:244::/56",
        podnet_service_network="10.96.0.0/16,fd10:96::/112",
    ),
    whole(
        f"podnet_policies is calico {EVERYWHERE}: Calico's policies on Flannel know IPv4 only, and "
        "kubeadm_control_plane_pod_network 10.244.0.0/16,fd10:244::/56 has two families: give one IPv4 network, or "
        "install Calico alone by calico.yml",
        podnet_policies="calico",
        kubeadm_control_plane_pod_network="10.244.0.0/16,fd10:244::/56",
        kubeadm_control_plane_service_network="10.96.0.0/16,fd10:96::/112",
        flannel_pod_network="10.244.0.0/16,fd10:244::/56",
    ),
    whole(
        f"podnet_policies is calico {EVERYWHERE}: Calico enforces policies itself on its own network: leave "
        "podnet_policies out",
        "switch_network",
        podnet_network="calico",
        podnet_policies="calico",
    ),
    whole(
        f"podnet_policies is calico {EVERYWHERE}: Calico takes its policies to Flannel only: leave podnet_policies "
        "out, or take Flannel or Calico",
        "switch_network",
        podnet_network="flannel",
        switch_network_to="basic_cni",
        podnet_policies="calico",
    ),
    simple("calico_policies_image_registry", "https://quay.io", REGISTRY),
    simple("calico_policies_kubeconfig", None, SOME, "null"),
    simple("calico_policies_manifest_checksum", "6b8fc10c", SUM),
    simple("calico_policies_manifest_url", "canal.yaml", URL),
    simple("calico_policies_max_unavailable", 0, "give a number from 1 to 1000"),
    simple("calico_policies_node_environment", ["A=b"], "give a dict", "['A=b']"),
    simple("calico_policies_remove_bare_pods", "2", "give true or false"),
    simple("calico_policies_wait_timeout", -5, WAIT),
    simple("calico_remove_bare_pods", "2", "give true or false"),
    simple("calico_wait_timeout", "3m", WHOLE),
    simple("basic_cni_allocation_file", "", ONE_LINE, "''"),
    simple("basic_cni_bridge", "a-very-long-bridge", NIC),
    simple("basic_cni_bridge", "br0; reboot", NIC, "'br0; reboot'"),
    simple("basic_cni_kubeconfig", [], "give a path", "[]"),
    simple("basic_cni_mtu", "jumbo", WHOLE),
    simple(
        "basic_cni_pins",
        {"node1": "10.22.1.1"},
        "node1 has 10.22.1.1: give a subnet, such as 10.22.1.0/24, or a list of them",
        "{'node1': '10.22.1.1'}",
    ),
    simple(
        "basic_cni_prefix_lengths",
        {"ipv5": 24},
        "the key ipv5 is wrong: give ipv4 or ipv6",
        "{'ipv5': 24}",
    ),
    simple(
        "basic_cni_release",
        ["Node3"],
        "Node3 is wrong: give a domain in lower case, such as cluster.local",
        "['Node3']",
    ),
    simple("basic_cni_remove_bare_pods", "x", "give true or false"),
    simple("basic_cni_reserved", ["10.22.0.0"], f"10.22.0.0 is wrong: {NETWORK}", "['10.22.0.0']"),
    simple("basic_cni_wait_timeout", "", WHOLE, "''"),
    # The proof.
    simple("connectivity_attempts", 0, "give a number from 1 to 100"),
    simple("connectivity_checks", ["icmp", "icpm"], "choose from icmp, tcp, udp, mtu, dns", "icpm", "[1]"),
    simple("connectivity_checks", "icmp", "give a list"),
    simple("connectivity_cluster_domain", "Cluster.Local", "give a domain in lower case, such as cluster.local"),
    simple("connectivity_compare_with", "a\nb", "give a text of one line", "'a\\nb'"),
    simple("connectivity_connection_rate", -1, "give a number from 0 to 10000000"),
    simple("connectivity_detail", "none", "choose from auto, full, failures"),
    simple("connectivity_dns_service", "kube-dns", NAMESPACED),
    simple(
        "connectivity_expectations",
        [{"outcome": "blokced"}],
        "choose from reachable, blocked",
        "blokced",
        "[0].outcome",
    ),
    simple("connectivity_exclude_nodes", {}, "give a list", "{}"),
    simple("connectivity_fail_on", "never", "choose from any, worse"),
    simple("connectivity_families", ["ipv5"], "choose from ipv4, ipv6, any", "ipv5", "[0]"),
    simple("connectivity_interval", -0.1, "give a number from 0 to 60 seconds"),
    simple("connectivity_keep_reports", -1, "give a number from 0 to 1000"),
    simple("connectivity_kubeconfig", {}, "give a path", "{}"),
    simple("connectivity_name", "../../etc/cron.d/x", REPORT),
    simple("connectivity_namespace", "Pod_Net", LABEL),
    simple("connectivity_namespace", "n" * 64, LABEL),
    simple("connectivity_only_running", "sometimes", "give true or false"),
    simple(
        "connectivity_outside_addresses",
        ["example.org"],
        "example.org is wrong: give an address, such as 203.0.113.1",
        "['example.org']",
    ),
    simple("connectivity_outside_port", 65536, "give a number from 1 to 65535"),
    simple("connectivity_overhead", -50, "give a number from 0 to 1000 bytes"),
    simple("connectivity_own_pods", -1, "give a number from 0 to 100"),
    simple("connectivity_packet_rate", "fast", WHOLE),
    simple("connectivity_pod_image", "$(id)", IMAGE),
    simple("connectivity_pod_selectors", "default", "give a list"),
    simple("connectivity_pod_to_node_source", "other", "choose from any, own"),
    simple("connectivity_ports", [80, 0], "0 is wrong: give a number from 1 to 65535", "[80, 0]"),
    simple("connectivity_report_dir", False, "give a path"),
    simple("connectivity_responder_timeout", 1e9, WHOLE, "1000000000.0"),
    simple("connectivity_sample_label", "zone-", "give the key of a label, such as topology.kubernetes.io/zone"),
    simple("connectivity_sample_seed", "a\nb", "give a text of one line", "'a\\nb'"),
    simple("connectivity_sample_size", 0, "give a number from 1 to 1000"),
    simple("connectivity_scope", "nodes", "choose from full, node_pairs, sample"),
    simple("connectivity_services", ["kubernetes"], f"kubernetes is wrong: {NAMESPACED}", "['kubernetes']"),
    simple("connectivity_timeout", "inf", "give a number"),
    simple("connectivity_trails", -1, "give a number from 0 to 256"),
    simple("connectivity_transfer", 2**40, "give a number from 0 to 1048576 bytes"),
    simple("connectivity_wait_timeout", "soon", WHOLE),
    # The diagnosis.
    simple("diagnose_allocation_file", {}, "give a path", "{}"),
    simple("diagnose_bundle", 2, "give true or false"),
    simple("diagnose_fail", "sometimes", "give true or false"),
    # A bundle needs no nodes, so the controller alone is asked.
    Row(
        "diagnose_from is ['bundle.tar.gz'] on localhost: give a path.",
        {"diagnose_from": ["bundle.tar.gz"]},
        hosts=("localhost",),
        playbook="diagnose",
    ),
    simple("diagnose_enabled", "maybe", "give true or false"),
    simple("diagnose_failure", ["late"], TEXT, "['late']"),
    simple("diagnose_kubeconfig", {}, "give a path", "{}"),
    simple("diagnose_name", "../x", REPORT),
    simple("diagnose_node_network", "enp0s8", NETWORK),
    simple("diagnose_only", "pod_routes", "give a list"),
    simple("diagnose_redact", "names", "give true or false"),
    simple("diagnose_report", 3, "give a path"),
    simple("diagnose_report_dir", False, "give a path"),
    simple("diagnose_timeout", 0, "give a number from 1 to 60 seconds"),
    simple("network_policies_connection_rate", -1, "give a number from 0 to 10000000"),
    simple("network_policies_definitions", {"kind": "NetworkPolicy"}, "give a list", "{'kind': 'NetworkPolicy'}"),
    simple("network_policies_detail", "none", "choose from auto, full, failures"),
    simple("network_policies_files", ["a\nb"], rf"'a\nb' is wrong: {ONE_LINE}", r"['a\nb']"),
    simple("network_policies_implementation", "cilium", "choose from detect, calico, strict"),
    simple("network_policies_kubeconfig", "", ONE_LINE, "''"),
    simple("network_policies_name", "a/b", REPORT),
    simple("network_policies_namespaces", ["a b"], f"'a b' is wrong: {LABEL}", "['a b']"),
    simple("network_policies_packet_rate", "fast", WHOLE),
    simple("network_policies_ports", [{"protocol": "tcp"}], "choose from TCP, UDP, SCTP, ICMP", "tcp", "[0].protocol"),
    simple("network_policies_replay", "again", "give true or false"),
    simple("network_policies_report_dir", "", ONE_LINE, "''"),
    simple("network_policies_responder_timeout", 86401, WAIT),
    simple("network_policies_services", ["web"], f"web is wrong: {NAMESPACED}", "['web']"),
    simple("network_policies_steps", [{"name": "one", "policies": "all"}], "give a list", "all", "[0].policies"),
    simple("network_policies_timeout", 3601, "give a number from 0 to 3600 seconds"),
    simple("network_policies_wait_timeout", -1, WAIT),
    simple("certificates_output_dir", 5, "give a path"),
    simple("certificates_renew_before", -1, "give a number from 0 to 3650 days"),
    simple("certificates_timeout", -1, WAIT),
    whole(
        f"podnet_remove_nodes is {{'a': 1}} {EVERYWHERE}: {NODE_NAMES}",
        playbook="remove_node",
        podnet_remove_nodes={"a": 1},
    ),
    whole(
        f"podnet_reset_confirmed is perhaps {EVERYWHERE}: give true or false", "reset", podnet_reset_confirmed="perhaps"
    ),
    whole(
        f"podnet_network is calicoo {EVERYWHERE}: choose from basic_cni, flannel, calico",
        "switch_network",
        podnet_network="calicoo",
    ),
    whole(
        f"podnet_switch_confirmed is perhaps {EVERYWHERE}: give true or false",
        "switch_network",
        podnet_switch_confirmed="perhaps",
    ),
    simple("switch_network_bare_pods", "some", "give true or false"),
    simple("switch_network_confirmed", "perhaps", "give true or false"),
    simple("switch_network_empty_dirs", "some", "give true or false"),
    simple("switch_network_kubeconfig", {}, "give a path", "{}"),
    simple("switch_network_to", "canal", "choose from basic_cni, flannel, calico"),
    simple("switch_network_wait_timeout", -1, WAIT),
    simple("remove_node_allocation_file", 5, "give a path"),
    simple("remove_node_bare_pods", "some", "give true or false"),
    simple("remove_node_drain_timeout", -1, WAIT),
    simple("remove_node_empty_dirs", "some", "give true or false"),
    simple("remove_node_kubeconfig", {}, "give a path", "{}"),
    simple("remove_node_names", 3, NODE_NAMES),
    simple("remove_node_pod_network", "all", NETWORK),
    simple("remove_node_release_subnets", "some", "give true or false"),
    simple("reset_confirmed", "perhaps", "give true or false"),
    simple("reset_kubeconfig", "", ONE_LINE, "''"),
    simple("reset_timeout", 86401, WAIT),
    whole(f"podnet_upgrade_serial is 0 {EVERYWHERE}: give a number from 1 to 1000", "upgrade", podnet_upgrade_serial=0),
    simple("upgrade_bare_pods", "some", "give true or false"),
    simple("upgrade_drain_timeout", -1, WAIT),
    simple("upgrade_empty_dirs", "some", "give true or false"),
    simple("upgrade_ignore_preflight_errors", "Swap", "give a list"),
    simple("upgrade_kubeconfig", {}, "give a path", "{}"),
    simple("upgrade_serial", "all", WHOLE),
    simple("upgrade_version", "1.36", VERSION),
    simple("upgrade_wait_timeout", -1, WAIT),
    simple("remove_node_drained", "a b", "give a domain in lower case, such as cluster.local", "'a b'"),
    simple("remove_node_only_asks", "some", "give true or false"),
    simple("remove_node_purpose", "reset", "choose from removed, upgraded"),
    simple("sample_app_api_arguments", "netexec", "give a list"),
    simple("sample_app_api_image", "a b", IMAGE, "'a b'"),
    simple("sample_app_api_replicas", -3, "give a number from 0 to 1000"),
    simple("sample_app_client_arguments", None, "give a list, [] for none, or leave the variable out", "null"),
    simple("sample_app_client_image", "", IMAGE, "''"),
    simple("sample_app_db_arguments", "netexec", "give a list"),
    simple("sample_app_db_image", "`id`", IMAGE),
    simple("sample_app_image", ["nginx"], TEXT, "['nginx']"),
    simple("sample_app_kubeconfig", 3, "give a path"),
    simple("sample_app_name", "2web", SERVICE_NAME),
    simple("sample_app_namespace", "-", LABEL),
    simple("sample_app_replicas", 0, "give a number from 1 to 1000"),
    simple("sample_app_tiers_namespace", "go_demo", LABEL),
    simple("sample_app_wait_timeout", None, SOME, "null"),
    # Of the playbook policies.yml alone.
    simple("network_policies_lint", "ture", "give true or false"),
    simple("network_policies_show", "maybe", "give true or false"),
    # Facts of the roles.
    simple("podnet_node_address", "10.100.198.200", "give a dict"),
    simple("podnet_node_address_ipv6", "fd00::1", "give a dict"),
    simple("podnet_node_addresses", "10.100.198.200", "give a list"),
]

POD = "pod network {} (podnet_pod_network)"
SERVICE = "service network {} (podnet_service_network)"
SHARED_NAMES = "podnet_pod_network, podnet_node_network, podnet_network, podnet_service_network, podnet_proxy_mode"


def pods(network: str, rest: str, playbook: str = "flannel") -> Row:
    return whole(f"pod network {network} (podnet_pod_network) {rest}", playbook, podnet_pod_network=network)


def services(network: str, rest: str) -> Row:
    return whole(f"service network {network} (podnet_service_network) {rest}", podnet_service_network=network)


THREE = "the inventory has 3 nodes"
NETWORKS = [
    # A node gets a /24. Three nodes need the two bits of a /22.
    pods("10.244.0.0/30", f"has no subnets of /24, one for each node, and {THREE}: give a prefix length of 22 or less"),
    pods("10.244.0.0/24", f"has 1 subnet of /24, one for each node, and {THREE}: give a prefix length of 22 or less"),
    pods(
        "10.244.0.0/23",
        f"has 2 subnets of /24, one for each node, and {THREE}: give a prefix length of 22 or less, or set "
        "podnet_node_prefix to 25",
    ),
    pods(
        "10.244.0.0/24",
        f"has 1 subnet of /24, one for each node, and {THREE}: give a prefix length of 22 or less",
        "calico",
    ),
    pods("127.0.0.0/16", "has loopback addresses: choose another podnet_pod_network"),
    pods("224.0.0.0/16", "has multicast addresses: choose another podnet_pod_network"),
    pods("169.254.0.0/16", "has link-local addresses: choose another podnet_pod_network"),
    pods("0.0.0.0/8", "has addresses that mean no host: choose another podnet_pod_network"),
    pods(
        "32.0.0.0/7",
        "is too large for kubeadm, which allows 16 bits for the numbers of nodes: give a prefix length from 8 to 22",
    ),
    pods(
        "fd00:10:244::/48", "does not fit: give one IPv4 network, or an IPv4 and an IPv6 network with a comma between"
    ),
    whole(
        "pod network 10.96.128.0/20 (podnet_pod_network) overlaps the service network 10.96.0.0/16 "
        "(podnet_service_network): choose another podnet_pod_network or podnet_service_network",
        podnet_pod_network="10.96.128.0/20",
    ),
    whole(
        "pod network 10.100.0.0/16 (podnet_pod_network) overlaps the node network 10.100.198.0/24 "
        "(podnet_node_network): choose another podnet_pod_network or podnet_node_network",
        podnet_pod_network="10.100.0.0/16",
        podnet_node_network="10.100.198.0/24",
    ),
    # kubeadm: at least 10 addresses, at most 20 bits.
    services("10.96.0.0/32", "has too few addresses for kubeadm (1): give a prefix length from 12 to 28"),
    services("10.96.0.0/29", "has too few addresses for kubeadm (8): give a prefix length from 12 to 28"),
    services("11.0.0.0/8", "is too large for kubeadm: give a prefix length from 12 to 28"),
    services("239.0.0.0/16", "has multicast addresses: choose another podnet_service_network"),
    whole(
        "pod network 10.22.0.0/16,fd10:22::/56 (podnet_pod_network) and service network 10.96.0.0/16 "
        "(podnet_service_network) have different address families: give both the same, IPv4 first",
        "basic_cni",
        podnet_pod_network="10.22.0.0/16,fd10:22::/56",
    ),
    whole(
        "flannel_pod_network is 10.9.0.0/16, and the pod network of the cluster is 10.244.0.0/16: set "
        "podnet_pod_network, which both take",
        flannel_pod_network="10.9.0.0/16",
    ),
    whole(
        "10.23.1.0/24 of node1 (pins) is outside 10.22.0.0/16 (networks): choose a pin inside (podnet_pod_network sets "
        "networks, basic_cni_pins sets pins)",
        "basic_cni",
        basic_cni_pins={"node1": "10.23.1.0/24"},
    ),
    whole(
        "podnet_pod_netwrk is set on master, node1 and node2: no role reads it; choose from " + SHARED_NAMES,
        podnet_pod_netwrk="10.244.0.0/16",
    ),
    whole(
        f"connectivity_pod_selectors[0] has the key namepsace {EVERYWHERE}: choose from namespace, match_labels.\n"
        f"connectivity_pod_selectors[0] has no namespace {EVERYWHERE}: give namespace",
        connectivity_pod_selectors=[{"namepsace": "default"}],
    ),
    whole(
        f"connectivity_fail_on is worse and connectivity_compare_with is not set {EVERYWHERE}: give previous, or the "
        "path of a report.json",
        connectivity_fail_on="worse",
    ),
    whole(
        f"connectivity_compare_with is previous and connectivity_keep_reports is 0 {EVERYWHERE}: set "
        "connectivity_keep_reports to at least 1",
        connectivity_compare_with="previous",
        connectivity_keep_reports="0",
    ),
]

NAME = "cannot be the name of a node, which has lower-case letters, digits, hyphens and dots (RFC 1123)"


def host(name: str, problem: str, proposal: str) -> Row:
    remedy = f"name it like {proposal} there, and give its address as ansible_host"
    return Row(f"The host {name} of the inventory {problem}: {remedy}.", hosts=("master", "node1", name))


INVENTORIES = [
    host("Node2", NAME, "node2"),
    host("node2.example.org.", NAME, "node2.example.org"),
    host("node_2", NAME, "node-2"),
    host("n" * 64, "has 64 characters, and a node's name has at most 63", "n" * 63),
    host("fd00::2", NAME, "fd00-2"),
    Row(
        "flannel_backend is not set on master and node2, and is host-gw on node1: the cluster has one value, so give "
        "all hosts the same.",
        of_hosts={"node1": {"flannel_backend": "host-gw"}},
    ),
    Row("flannel_mtu is abc on node1: give a whole number.", of_hosts={"node1": {"flannel_mtu": "abc"}}),
    Row(
        "podnet_kubernetes_version is 1 on master and node2: " + VERSION + ".",
        of_hosts={name: {"podnet_kubernetes_version": 1} for name in ("master", "node2")},
    ),
]

GROUPS = (
    "The inventory needs a host in the group {}, and has {}; and a group {}. Other names are given with "
    "-e podnet_control_plane_group=… and -e podnet_node_group=…."
)
# Rows that only a playbook shows. Ansible itself refuses to read the first variable.
PLAYED = [
    whole(f"flannel_mtu cannot be read {EVERYWHERE}: 'nothing' is undefined", flannel_mtu="{{ nothing }}"),
    Row(GROUPS.format("master", 0, "nodes"), extra={"podnet_control_plane_group": "master"}),
    Row(GROUPS.format("control_plane", 1, "nodes:x"), extra={"podnet_node_group": "nodes:x"}),
]

ROWS = [*SIMPLE, *NETWORKS, *INVENTORIES]
