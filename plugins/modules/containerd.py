#!/usr/bin/python
# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module containerd: containerd with its configuration, running now and at boot."""

from __future__ import annotations

DOCUMENTATION = r"""
module: containerd
short_description: Configure containerd, and start it and the kubelet at boot
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Writes the configuration of containerd, and restarts containerd if it started before that file was written. So the
    next run finishes one that was killed between the two.
  - Starts containerd now, and containerd and the kubelet at boot. C(kubeadm) starts the kubelet.
  - In check mode on a machine without the packages, it reports the file alone.
extends_documentation_fragment:
  - podnet.kubernetes.attributes.changes
  - podnet.kubernetes.attributes
options:
  config:
    description:
      - The content of C(/etc/containerd/config.toml).
      - C(@sandbox_image@) in it stands for the pause image that C(kubeadm) pulls. With another one, such as the default
        of containerd, the node would pull two.
    type: str
    required: true
  kubernetes_version:
    description: The version of Kubernetes whose pause image C(@sandbox_image@) stands for.
    type: str
    required: true
  installed:
    description: Whether the packages are there. Only check mode can find a machine without them.
    type: bool
    default: true
seealso:
  - module: podnet.kubernetes.node_settings
"""

EXAMPLES = r"""
- name: Configure and start containerd
  podnet.kubernetes.containerd:
    config: "{{ lookup('ansible.builtin.template', 'containerd.toml.j2') }}"
    kubernetes_version: 1.36.4
"""

RETURN = r"""
steps:
  description: What the module did, or would do.
  returned: success
  type: list
  elements: str
  sample: [write /etc/containerd/config.toml, systemctl restart containerd, systemctl enable kubelet]
"""

from pathlib import Path

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import PodnetError
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.node_files import (
    NodeFile,
    find_changes,
    write_file,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.programs import run_program

ARGUMENTS = {
    "config": {"type": "str", "required": True},
    "kubernetes_version": {"type": "str", "required": True},
    "installed": {"type": "bool", "default": True},
}
CONFIG = Path("/etc/containerd/config.toml")
SOCKET = Path("/run/containerd/containerd.sock")
MARK = "@sandbox_image@"
_AT_BOOT = ("containerd", "kubelet")
_DISABLED = ("", "disabled", "linked", "linked-runtime", "masked", "masked-runtime", "not-found")


def find_pause_image(module: AnsibleModule) -> str:
    """Ask kubeadm for its pause image. Empty where it names none. Raises ClusterError."""
    version = f"v{module.params['kubernetes_version']}"
    images = run_program(module, "kubeadm", "config", "images", "list", "--kubernetes-version", version).split()
    return next((image for image in images if "/pause:" in image), "")


def write_config(module: AnsibleModule) -> list[dict[str, str]]:
    """Write the configuration if it differs, and return the difference."""
    config = module.params["config"]
    if MARK in config:
        config = config.replace(MARK, find_pause_image(module) if module.params["installed"] else "")
    changes = find_changes([NodeFile(CONFIG, config)])
    for change in [] if module.check_mode else changes:
        write_file(change.file)
    return [change.diff for change in changes]


def is_older(one: Path, other: Path) -> bool:
    """Say whether a file is older than another. A file that is not there is neither."""
    try:
        return one.stat().st_mtime < other.stat().st_mtime
    except FileNotFoundError:
        return False


def find_steps(module: AnsibleModule, written: bool) -> list[list[str]]:
    """Find the commands that bring containerd and the kubelet into their state."""
    states = {name: run_program(module, "systemctl", "is-enabled", name, may_fail=True).strip() for name in _AT_BOOT}
    # A masked unit, or one that is not there, makes the command fail, and systemd says why.
    to_enable = [name for name, state in states.items() if state in _DISABLED]
    steps = [["systemctl", "enable", *to_enable]] if to_enable else []
    if written or is_older(SOCKET, CONFIG):
        return [["systemctl", "restart", "containerd"], *steps]
    active = run_program(module, "systemctl", "is-active", "containerd", may_fail=True).strip()
    return steps if active == "active" else [["systemctl", "start", "containerd"], *steps]


def main() -> None:
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    try:
        diff = write_config(module)
        commands = find_steps(module, bool(diff)) if module.params["installed"] else []
        for command in [] if module.check_mode else commands:
            run_program(module, *command)
    except PodnetError as error:
        module.fail_json(msg=str(error))
    steps = [f"write {CONFIG}"] * len(diff) + [" ".join(command) for command in commands]
    module.exit_json(changed=bool(steps), steps=steps, diff=diff)


if __name__ == "__main__":
    main()
