#!/usr/bin/python
# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module node_survey: what would break a cluster on a machine."""

from __future__ import annotations

DOCUMENTATION = r"""
module: node_survey
short_description: Find what would break a cluster on a machine
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
  - It warns of C(nftables.service) and C(netfilter-persistent.service), which remove the rules of kube-proxy.
extends_documentation_fragment:
  - podnet.kubernetes.attributes.read_only
  - podnet.kubernetes.attributes
options:
  name:
    description: The name of the node, for warnings.
    type: str
    required: true
  node_ip:
    description: The addresses that the kubelet has to announce. Without them the module compares none.
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

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import ClusterError, PodnetError
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
    choose_resolv_conf,
    read_boot_units,
    read_network_files,
    read_sysctl_files,
    read_text,
)
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


def survey_address(module: AnsibleModule) -> tuple[list[str], list[str]]:
    """Compare the address that the kubelet announces with the node's: faults, and warnings."""
    name, new = module.params["name"], module.params["node_ip"]
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
    faults, warnings = survey_address(module)
    kernel, hardened = survey_hardening(module)
    # The owner of a cluster may have given CoreDNS other resolvers.
    for warning in (*warnings, *find_filter_warnings(units), *(resolvers if joined else [])):
        module.warn(f"{module.params['name']}: {warning}")
    return {
        "faults": [
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
        module.fail_json(msg=str(error))
    module.exit_json(changed=False, **found)


if __name__ == "__main__":
    main()
