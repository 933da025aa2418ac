# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command that upgrades a node. No I/O, no Ansible."""

from __future__ import annotations

from collections.abc import Iterable


def upgrade_command(command: str, version: str, ignored: Iterable[str]) -> list[str]:
    """Make the command line of C(kubeadm upgrade).

    Args:
        command: C(apply) on the first control plane, else C(node)
        version: of the cluster afterwards; C(kubeadm upgrade node) reads it from the cluster
        ignored: names of preflight checks whose errors become warnings
    """
    target = [f"v{version}", "--yes"] if command == "apply" else []
    names = ",".join(ignored)
    return ["kubeadm", "upgrade", command, *target, *([f"--ignore-preflight-errors={names}"] if names else [])]


__all__ = ["upgrade_command"]
