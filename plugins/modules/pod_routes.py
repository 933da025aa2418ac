#!/usr/bin/python
# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module pod_routes: it sets the routes of a node to the pod subnets of the other nodes."""

from __future__ import annotations

DOCUMENTATION = r"""
module: pod_routes
short_description: Set the routes of a node to the pods of the other nodes
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Manages all routes in the table C(main) with the route protocol O(protocol) as one resource. The module adds missing
    routes and deletes routes that O(routes) does not name. Where only the gateway differs it replaces the route in one
    step.
  - Routes with another protocol are foreign. The module never changes them. A foreign route to a destination of
    O(routes) is an error.
  - The module also writes the routes to O(path). The service C(podnet-routes) sets them from there after a reboot and
    whenever a program deletes one.
  - The module checks everything before the first change.
extends_documentation_fragment:
  - podnet.kubernetes.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
    details: Shows two differences, that of the routes in the kernel and that of the file.
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
      - A key is the pod subnet of another node, in CIDR form. Its value is the gateway, the address of that node on a
        network of O(device).
      - An empty dict deletes all routes of O(protocol), and the file.
    type: dict
    required: true
  device:
    description:
      - The name of the NIC on the network that the nodes share. Each gateway must be on one of its networks.
      - Needed unless O(routes) is empty.
    type: str
  protocol:
    description:
      - The number of the route protocol that marks the routes of this module. No other program may use it.
      - The module refuses 0 to 4, 8 to 18, 42 and 186 to 192. The kernel and well-known programs use these.
    type: int
    default: 140
  path:
    description: The file with the routes. The module gives it the mode C(0644) and creates a missing directory.
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
      10.22.1.0/24: 10.100.198.200
      10.22.3.0/24: 10.100.198.202

- name: Remove them
  podnet.kubernetes.pod_routes:
    routes: {}
"""

RETURN = r"""
changed_routes:
  description: How many routes the module added, replaced or deleted in the kernel. In check mode, how many a run would.
  returned: success
  type: int
  sample: 2
"""

import os
import stat
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import ClusterError, PodnetError
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.options import repeat_options
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.node_address import Interface, parse_interfaces
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.pod_routes import (
    Route,
    RoutePlan,
    check_protocol,
    explain_failure,
    file_text,
    parse_routes,
    plan_routes,
    wanted_routes,
)

ARGUMENTS = {
    "routes": {"type": "dict", "required": True},
    "device": {"type": "str"},
    "protocol": {"type": "int", "default": 140},
    "path": {"type": "path", "default": "/etc/podnet.kubernetes/routes"},
}
FAMILIES = {"ipv4": "-4", "ipv6": "-6"}
MODE = 0o644


@dataclass(frozen=True)
class Change:
    """A plan for the routes in the kernel and for the file.

    Attributes:
        plan: how the routes change
        path: the file
        present: content of the file, None without a file, and its mode
        text: the content that the file should have, None for no file
    """

    plan: RoutePlan
    path: Path
    present: tuple[str | None, int]
    text: str | None

    @property
    def changes_file(self) -> bool:
        """Whether the content or the mode of the file is wrong."""
        return self.present != (self.text, MODE)

    def as_result(self) -> dict[str, bool | int]:
        """The values that the module returns."""
        number = len(self.plan.commands)
        return {"changed": number > 0 or self.changes_file, "changed_routes": number}

    def as_diff(self, protocol: int) -> list[dict[str, str]]:
        """The differences of the routes and of the file."""
        before, after = ("".join(f"{route}\n" for route in some) for some in (self.plan.before, self.plan.after))
        return [
            difference(f"routes of protocol {protocol}", before, after),
            difference(str(self.path), self.present[0], self.text),
        ]


def run_ip(module: AnsibleModule, *arguments: str, data: str | None = None) -> tuple[int, str, str]:
    """Run ip(8) and return its exit code, output and errors.

    Raises:
        ClusterError: the program is missing
    """
    program = module.get_bin_path("ip")
    if program is None:
        raise ClusterError("ip is not on this node: install the package iproute2 (Fedora and RHEL: iproute)")
    answer: tuple[int, str, str] = module.run_command([program, *arguments], data=data, environ_update={"LC_ALL": "C"})
    return answer


def read(module: AnsibleModule, *arguments: str) -> str:
    """Run ip(8) and return its output.

    Raises:
        ClusterError: the program is missing or fails
    """
    code, output, errors = run_ip(module, *arguments)
    if code != 0:
        raise ClusterError(
            f"'ip {' '.join(arguments)}' ended with {code}: {errors.strip()}: "
            "iproute2 5.3 or newer is needed on this node"
        )
    return output


def read_interfaces(module: AnsibleModule) -> list[Interface]:
    """Read the NICs of this node. Each occurs once for each address family."""
    text = read(module, "-details", "-json", "address", "show")
    return [one for family in FAMILIES for one in parse_interfaces(text, family)]


def read_routes(module: AnsibleModule) -> list[Route]:
    """Read the routes of both families in the table main."""
    command = ("-N", "-json", "route", "show", "table", "main")
    return [one for family, option in FAMILIES.items() for one in parse_routes(read(module, option, *command), family)]


def set_routes(module: AnsibleModule, plan: RoutePlan, protocol: int) -> None:
    """Change the routes in the kernel, in one batch.

    The service podnet-routes may set one of them first, and then the batch fails. So what is missing is tried again.

    Raises:
        ClusterError: a command failed twice; the commands before it stay done
    """
    if run_batch(module, plan.commands) is not None:
        plan = plan_routes(read_routes(module), plan.after, protocol)
        errors = run_batch(module, plan.commands)
        if errors is not None:
            raise ClusterError(explain_failure(errors, plan.commands))


def run_batch(module: AnsibleModule, commands: Sequence[str]) -> str | None:
    """Run commands of ip(8), and return the errors of the one that failed, None when all succeeded."""
    if not commands:
        return None
    code, _output, errors = run_ip(module, "-batch", "-", data="\n".join(commands))
    return errors if code else None


def read_file(path: Path) -> tuple[str | None, int]:
    """Read the content and the mode of the file. The content is None without a file.

    Raises:
        ClusterError: the file cannot be read
    """
    try:
        return path.read_text(errors="replace"), stat.S_IMODE(path.stat().st_mode)
    except FileNotFoundError:
        return None, MODE
    except OSError as error:
        raise ClusterError(f"path {path}: the file cannot be read: {error}") from None


def write_file(path: Path, text: str | None) -> None:
    """Give the file this content in one step, or remove the file.

    Raises:
        ClusterError: the file cannot be written or removed
    """
    try:
        if text is None:
            path.unlink()
        else:
            replace_file(path, text)
    except OSError as error:
        raise ClusterError(f"path {path}: the file cannot be written: {error}") from None


def replace_file(path: Path, text: str) -> None:
    """Write a temporary file beside the file, and rename it. After a crash the file has its old or its new content."""
    path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
            file.flush()
            os.fchmod(descriptor, MODE)
            os.fsync(descriptor)
        Path(temporary).replace(path)
    except OSError:
        Path(temporary).unlink()
        raise


def difference(name: str, before: str | None, after: str | None) -> dict[str, str]:
    """An entry of the diff."""
    return {"before_header": name, "after_header": name, "before": before or "", "after": after or ""}


def plan_change(module: AnsibleModule) -> Change:
    """Read the state of the node and plan the change.

    Raises:
        InputError: an option is wrong
        ClusterError: the node cannot be read, or has a foreign route to a destination of O(routes)
    """
    protocol, path = module.params["protocol"], Path(module.params["path"])
    check_protocol(protocol)
    wanted = wanted_routes(module.params["routes"], read_interfaces(module), module.params["device"], protocol)
    plan = plan_routes(read_routes(module), wanted, protocol)
    return Change(plan, path, read_file(path), file_text(wanted))


def apply_change(module: AnsibleModule, change: Change) -> None:
    """Write the file and set the routes. The file goes first: when the service sees a deleted route, it reads the file.

    Raises:
        ClusterError: the node refuses
    """
    if change.changes_file:
        write_file(change.path, change.text)
    set_routes(module, change.plan, module.params["protocol"])


def main() -> None:
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    try:
        change = plan_change(module)
        if not module.check_mode:
            apply_change(module, change)
    except PodnetError as error:
        module.fail_json(msg=str(error))
    shown = {"diff": change.as_diff(module.params["protocol"])} if module._diff else {}
    module.exit_json(**change.as_result(), **shown, invocation=repeat_options(module.params))


if __name__ == "__main__":
    main()
