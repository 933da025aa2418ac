#!/usr/bin/python
# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module node_survey: what would break a cluster on a machine."""

from __future__ import annotations

DOCUMENTATION = r"""
module: node_survey
short_description: Read a machine, and find what would break a cluster on it
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Reads a machine before it becomes a node, and names what would break the cluster now or after the next boot. Changes
    nothing.
  - On a machine without the credentials of a kubelet it looks for what the pod network of an earlier cluster left.
    These are links such as cni0, flannel.1 and vxlan.calico, and files in C(/etc/cni/net.d) and C(/var/lib/cni). The
    networks of podman, nerdctl and CRI-O are no leftovers.
  - It finds the file in C(sysctl.d) that sets a parameter last, and units that turn swap on at boot.
  - It finds resolvers on the loopback link, to which CoreDNS cannot forward, and a missing route to the Services.
  - In the same round trip it picks the address of the node, and reads which system and packages the machine has, and
    which pod networks it is configured for. A task for each would cost a round trip to every machine.
  - It warns of C(nftables.service) and C(netfilter-persistent.service), which remove the rules of kube-proxy.
extends_documentation_fragment:
  - podnet.kubernetes.attributes.read_only
  - podnet.kubernetes.attributes
options:
  name:
    description: The name of the node, for warnings.
    type: str
    required: true
  families:
    description:
      - The address families in which to pick the node's address, as M(podnet.kubernetes.node_address) does.
      - The address of the second family is on the NIC of the first one. Without families the module picks none.
    type: list
    elements: str
    choices: [ipv4, ipv6]
    default: []
  interface:
    description: The NIC of the address, as the option O(podnet.kubernetes.node_address#module:interface).
    type: str
  networks:
    description: Networks that hold the addresses, at most one of each family.
    type: list
    elements: str
    default: []
  kubernetes_version:
    description:
      - The version of Kubernetes that the node gets.
      - With it the module names a system, a name or packages of the machine that keep it from being a node.
    type: str
  upgrades:
    description: Whether a node of a cluster may have another version than O(kubernetes_version), as before an upgrade.
    type: bool
    default: false
  systems:
    description:
      - With O(kubernetes_version), the supported systems, each with the major version of its containerd.
    type: dict
    default: {}
  packages:
    description: The names of packages to look for.
    type: list
    elements: str
    default: []
  node_ip:
    description:
      - The addresses that the kubelet has to announce. By default these are the picked ones.
      - Without either the module compares none.
    type: list
    elements: str
    default: []
  service_networks:
    description: The networks of Services, in CIDR form. The node needs a route to each of them.
    type: list
    elements: str
    default: []
  sysctls:
    description:
      - The kernel parameters that the node needs, and their values.
      - C(/etc/sysctl.d/60-kubernetes.conf) sets them at boot. It may not exist yet.
    type: dict
    default: {}
  swap_off:
    description: Whether swap must stay off at boot.
    type: bool
    default: true
  hardening:
    description:
      - Whether the cluster is to be hardened, as C(common_hardening) says.
      - The kubelet then starts only where O(sysctls) has its values.
    type: bool
    default: false
  resolv_conf:
    description:
      - The path of the file from which pods will get their resolvers.
      - Without it the module takes the file that kubeadm chooses. The configuration of a running kubelet goes first.
    type: str
    default: ""
seealso:
  - module: podnet.kubernetes.node_address
  - plugin: podnet.kubernetes.missing_packages
    plugin_type: filter
  - plugin: podnet.kubernetes.survey_faults
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Survey the machine
  podnet.kubernetes.node_survey:
    name: "{{ inventory_hostname }}"
    sysctls: {net.ipv4.ip_forward: 1}
    service_networks: [10.96.0.0/16]
  register: survey
"""

RETURN = r"""
no_address:
  description: Whether the module failed because O(interface) and O(networks) lead to no address, or to several.
  returned: failure
  type: bool
distribution:
  description: The first word of the distribution's name, from C(/etc/os-release).
  returned: success
  type: str
  sample: Debian
distribution_version:
  description: Its version.
  returned: success
  type: str
  sample: "13"
packages:
  description:
    - Those of O(packages) that are installed, each with its versions and whether apt holds it, as
      M(ansible.builtin.package_facts) returns them.
    - On a machine without dpkg there are none.
  returned: success
  type: dict
  sample: {kubelet: [{version: 1.36.3-1.1, held: true}]}
node_addresses:
  description: The picked address of each of O(families), as RV(podnet.kubernetes.node_address#module:node_address).
  returned: success
  type: list
  elements: dict
candidates:
  description: All addresses of O(families), as RV(podnet.kubernetes.node_address#module:candidates).
  returned: success
  type: list
  elements: dict
configurations:
  description: The paths of the configurations in C(/etc/cni/net.d), and of the kubelet's credentials.
  returned: success
  type: list
  elements: str
  sample: [/etc/cni/net.d/10-flannel.conflist, /etc/kubernetes/kubelet.conf]
faults:
  description: Sentences that say what would break the cluster, without the node's name.
  returned: success
  type: list
  elements: str
  sample:
    - /etc/resolv.conf has no resolver, and CoreDNS does not start without one
leftovers:
  description: What the pod network of an earlier cluster left.
  returned: success
  type: dict
  contains:
    fault:
      description: A sentence that names all of it. V(null) without any.
      type: str
      sample: an earlier cluster left cni0, /var/lib/cni/networks/cbr0
    links:
      description: The names of links.
      type: list
      elements: str
      sample: [cni0]
    paths:
      description: The paths of files and directories.
      type: list
      elements: str
      sample: [/var/lib/cni/networks/cbr0]
ca_pins:
  description: The pins of the CA in each file that holds one (RFC 7469).
  returned: success
  type: dict
  sample: {/etc/kubernetes/pki/ca.crt: ["sha256:7c2e69131a36ae2a042a339b33381c6d0d43887e2de83720eff5359e26aec866"]}
hardening:
  description: The option O(hardening).
  returned: success
  type: bool
  sample: false
hardened:
  description: Whether the API server of this machine was made with it. V(null) on a machine without an API server.
  returned: success
  type: bool
  sample: null
swap_on:
  description: Whether the machine swaps now.
  returned: success
  type: bool
  sample: false
swap_in_fstab:
  description: Whether a line of C(/etc/fstab) turns swap on at boot.
  returned: success
  type: bool
  sample: false
mask_swap:
  description: Whether swap.target has to be masked, because a unit that is not of C(/etc/fstab) turns swap on at boot.
  returned: success
  type: bool
  sample: false
"""

from dataclasses import asdict
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import (
    ClusterError,
    InputError,
    PodnetError,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._kubeadm import node as kubeadm_node
from ansible_collections.podnet.kubernetes.plugins.module_utils._kubeadm.hardening import (
    find_kernel_faults,
    is_hardened,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._kubeadm.membership import explain_moved_control_plane
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.boot_units import (
    BootUnits,
    find_filter_warnings,
    find_swap_faults,
    has_swap,
    needs_mask,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.leftovers import Leftovers, find_leftovers
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.machine_files import (
    System,
    choose_resolv_conf,
    read_boot_units,
    read_configurations,
    read_network_files,
    read_sysctl_files,
    read_system,
    read_text,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.machines import FutureNode, find_unfit
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.node_address import (
    Candidate,
    choose_address,
    parse_interfaces,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.programs import read_addresses
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.resolvers import (
    find_resolver_fault,
    nameservers,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.service_routes import (
    find_route_faults,
    read_routes,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.sysctl_files import SysctlFile, find_overridden

ARGUMENTS = {
    "name": {"type": "str", "required": True},
    "families": {"type": "list", "elements": "str", "choices": ["ipv4", "ipv6"], "default": []},
    "interface": {"type": "str"},
    "networks": {"type": "list", "elements": "str", "default": []},
    "kubernetes_version": {"type": "str"},
    "upgrades": {"type": "bool", "default": False},
    "systems": {"type": "dict", "default": {}},
    "packages": {"type": "list", "elements": "str", "default": []},
    "node_ip": {"type": "list", "elements": "str", "default": []},
    "service_networks": {"type": "list", "elements": "str", "default": []},
    "sysctls": {"type": "dict", "default": {}},
    "swap_off": {"type": "bool", "default": True},
    "hardening": {"type": "bool", "default": False},
    "resolv_conf": {"type": "str", "default": ""},
}
ROOT = Path("/")
# The role common writes it.
_OWN_SYSCTLS = "/etc/sysctl.d/60-kubernetes.conf"


def survey_leftovers(joined: bool) -> Leftovers:
    """Find what an earlier pod network left. On a node of a cluster they belong to the network that it runs."""
    if joined:
        return Leftovers()
    files, bridges = read_network_files(ROOT)
    return find_leftovers((path.name for path in (ROOT / "sys/class/net").iterdir()), bridges, files)


def survey_resolvers(module: AnsibleModule) -> list[str]:
    """Find resolvers that CoreDNS cannot use."""
    path = choose_resolv_conf(ROOT, module.params["resolv_conf"], read_text(ROOT, "/var/lib/kubelet/config.yaml"))
    fault = find_resolver_fault(path, nameservers(read_text(ROOT, path)))
    return [fault] if fault else []


def survey_routes(module: AnsibleModule) -> list[str]:
    """Find networks of Services without a route."""
    networks, routes = module.params["service_networks"], []
    for family in sorted({"-6" if ":" in network else "-4" for network in networks}):
        command = ["ip", "-json", family, "-details", "route", "show"]
        code, output, errors = module.run_command(command)
        if code != 0:
            raise ClusterError(f"'{' '.join(command)}' ended with {code}: {errors.strip()}")
        routes += read_routes(output, family)
    return find_route_faults(routes, networks)


def survey_boot(module: AnsibleModule, units: BootUnits) -> list[str]:
    """Find files and units that change at boot what the role common sets."""
    wanted = module.params["sysctls"]
    own = SysctlFile(_OWN_SYSCTLS, "".join(f"{key}={value}\n" for key, value in wanted.items()))
    faults = find_overridden(read_sysctl_files(ROOT), own, wanted)
    return faults + (find_swap_faults(units) if module.params["swap_off"] else [])


def survey_system(module: AnsibleModule, system: System, joined: bool) -> tuple[list[str], list[str]]:
    """Find what keeps the machine from being a node: faults, and warnings."""
    version = module.params["kubernetes_version"]
    if not version:
        return [], []
    versions = {name: found[-1]["version"] for name, found in system.packages.items()}
    keeps = joined and not module.params["upgrades"]
    machine = FutureNode(module.params["name"], system.distribution, system.distribution_version, versions, keeps)
    return find_unfit(machine, module.params["systems"], version)


def survey_addresses(module: AnsibleModule) -> tuple[list[Candidate], list[Candidate]]:
    """Pick the node's address of each family, and find all others. Raises PodnetError."""
    chosen: list[Candidate] = []
    found: list[Candidate] = []
    shown = read_addresses(module) if module.params["families"] else ""
    for family in module.params["families"]:
        interfaces = parse_interfaces(shown, family)
        network = next((one for one in module.params["networks"] if (":" in one) == (family == "ipv6")), None)
        # The routes to a node's pods use one NIC in both families.
        interface = chosen[0].interface if chosen else module.params["interface"]
        chosen.append(choose_address(interfaces, family, interface, network))
        found += [one for interface in interfaces for one in interface.candidates]
    return chosen, found


def survey_announced(module: AnsibleModule, new: list[str]) -> tuple[list[str], list[str]]:
    """Compare the addresses that the kubelet announces with the node's: faults, and warnings."""
    name = module.params["name"]
    old = kubeadm_node.find_old_node_ip(new)
    if not old:
        return [], []
    if kubeadm_node.API_SERVER_MANIFEST.exists():
        return [explain_moved_control_plane(name, old, new)], []
    return [], [
        f"the kubelet announces {','.join(old)}, and the node has {','.join(new)} now: the role kubeadm_node mends it"
    ]


def survey_hardening(module: AnsibleModule) -> tuple[list[str], bool | None]:
    """Find kernel parameters that a hardened kubelet refuses: faults, and whether the API server here is hardened."""
    faults = find_kernel_faults(module.params["sysctls"]) if module.params["hardening"] else ()
    try:
        manifest = kubeadm_node.API_SERVER_MANIFEST.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return list(faults), None
    return list(faults), is_hardened(manifest)


def survey(module: AnsibleModule) -> dict[str, object]:
    """Read the machine, and warn of what is no fault."""
    joined, units = kubeadm_node.KUBELET_CONF.exists(), read_boot_units(ROOT)
    leftovers, resolvers = survey_leftovers(joined), survey_resolvers(module)
    chosen, candidates = survey_addresses(module)
    faults, warnings = survey_announced(module, module.params["node_ip"] or [str(one.address) for one in chosen])
    kernel, hardened = survey_hardening(module)
    system = read_system(ROOT, module.params["packages"])
    unfit, notes = survey_system(module, system, joined)
    # The owner of a cluster may have given CoreDNS other resolvers.
    for warning in (*notes, *warnings, *find_filter_warnings(units), *(resolvers if joined else [])):
        module.warn(f"{module.params['name']}: {warning}")
    return {
        **asdict(system),
        "node_addresses": [one.as_node_address() for one in chosen],
        "candidates": [one.as_candidate() for one in candidates],
        "configurations": read_configurations(ROOT),
        "faults": [
            *unfit,
            *faults,
            *([] if joined else resolvers),
            *survey_routes(module),
            *survey_boot(module, units),
            *kernel,
        ],
        "leftovers": {**asdict(leftovers), "fault": leftovers.fault},
        "ca_pins": kubeadm_node.read_ca_pins(),
        "hardening": module.params["hardening"],
        "hardened": hardened,
        "mask_swap": needs_mask(units),
        # The first line of /proc/swaps names the columns.
        "swap_on": len(read_text(ROOT, "/proc/swaps").splitlines()) > 1,
        "swap_in_fstab": has_swap(read_text(ROOT, "/etc/fstab")),
    }


def main() -> None:
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    try:
        found = survey(module)
    except PodnetError as error:
        module.fail_json(msg=str(error), no_address=isinstance(error, InputError))
    module.exit_json(changed=False, **found)


if __name__ == "__main__":
    main()
