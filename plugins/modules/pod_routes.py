#!/usr/bin/python
# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module pod_routes: the routes of a node to the pod subnets of the other nodes, as one resource."""

from __future__ import annotations

DOCUMENTATION = r"""
module: pod_routes
short_description: Set the routes of a node to the pods of the other nodes
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - All routes in the table C(main) that have the route protocol O(protocol) are one resource. Those that are missing
    are added, those that O(routes) does not name are deleted, and where only the gateway differs the route is replaced
    in one step.
  - Routes with another protocol are foreign and stay as they are. A foreign route to the same destination as one of
    O(routes) is an error.
  - Writes the routes to O(path) too, from where the service C(podnet-routes) sets them again after a reboot and
    whenever something takes them away.
  - Everything is checked before the first change.
extends_documentation_fragment:
  - podnet.kubernetes.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
    details: A list of two, the routes in the kernel and the file.
  idempotent:
    support: full
  platform:
    support: full
    platforms: linux
requirements:
  - iproute2 5.3 or newer on the node
options:
  routes:
    description:
      - All routes of the node to the pod subnets of the other nodes, IPv4 and IPv6.
      - With an empty list all routes of O(protocol) are deleted, and the file too.
    type: list
    elements: dict
    required: true
    suboptions:
      destination:
        description: The pod subnet of another node, in CIDR form.
        type: str
        required: true
      gateway:
        description: The address of the other node on a network of O(device).
        type: str
        required: true
  device:
    description:
      - The name of the NIC on the network that the nodes share. Each gateway must be on one of its networks.
      - Needed unless O(routes) is empty.
    type: str
  protocol:
    description:
      - The number of the route protocol that marks the routes as those of this module. Nobody else may use it.
      - 0 to 4, 8 to 18, 42 and 186 to 192 belong to the kernel and to well-known programs.
    type: int
    default: 140
  path:
    description: The file that the routes are written to, with mode C(0644). Its directory is made where it is missing.
    type: path
    default: /etc/podnet.kubernetes/routes
seealso:
  - module: podnet.kubernetes.node_address
"""

EXAMPLES = r"""
- name: Set the routes to the pods of the other nodes
  podnet.kubernetes.pod_routes:
    device: enp0s8
    routes:
      - destination: 10.22.1.0/24
        gateway: 10.100.198.200
      - destination: 10.22.3.0/24
        gateway: 10.100.198.202

- name: Remove them
  podnet.kubernetes.pod_routes:
    routes: []
"""

RETURN = r"""
pod_routes:
  description:
    - The routes of O(protocol) after the module ran, IPv4 before IPv6, in the order of their destinations.
    - In check mode, those that a run would leave.
  returned: success
  type: list
  elements: dict
  contains:
    destination:
      description: The pod subnet of another node, in CIDR form.
      returned: success
      type: str
      sample: 10.22.3.0/24
    gateway:
      description: The address of the other node.
      returned: success
      type: str
      sample: 10.100.198.202
    device:
      description: The name of the NIC.
      returned: success
      type: str
      sample: enp0s8
    protocol:
      description: The number of the route protocol.
      returned: success
      type: int
      sample: 140
  sample:
    - destination: 10.22.1.0/24
      gateway: 10.100.198.200
      device: enp0s8
      protocol: 140
    - destination: 10.22.3.0/24
      gateway: 10.100.198.202
      device: enp0s8
      protocol: 140
"""

import os
import stat
import tempfile
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import ClusterError, PodnetError
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.node_address import Interface, parse_interfaces
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.pod_routes import (
    Plan,
    Route,
    check_protocol,
    explain_failure,
    file_text,
    parse_routes,
    plan_routes,
    wanted_routes,
)

ARGUMENTS = {
    "routes": {
        "type": "list",
        "elements": "dict",
        "required": True,
        "options": {
            "destination": {"type": "str", "required": True},
            "gateway": {"type": "str", "required": True},
        },
    },
    "device": {"type": "str"},
    "protocol": {"type": "int", "default": 140},
    "path": {"type": "path", "default": "/etc/podnet.kubernetes/routes"},
}
FAMILIES = {"ipv4": "-4", "ipv6": "-6"}
MODE = 0o644


def run_ip(module: AnsibleModule, *arguments: str, data: str | None = None) -> tuple[int, str, str]:
    """Return how ip(8) ended, what it wrote, and its errors.

    Raises:
        ClusterError: the program is missing.
    """
    program = module.get_bin_path("ip")
    if program is None:
        raise ClusterError("ip is not on this node: install the package iproute2 (Fedora and RHEL: iproute)")
    return module.run_command([program, *arguments], data=data, environ_update={"LC_ALL": "C"})


def read(module: AnsibleModule, *arguments: str) -> str:
    """Return what ip(8) shows.

    Raises:
        ClusterError: the program is missing, or fails.
    """
    code, output, errors = run_ip(module, *arguments)
    if code != 0:
        raise ClusterError(
            f"'ip {' '.join(arguments)}' ended with {code}: {errors.strip()}: "
            "iproute2 5.3 or newer is needed on this node"
        )
    return output


def read_interfaces(module: AnsibleModule) -> list[Interface]:
    """Return the NICs of this node, once for each family."""
    text = read(module, "-details", "-json", "address", "show")
    return [one for family in FAMILIES for one in parse_interfaces(text, family)]


def read_routes(module: AnsibleModule) -> list[Route]:
    """Return the routes of the table main, of both families."""
    command = ("-N", "-json", "route", "show", "table", "main")
    return [one for family, option in FAMILIES.items() for one in parse_routes(read(module, option, *command), family)]


def set_routes(module: AnsibleModule, plan: Plan) -> None:
    """Change the routes in the kernel, in one batch.

    Raises:
        ClusterError: a command failed. Those before it stay done.
    """
    if plan.commands:
        code, _output, errors = run_ip(module, "-batch", "-", data="\n".join(plan.commands))
        if code != 0:
            raise ClusterError(explain_failure(errors, plan.commands))


def read_file(path: Path) -> tuple[str | None, int]:
    """Return the content of the file, None when there is none, and its mode."""
    try:
        return path.read_text(errors="replace"), stat.S_IMODE(path.stat().st_mode)
    except FileNotFoundError:
        return None, MODE


def write_file(path: Path, text: str | None) -> None:
    """Give the file this content in one step, or remove it."""
    if text is None:
        path.unlink()
        return
    path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
            os.fchmod(descriptor, MODE)
            os.fsync(descriptor)
        Path(temporary).replace(path)
    except OSError:
        Path(temporary).unlink()
        raise


def difference(name: str, before: str | None, after: str | None) -> dict[str, str]:
    """Return an entry of the diff."""
    return {"before_header": name, "after_header": name, "before": before or "", "after": after or ""}


def main() -> None:
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    protocol, path = module.params["protocol"], Path(module.params["path"])
    try:
        check_protocol(protocol)
        interfaces = read_interfaces(module)
        wanted = wanted_routes(module.params["routes"], interfaces, module.params["device"], protocol)
        plan = plan_routes(read_routes(module), wanted, protocol)
        present, text = read_file(path), file_text(wanted)
        # The file goes first: the service sets again what is in it when it sees that a route is deleted.
        if present != (text, MODE) and not module.check_mode:
            write_file(path, text)
        if not module.check_mode:
            set_routes(module, plan)
    except (OSError, PodnetError) as error:
        module.fail_json(msg=str(error))
    lines = ["".join(f"{route}\n" for route in routes) for routes in (plan.before, plan.after)]
    module.exit_json(
        changed=bool(plan.commands) or present != (text, MODE),
        pod_routes=[route.as_dict() for route in plan.after],
        diff=[difference(f"routes of protocol {protocol}", *lines), difference(str(path), present[0], text)],
    )


if __name__ == "__main__":
    main()
