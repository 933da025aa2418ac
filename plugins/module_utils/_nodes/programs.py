# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Programs that modules run on a node."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import ClusterError

if TYPE_CHECKING:
    from ansible.module_utils.basic import AnsibleModule


def run_program(module: AnsibleModule, *command: str, may_fail: bool = False) -> str:
    """Run a program, and return its output. Raises ClusterError when it fails."""
    code, output, errors = module.run_command(list(command), environ_update={"LC_ALL": "C"})
    if code != 0 and not may_fail:
        raise ClusterError(f"'{' '.join(command)}' ended with {code}: {errors.strip() or output.strip()}")
    return str(output)


def read_addresses(module: AnsibleModule) -> str:
    """Read the NICs of this node and their addresses, as JSON of ip(8).

    Raises:
        ClusterError: the program is missing or fails
    """
    program = module.get_bin_path("ip")
    if program is None:
        raise ClusterError("ip is not on this node: install the package iproute2 (Fedora and RHEL: iproute)")
    command = [program, "-details", "-json", "address", "show"]
    code, output, errors = module.run_command(command, environ_update={"LC_ALL": "C"})
    if code != 0:
        raise ClusterError(
            f"'{' '.join(command)}' ended with {code}: {errors.strip()}: iproute2 4.14 or newer is needed on this node"
        )
    return str(output)


__all__ = ["read_addresses", "run_program"]
