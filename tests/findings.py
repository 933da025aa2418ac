"""Write docs/findings.md: what the diagnosis knows, from the causes themselves.

`make findings` writes the page. tests/package/test_findings.py compares the page with the causes.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = Path("docs/findings.md")
_NAMESPACES = "tests/integration/test_diagnosis.py"
_PATHS = "tests/integration/test_diagnosis_paths.py"
_FLANNEL = "molecule/flannel/tests/test_findings.py"
_MANY = "molecule/flannel/tests/test_faults.py"
_NIC = "molecule/flannel/tests/test_wrong_interface.py"
_MISSING = "molecule/flannel/tests/test_missing_nodes.py"
_CALICO = "molecule/calico/tests/test_calico.py"
_BIRD = "molecule/calico_bird/tests/test_calico_bird.py"
_BASIC_CNI = "molecule/basic_cni/tests/test_basic_cni.py"
_FAULTS = "test_each_fault_is_named_and_gone_after_its_remedy"
_ALONE = (_MANY, "test_one_fault_alone_is_named_first_and_gone_after_its_remedy")  # of make test-more
_TOGETHER = [(_MANY, "test_many_faults_at_once_are_named_and_gone_after_their_remedies"), _ALONE]
# The tests that make a fault for real, in network namespaces or on the lab. Each finding has a test on data besides.
PROOFS = {
    "allocation_file": [(_BASIC_CNI, "test_the_diagnosis_names_an_allocation_file_of_another_cluster")],
    "api_server_on_nat": [_ALONE],
    "bridge_address": [(_NAMESPACES, "test_the_bridge_has_an_address_of_another_subnet")],
    "certificates": _TOGETHER,
    "cgroup_driver": _TOGETHER,
    "checksum_offload": [(_PATHS, "test_a_nic_computes_no_checksums_inside_vxlan")],
    "disk_full": [_ALONE],
    "duplicate_identity": [(_PATHS, "test_two_machines_have_one_mac_on_one_network"), *_TOGETHER],
    "forward_drop": [(_NAMESPACES, "test_rules_of_iptables"), (_NAMESPACES, "test_chains_of_nftables")],
    "forwarding_off": [(_NAMESPACES, "test_the_kernel_does_not_forward_and_the_file_is_named")],
    "image_pull": [(_FLANNEL, _FAULTS)],
    "kubelet_address": [_ALONE],
    "masquerade": [(_NAMESPACES, "test_rules_of_iptables")],
    "missing_plugin": [
        (_NAMESPACES, "test_a_plugin_is_missing"),
        (_NAMESPACES, "test_containerd_looks_for_plugins_elsewhere"),
    ],
    "mtu": [(_PATHS, "test_the_overlay_leaves_no_room_for_its_header")],
    "network_on_another_nic": _TOGETHER,
    "no_default_route": [(_NAMESPACES, "test_changes_of_links_and_routes")],
    "node_missing": [(_MISSING, "test_a_host_without_ssh_is_missing_although_its_node_is_ready")],
    "node_not_ready": _TOGETHER,
    "overlapping_networks": [
        (_PATHS, "test_the_link_of_another_program_is_inside_the_pod_network"),
        *_TOGETHER,
    ],
    "pod_cidr": _TOGETHER,
    "pod_routes": [
        (_NAMESPACES, "test_a_route_refuses_the_pods_of_the_other_node"),
        (_PATHS, "test_a_route_over_the_overlay_is_missing"),
        (_BIRD, "test_the_diagnosis_names_the_missing_route"),
    ],
    "policy_blocks": [(_CALICO, "test_the_diagnosis_names_a_policy_that_forgets_the_dns")],
    "pool_exhausted": [(_NAMESPACES, "test_no_address_is_left")],
    "port_closed": [
        (_PATHS, "test_a_port_is_closed"),
        (_PATHS, "test_a_chain_of_nftables_closes_a_port"),
        (_FLANNEL, _FAULTS),
    ],
    "reverse_path": [(_PATHS, "test_strict_rp_filter_refuses_packets_with_another_way_back")],
    "runtime_down": _TOGETHER,
    "services_missing": _TOGETHER,
    "shared_address": [(_NIC, "test_the_diagnosis_names_the_shared_address_first"), _ALONE],
    "stale_links": [(_NAMESPACES, "test_changes_of_links_and_routes")],
    "swap": [_ALONE],
    "system_pods": [_ALONE],
    "two_cni_configurations": [(_NAMESPACES, "test_a_second_configuration_of_cni"), *_TOGETHER],
    "unenforced_policies": _TOGETHER,
    "vtep_mac": _TOGETHER,
    "webhook_down": [(_FLANNEL, _FAULTS)],
}
# Why there is no such test for a finding, or for a part of it.
ON_DATA = {
    "clocks": "The lab's nodes are containers, and containers have the clock of their machine.",
    "duplicate_identity": "One product_uuid is proved on data only: containers have the one of their machine.",
    "overlapping_networks": "A pod network that overlaps the service network is proved on data only: the roles refuse "
    "to make such a cluster.",
    "pod_cidr": "A pod network that is too small is proved on data only.",
}
_BEGIN = "<!-- `make findings` writes the lines below. -->\n"


def proved(id: str) -> str:
    """Name the tests that make the fault for real."""
    places = "; ".join(f"`{test}` in {file}" for file, test in PROOFS.get(id, ()))
    data = "a test breaks one thing in the data of a healthy cluster"
    return f"{places or data}.{f' {ON_DATA[id]}' if id in ON_DATA else ''}"


def section(cause: object) -> list[str]:
    """Describe a cause."""
    return [
        f"## {cause.id}",
        f"**{cause.title}.** {cause.severity.capitalize()}.",
        "",
        cause.cause,
        "",
        f"- Evidence: {cause.evidence}",
        f"- Remedy: {cause.remedy}",
        f"- Harmless: {cause.harmless}",
        f"- Proved: {proved(cause.id)}",
        "",
    ]


def with_findings(page: str) -> str:
    """Put the findings of today under the mark of the page."""
    from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.registry import causes

    before, mark, _old = page.partition(_BEGIN)
    if not mark:
        raise ValueError(f"{PAGE} lacks the line {_BEGIN.strip()}")
    lines = ["| Finding | Severity | Fault |", "|---|---|---|"]
    lines += [f"| [`{one.id}`](#{one.id}) | {one.severity} | {one.title} |" for one in causes()]
    lines.append("")
    for cause in causes():
        lines += section(cause)
    return f"{before}{_BEGIN}\n" + "\n".join(lines).rstrip() + "\n"


def main() -> None:
    """Write the page."""
    sys.path.insert(0, str(ROOT / ".collections"))
    page = ROOT / PAGE
    page.write_text(with_findings(page.read_text()))


if __name__ == "__main__":
    main()
