# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Policies as YAML, with the lines of their rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

_GENERATED = ("managedFields", "resourceVersion", "uid", "creationTimestamp", "generation", "selfLink")
_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


def policy_lines(policy: Mapping[str, Any]) -> dict[str, Any]:
    """Return a policy as C(name), C(lines) of YAML, and C(rules).

    Rules are first and last line, from 0, of each rule such as C(ingress[0]), and of the C(selector) of the pods.
    """
    metadata = {key: value for key, value in policy["metadata"].items() if key not in _GENERATED}
    if isinstance(metadata.get("annotations"), Mapping):
        metadata["annotations"] = {key: value for key, value in metadata["annotations"].items() if key != _APPLIED}
        if not metadata["annotations"]:
            del metadata["annotations"]
    shown = {**{key: policy[key] for key in ("apiVersion", "kind") if key in policy}, "metadata": metadata}
    text = yaml.safe_dump({**_plain(shown), "spec": _plain(policy.get("spec") or {})}, sort_keys=False, width=100)
    spec = _parts(yaml.compose(text, Loader=yaml.SafeLoader)).get("spec")
    parts = _parts(spec)
    rules = {"selector": _span(parts["podSelector"])} if "podSelector" in parts else {}
    # The key stands on a line of its own above a selector that is not empty.
    for key, _value in spec.value if isinstance(spec, yaml.MappingNode) else []:
        if key.value == "podSelector":
            rules["selector"][0] = key.start_mark.line
    for direction in ("ingress", "egress"):
        found = parts.get(direction)
        for number, rule in enumerate(found.value if isinstance(found, yaml.SequenceNode) else []):
            rules[f"{direction}[{number}]"] = _span(rule)
    name = f"{metadata.get('namespace', '')}/{metadata.get('name', '')}"
    return {"name": name, "lines": text.removesuffix("\n").split("\n"), "rules": rules}


def _plain(value: Any) -> Any:
    """Copy data without the classes by which Ansible marks where they come from."""
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    for kind in (bool, int, float, str):
        if isinstance(value, kind):
            return kind(value)
    return None if value is None else str(value)


def _parts(node: Any) -> dict[str, Any]:
    """Return the values of a mapping by their keys, nothing for another node."""
    return {key.value: value for key, value in node.value} if isinstance(node, yaml.MappingNode) else {}


def _span(node: Any) -> list[int]:
    """Return the first and the last line of a node. A block ends at the beginning of the line after it."""
    last = node.end_mark.line - (1 if node.end_mark.column == 0 or not getattr(node, "flow_style", True) else 0)
    return [node.start_mark.line, max(node.start_mark.line, last)]


__all__ = ["policy_lines"]
