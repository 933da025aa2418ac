# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What never goes into a support bundle, redacted or not: secrets, and parts of objects that no finding reads.

A secret has no certain form. So parts that may hold one go as a whole: the environment, the command line and the
volumes of containers, the configuration of programs, and annotations of other programs. No I/O, no Ansible.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.foreign_data import parse_json
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.secret_texts import (
    is_secret_name,
    without_secrets,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._bundle.bundle import BundleParts

_DROPPED = frozenset(
    (
        *("env", "envFrom", "command", "args", "lifecycle", "httpHeaders", "volumes", "volumeMounts", "volumeDevices"),
        *("imagePullSecrets", "binaryData", "stringData", "caBundle", "providerID", "images"),
        *("livenessProbe", "readinessProbe", "startupProbe", "securityContext", "volumesInUse", "volumesAttached"),
        "path",  # of the server of a webhook
    )
)
# Fields whose keys users choose. A selector without one of them would select other pods.
_LABELS = frozenset(("labels", "matchLabels", "nodeSelector", "selector"))
# Programs whose annotations say something about the network. kubectl's repeats the object with all its secrets.
_ANNOTATIONS = re.compile(r"(flannel\.alpha\.coreos\.com|projectcalico\.org|node\.alpha\.kubernetes\.io)/")
# The lines of kubeadm's ClusterConfiguration that say something about the network; the value may stand in the next one.
_SETTINGS = re.compile(
    r"^\s*-?\s*(?:apiVersion|kind|networking|podSubnet|serviceSubnet|dnsDomain|kubernetesVersion|controllerManager"
    r"|extraArgs):|node-cidr-mask-size"
)
_VALUE = re.compile(r"^\s+value:")
_FLANNEL = (
    "Network",
    "IPv6Network",
    "EnableIPv4",
    "EnableIPv6",
    "EnableNFTables",
    "SubnetLen",
    "SubnetMin",
    "SubnetMax",
)
_BACKEND = ("Type", "VNI", "Port", "MTU", "DirectRouting", "GBP")


def without_private_parts(parts: BundleParts) -> BundleParts:
    """Return the parts without secrets, and without what no finding reads."""
    objects = parts.objects
    if objects is not None:
        lists = {name: items for name, items in objects.items() if isinstance(items, (list, tuple))}
        objects = {name: _objects(items) for name, items in lists.items() if not is_secret_name(name)}
    return replace(
        parts,
        nodes={
            without_secrets(str(host)): _clean(data)
            for host, data in parts.nodes.items()
            if data is None or isinstance(data, Mapping)
        },
        objects=objects,
        report=_clean(parts.report),
        allocation=_clean(parts.allocation),
        not_looked_at={part: without_secrets(str(reason)) for part, reason in parts.not_looked_at.items()},
    )


def _objects(items: Iterable[Any]) -> list[Any]:
    """Clean objects of the cluster. What looks like a Secret goes: the API's lists leave the kind out."""
    known = [item for item in items if isinstance(item, Mapping)]
    return [_object(item) for item in known if item.get("kind") != "Secret" and not ("data" in item and "type" in item)]


def _object(item: Mapping[str, Any]) -> Any:
    data = item.get("data")
    if isinstance(data, Mapping):
        texts = {name: text for name, text in data.items() if isinstance(text, str)}
        kept = {name: _CONFIGURATIONS[name](text) for name, text in texts.items() if name in _CONFIGURATIONS}
        item = {**item, "data": kept}
    return _clean(item, _in_object)


def _kubeadm(text: str) -> str:
    """Keep the lines about the network of kubeadm's configuration."""
    lines = text.splitlines()
    kept = [
        line
        for before, line in zip(["", *lines], lines)
        if _SETTINGS.search(line) or ("node-cidr-mask-size" in before and _VALUE.search(line))
    ]
    return "\n".join(kept) + "\n"


def _flannel(text: str) -> str:
    """Keep the networks and the type of Flannel's configuration. A backend may have a key (PSK) or commands."""
    try:
        value = parse_json(text)
    except InputError:
        return ""
    known = value if isinstance(value, dict) else {}
    backend = known.get("Backend")
    kept = {name: known[name] for name in _FLANNEL if name in known}
    if isinstance(backend, dict):
        kept["Backend"] = {name: backend[name] for name in _BACKEND if name in backend}
    return json.dumps(kept)


# The entries of ConfigMaps that findings read. All others go.
_CONFIGURATIONS: dict[str, Callable[[str], str]] = {"ClusterConfiguration": _kubeadm, "net-conf.json": _flannel}


def _in_object(name: str, value: Any) -> Any:
    """Return the value of a field of an object; None where it does not go into a bundle."""
    if name in _DROPPED:
        return None
    if name == "annotations" and isinstance(value, Mapping):
        return {key: text for key, text in value.items() if _ANNOTATIONS.match(str(key))}
    if name == "managedFields" and isinstance(value, list):  # who made the object, without what was set
        return [{"manager": one.get("manager")} for one in value if isinstance(one, Mapping)]
    return value


def _anywhere(_name: str, value: Any) -> Any:
    return value


def _clean(value: Any, choose: Callable[[str, Any], Any] = _anywhere) -> Any:
    """Return plain data without secrets: in texts, under a name of a secret, and where choose() leaves it out."""
    if isinstance(value, Mapping):
        chosen = ((name, choose(str(name), one)) for name, one in value.items())
        return {
            without_secrets(str(name)): _clean_field(str(name), one, choose)
            for name, one in chosen
            if one is not None or value[name] is None
        }
    if isinstance(value, (list, tuple)):
        return [_clean(one, choose) for one in value]
    return without_secrets(str(value)) if isinstance(value, str) else value


def _clean_field(name: str, value: Any, choose: Callable[[str, Any], Any]) -> Any:
    """Return the value of a field without secrets."""
    if _is_secret(name, value):
        return "***"
    if name in _LABELS and isinstance(value, Mapping) and all(isinstance(one, str) for one in value.values()):
        return {str(key): without_secrets(one) for key, one in value.items()}
    return _clean(value, choose)


def _is_secret(name: str, value: Any) -> bool:
    return is_secret_name(name) and value is not None and not isinstance(value, bool)


__all__ = ["without_private_parts"]
