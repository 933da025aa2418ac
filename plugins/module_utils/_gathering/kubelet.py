# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The kubelet of a node: its flags, the settings of its configuration that matter, and log lines. No I/O.

The standard library has no YAML. The lines that matter are scalars at the top of files that kubeadm writes.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.secret_texts import without_secrets

# Flags and settings that say something about the network or the runtime. No other value leaves the node.
_FLAGS: tuple[str, ...] = (
    "node-ip",
    "hostname-override",
    "cgroup-driver",
    "fail-swap-on",
    "network-plugin",
    "resolv-conf",
    "pod-cidr",
)
_FLAGS += ("container-runtime-endpoint", "cloud-provider", "max-pods")
_SETTINGS = ("cgroupDriver", "failSwapOn", "resolvConf", "containerRuntimeEndpoint", "maxPods", "podCIDR", "address")
_LISTS = ("clusterDNS",)
_PROPERTIES = ("LoadState", "ActiveState", "SubState", "Result", "ExecMainStatus", "NRestarts")
_LINE = 500  # characters of a log line

# kubelet writes klog (a letter for the level), containerd logfmt; systemd's own lines say why a unit ended.
_BAD = re.compile(
    r"^[EF]\d{4} |^time=\S+ level=(?:error|fatal|panic)"
    r"|^(?![IWEF]\d{4} |time=).*(?:\bfail|\berror\b|\bfatal\b|panic|Main process exited)",
    re.IGNORECASE,
)


def read_flags(arguments: Iterable[str]) -> dict[str, str]:
    """Take the flags that matter out of a command line: --name=value, or --name value."""
    found: dict[str, str] = {}
    waiting = ""
    for argument in arguments:
        if waiting and not argument.startswith("-"):
            found[waiting] = argument
        waiting = ""
        name, equals, value = argument.lstrip("-").partition("=")
        if argument.startswith("-") and name in _FLAGS:
            if equals:
                found[name] = value
            else:
                waiting = name
    return found


def read_environment_flags(text: str) -> dict[str, str]:
    """Take the flags that matter out of a file such as kubeadm-flags.env, whose variables hold arguments."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        name, _equals, value = line.partition("=")
        if name.strip().endswith("_ARGS"):
            try:
                found.update(read_flags(shlex.split(value.strip().strip("\"'"))))
            except ValueError:  # an open quote
                continue
    return found


def read_settings(text: str) -> dict[str, Any]:
    """Take the settings that matter out of a KubeletConfiguration."""
    found: dict[str, Any] = {}
    current = ""
    for line in text.splitlines():
        name, colon, value = line.partition(":")
        if current and line.lstrip().startswith("- "):
            found[current].append(line.strip()[2:].strip("\"' "))
            continue
        current = ""
        if colon and name in _SETTINGS:
            found[name] = value.strip().strip("\"'")
        elif colon and name in _LISTS:
            current, found[name] = name, []
    return found


def read_units(text: str) -> dict[str, dict[str, str]]:
    """Read the output of `systemctl show`, with the properties of each unit by its name without .service."""
    units: dict[str, dict[str, str]] = {}
    for block in text.split("\n\n"):
        values = dict(line.split("=", 1) for line in block.splitlines() if "=" in line)
        name = values.get("Id", "").rpartition(".service")[0]
        if name:
            units[name] = {key: values[key] for key in _PROPERTIES if key in values}
    return units


def log_lines(text: str, most: int = 6) -> list[str]:
    """Choose the last lines that speak of an error, each text once, with their secrets replaced.

    A line that is repeated with another time or number is taken once.
    """
    chosen: dict[str, str] = {}
    for line in reversed(text.splitlines()):
        if _BAD.search(line) and len(chosen) < most:
            chosen.setdefault(re.sub(r"\d+", "", line)[:200], without_secrets(line[: 4 * _LINE])[:_LINE])
    return list(chosen.values())[::-1]


def units_properties() -> str:
    """Return the properties to ask systemctl for."""
    return ",".join(("Id", *_PROPERTIES))


def kubeconfig_parts(text: str) -> Mapping[str, str]:
    """Take server and the certificates (base64) out of a kubeconfig, and never a key or a token."""
    names = {"server": "server", "certificate-authority-data": "authority", "client-certificate-data": "client"}
    found = re.findall(r"^\s*(server|certificate-authority-data|client-certificate-data):\s*(\S+)", text, re.MULTILINE)
    return {names[name]: value.strip("\"'") for name, value in found}


__all__ = [
    "kubeconfig_parts",
    "log_lines",
    "read_environment_flags",
    "read_flags",
    "read_settings",
    "read_units",
    "units_properties",
]
