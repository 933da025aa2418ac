# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parameters of the kernel and its modules, as a node has them. No I/O, no Ansible."""

from __future__ import annotations

from collections.abc import Mapping

from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.sysctl_files import dotted_key

# Directories that show that a module is there. A module that is built in may have none in /sys/module.
_SIGNS = {"br_netfilter": "proc/sys/net/bridge"}


def sign_of_module(name: str) -> str:
    """Return the directory, below the root, that exists while the kernel has the module."""
    return _SIGNS.get(name, f"sys/module/{name.replace('-', '_')}")


def find_differing(output: str, wanted: Mapping[str, object]) -> dict[str, str]:
    """Find the parameters that have another value, or are not there yet, and the values that they need.

    Args:
        output: what sysctl(8) prints, with a line C(key = value) for each parameter that is there
        wanted: the parameters and their values
    """
    lines = (line.partition("=") for line in output.splitlines())
    live = {key.strip(): _plain(value) for key, _equals, value in lines}
    return {key: str(value) for key, value in wanted.items() if live.get(dotted_key(key)) != _plain(str(value))}


def _plain(value: str) -> str:
    """Write a value with one space between its parts. The kernel puts tabs there."""
    return " ".join(value.split())


__all__ = ["find_differing", "sign_of_module"]
