# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""containerd on a node: its configuration, and its state now and at boot."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.node_files import (
    NodeFile,
    find_changes,
    write_file,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.programs import run_program

if TYPE_CHECKING:
    from ansible.module_utils.basic import AnsibleModule

CONFIG = Path("/etc/containerd/config.toml")
SOCKET = Path("/run/containerd/containerd.sock")
MARK = "@sandbox_image@"
_AT_BOOT = ("containerd", "kubelet")
_DISABLED = ("", "disabled", "linked", "linked-runtime", "masked", "masked-runtime", "not-found")


def _find_pause_image(module: AnsibleModule, version: str) -> str:
    """Ask kubeadm for its pause image. Empty where it names none. Raises ClusterError."""
    images = run_program(module, "kubeadm", "config", "images", "list", "--kubernetes-version", f"v{version}").split()
    return next((image for image in images if "/pause:" in image), "")


def _write_config(module: AnsibleModule, config: str, version: str, installed: bool) -> list[dict[str, str]]:
    """Write the configuration if it differs, and return the difference."""
    if MARK in config:
        config = config.replace(MARK, _find_pause_image(module, version) if installed else "")
    changes = find_changes([NodeFile(CONFIG, config)])
    for change in [] if module.check_mode else changes:
        write_file(change.file)
    return [change.diff for change in changes]


def _is_older(one: Path, other: Path) -> bool:
    """Say whether a file is older than another. None that is missing, or newer than now, counts."""
    try:
        return one.stat().st_mtime < other.stat().st_mtime <= time.time()
    except FileNotFoundError:
        return False


def _find_steps(module: AnsibleModule, written: bool) -> list[list[str]]:
    """Find the commands that bring containerd and the kubelet into their state."""
    states = {name: run_program(module, "systemctl", "is-enabled", name, may_fail=True).strip() for name in _AT_BOOT}
    # A masked unit, or one that is not there, makes the command fail, and systemd says why.
    to_enable = [name for name, state in states.items() if state in _DISABLED]
    steps = [["systemctl", "enable", *to_enable]] if to_enable else []
    if written or _is_older(SOCKET, CONFIG):
        return [["systemctl", "restart", "containerd"], *steps]
    active = run_program(module, "systemctl", "is-active", "containerd", may_fail=True).strip()
    return steps if active == "active" else [["systemctl", "start", "containerd"], *steps]


def set_up(
    module: AnsibleModule, config: str, version: str, installed: bool = True
) -> tuple[list[str], list[dict[str, str]]]:
    """Configure containerd, and start it and the kubelet at boot; in check mode only find what there is to do.

    Args:
        module: runs the programs
        config: the configuration
        version: the version of Kubernetes whose pause image MARK stands for
        installed: whether the packages are there

    Returns:
        The steps, and the differences of files.

    Raises:
        ClusterError: a file cannot be read or written, or a program fails
    """
    diff = _write_config(module, config, version, installed)
    commands = _find_steps(module, bool(diff)) if installed else []
    for command in [] if module.check_mode else commands:
        run_program(module, *command)
    return [f"write {CONFIG}"] * len(diff) + [" ".join(command) for command in commands], diff


__all__ = ["set_up"]
