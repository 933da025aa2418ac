# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The container runtime's side of the network: CNI configuration files, and containerd's directories. No I/O.

Source: go-cni and containerd's CRI plugin. Of the files *.conf, *.conflist and *.json in the directory, sorted by name,
containerd takes the first that it can read.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.foreign_data import parse_json
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.shapes import TEXT, WHOLE, Leaf, check_shape

_ENDINGS = (".conf", ".conflist", ".json")
_SNAP = "/var/snap/microk8s/current"  # which MicroK8s' template leaves to its start
CONFIGURATIONS, PROGRAMS = "/etc/cni/net.d", "/opt/cni/bin"


def read_configurations(texts: Mapping[str, str]) -> list[dict[str, Any]]:
    """Describe the CNI configurations by the names of their files, in the order in which containerd looks at them.

    Returns:
        For each file its name, and the network's name and its plugins (type, bridge, mtu, ipam, subnets, masquerade);
        or an error, in the words of a person, when no runtime can read it
    """
    return [{"file": name, **_configuration(texts[name])} for name in sorted(texts) if name.endswith(_ENDINGS)]


def _configuration(text: str) -> dict[str, Any]:
    """Describe one configuration. A single plugin is a list of one."""
    try:
        document = parse_json(text)
    except InputError as error:
        return {"error": f"it is {error}"}
    plugins = document.get("plugins", [document]) if isinstance(document, dict) else None
    if not isinstance(plugins, list) or not plugins or not all(map(_is_plugin, plugins)):
        return {"error": "it has another form than a CNI configuration"}
    return {"name": str(document.get("name", "")), "plugins": [_plugin(plugin) for plugin in plugins]}


def _is_subnet(value: Any) -> bool:
    if not isinstance(value, str):
        return False
    try:
        ipaddress.ip_network(value, strict=False)
    except ValueError:
        return False
    return True


_POD_CIDR = "usePodCidr"  # Calico's plugin puts the subnet of the Node object in its place
_SUBNET = Leaf("a subnet", lambda value: value in (_POD_CIDR, "usePodCidrIPv6") or _is_subnet(value))
# A plugin, as far as it is read here. The program itself refuses another form, too.
_FORM = {
    "type": TEXT,
    "bridge?": TEXT,
    "mtu?": WHOLE,
    "delegate?": {"type?": TEXT, "bridge?": TEXT, "mtu?": WHOLE},
    "ipam?": {"type?": TEXT, "subnet?": _SUBNET, "ranges?": [[{"subnet?": _SUBNET}]]},
}


def _is_plugin(plugin: Any) -> bool:
    """Whether a value has the form of a plugin, as far as it is read here."""
    try:
        check_shape(plugin, _FORM, "plugin")
    except InputError:
        return False
    return True


def _plugin(plugin: Mapping[str, Any]) -> dict[str, Any]:
    """Describe one plugin."""
    ipam = plugin.get("ipam") or {}
    delegate = plugin.get("delegate") or {}
    ranges = [one.get("subnet") for some in ipam.get("ranges") or [] for one in some]
    subnets = [one for one in (*ranges, ipam.get("subnet")) if _is_subnet(one)]
    shown = {
        "type": plugin["type"],
        "bridge": plugin.get("bridge") or delegate.get("bridge"),
        "delegate": delegate.get("type"),
        "mtu": plugin.get("mtu") or delegate.get("mtu"),
        "masquerade": plugin.get("ipMasq", delegate.get("ipMasq")),
        "ipam": ipam.get("type"),
        "subnets": subnets or None,
    }
    return {name: value for name, value in shown.items() if value is not None}


def read_containerd(text: str) -> dict[str, Any]:
    """Take the settings that matter out of containerd's configuration (TOML), as a file or `config dump` shows it.

    containerd 1 calls the directory of plugins bin_dir, containerd 2 bin_dirs.
    """
    found: dict[str, Any] = {}
    section = ""
    for line in text.splitlines():
        line = line.strip()
        if line.startswith("["):
            section = line.strip("[] ")
        match = re.match(r"(bin_dirs?|conf_dir|SystemdCgroup|sandbox_image|sandbox)\s*=\s*(.+)$", line)
        if not match:
            continue
        name, value = match[1], match[2].strip().replace("${SNAP_DATA}", _SNAP)
        if name == "SystemdCgroup" and ".runc." in section:
            found["systemd_cgroup"] = value == "true"
        elif name in ("bin_dir", "bin_dirs") and section.endswith(".cni"):
            found.setdefault("programs", []).extend(re.findall(r"[\"']([^\"']+)[\"']", value))
        elif name == "conf_dir" and section.endswith(".cni"):
            found["configurations"] = value.strip("\"'")
    return found


__all__ = ["CONFIGURATIONS", "PROGRAMS", "read_configurations", "read_containerd"]
