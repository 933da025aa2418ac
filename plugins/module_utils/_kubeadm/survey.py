# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What would break a cluster on its machines, told for all machines at once. No I/O, no Ansible."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.foreign_data import (
    read_object,
    read_optional_text,
    read_texts,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.options import read_dict_option
from ansible_collections.podnet.kubernetes.plugins.module_utils._kubeadm.hardening import find_hardening_faults
from ansible_collections.podnet.kubernetes.plugins.module_utils._kubeadm.membership import find_foreign_ca

# The pins of the CA in each file of a node that holds one, by the file's path.
Pins = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Survey:
    """What the module node_survey found on a node.

    Attributes:
        faults: sentences without the node's name
        leftovers: the sentence about leftovers of an earlier cluster; empty without any
        ca_pins: pins of the CA in each file that holds one
        hardening: whether the machine's variables ask for a hardened cluster
        hardened: whether its API server is hardened; None without one
    """

    faults: tuple[str, ...]
    leftovers: str
    ca_pins: Pins
    hardening: bool = False
    hardened: bool | None = None


def read_survey(node: str, result: Any) -> Survey:
    """Read a result of the module node_survey. Raises InputError when it is another thing."""
    if not isinstance(result, Mapping) or not {"faults", "leftovers", "ca_pins"} <= set(result):
        raise InputError(f"the survey of {node} is {result!r}: it must have faults, leftovers and ca_pins")
    fault = read_optional_text(read_object(result, "leftovers"), "fault") or ""
    hardened = read_hardened(result.get("hardened"))
    faults, pins = tuple(read_texts(result, "faults")), read_pins(result["ca_pins"])
    return Survey(faults, fault, pins, result.get("hardening") is True, hardened)


def read_hardened(value: Any) -> bool | None:
    """Read whether an API server is hardened. Raises InputError for anything but true, false and null."""
    if value is None or isinstance(value, bool):
        return value
    raise InputError(f"hardened is {value!r}: it must be true, false or null")


def read_pins(value: Any) -> Pins:
    """Read the pins of the CA in a result of the module node_survey."""
    pins = read_dict_option("ca_pins", value)
    return {path: tuple(read_texts(pins, path)) for path in pins}


def choose_holder(surveys: Mapping[str, Survey], control_planes: Sequence[str]) -> str:
    """Choose the control plane whose CA counts: the first one with a CA, else the first one. Empty without any.

    One that was not surveyed may have the cluster. Then a machine without a CA does not count.
    """
    surveyed = [name for name in control_planes if name in surveys]
    bare = surveyed[0] if surveyed and len(surveyed) == len(control_planes) else ""
    return next((name for name in surveyed if any(surveys[name].ca_pins.values())), bare)


def find_hardening(surveys: Mapping[str, Survey], holder: str, outside: bool | None) -> list[str]:
    """Name the machines whose hardening does not fit the cluster.

    Args:
        surveys: what was found on each node
        holder: the control plane whose CA counts; empty when it is not surveyed
        outside: whether the API server of a control plane that is not surveyed is hardened; None when not known
    """
    found = (survey.hardened for survey in surveys.values() if survey.hardened is not None)
    made = surveys[holder].hardened if holder else outside
    wishes = {name: survey.hardening for name, survey in surveys.items()}
    return list(find_hardening_faults(wishes, next(found, None) if made is None else made, holder))


def find_faults(
    surveys: Mapping[str, Survey], control_plane: str, control_plane_pins: Pins | None, remove_leftovers: bool
) -> list[str]:
    """Say what would break the cluster. Nodes with the same fault share a sentence.

    Args:
        surveys: what was found on each node
        control_plane: the node whose CA counts; empty when it is not surveyed
        control_plane_pins: its pins, empty where it has no CA yet; None: not known, so no CA is compared
        remove_leftovers: whether the leftovers of earlier clusters will be removed
    """
    wanted = {pin for pins in (control_plane_pins or {}).values() for pin in pins}
    compared = surveys if control_plane_pins is not None else {}
    foreign = [
        find_foreign_ca(node, survey.ca_pins, wanted) for node, survey in compared.items() if node != control_plane
    ]
    nodes: dict[str, list[str]] = {}
    for node, survey in surveys.items():
        for fault in (*survey.faults, *([survey.leftovers] if survey.leftovers and not remove_leftovers else [])):
            nodes.setdefault(fault, []).append(node)
    return [one for one in foreign if one] + [f"{_join(found)}: {fault}" for fault, found in nodes.items()]


def _join(nodes: Iterable[str]) -> str:
    *rest, last = nodes
    return f"{', '.join(rest)} and {last}" if rest else last


__all__ = ["choose_holder", "find_faults", "find_hardening", "read_hardened", "read_pins", "read_survey"]
