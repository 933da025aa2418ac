# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Units of systemd that turn swap on at boot, or remove the rules of the pod network. No I/O, no Ansible."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

# Services that turn swap on by themselves, so that swap.target does not keep them off.
_SWAP_SERVICES = frozenset(
    [
        "dphys-swapfile.service",
        "swapspace.service",
        "zram-config.service",
        "zram-swap.service",
        "zramswap.service",
    ]
)
# Services that restore a packet filter of their own, with what they do to the rules of others.
_FILTER_SERVICES = {
    "nftables.service": "its start and its stop flush all rules, also those of kube-proxy and of the pod network",
    "netfilter-persistent.service": "its start replaces the rules of kube-proxy and of the pod network by saved ones",
}


@dataclass(frozen=True)
class WantedUnit:
    """A unit that another one starts at boot.

    Attributes:
        name: of the unit, such as dev-zram0.swap
        target: the unit that wants or requires it
        source: the file from which a generator made the unit; empty for other units
    """

    name: str
    target: str
    source: str = ""


@dataclass(frozen=True)
class BootUnits:
    """The units that start at boot, and the names of those that are masked."""

    wanted: tuple[WantedUnit, ...] = ()
    masked: frozenset[str] = frozenset()


def needs_mask(units: BootUnits) -> bool:
    """Whether swap.target turns swap on at boot by more than /etc/fstab, whose lines the role comments out."""
    return "swap.target" not in units.masked and any(
        one.target == "swap.target" and one.source != "/etc/fstab" for one in _swap_units(units)
    )


def has_swap(fstab: str) -> bool:
    """Whether a line of /etc/fstab turns swap on at boot: fstab(5). It may begin with blanks and have no options."""
    return any(re.match(r"\s*[^#\s]\S*\s+\S+\s+swap(\s|$)", line) for line in fstab.splitlines())


def find_swap_faults(units: BootUnits) -> list[str]:
    """Name the units that turn swap on at boot although swap.target is masked."""
    names = [one.name for one in _swap_units(units) if one.target != "swap.target" and one.source != "/etc/fstab"]
    names += [one.name for one in units.wanted if one.name in _SWAP_SERVICES and one.name not in units.masked]
    return [
        f"{name} turns swap on at boot: disable it (systemctl disable --now {name}), or set common_swap to keep"
        for name in dict.fromkeys(names)
    ]


def find_filter_warnings(units: BootUnits) -> list[str]:
    """Name the services that remove the rules of others from the packet filter."""
    names = dict.fromkeys(one.name for one in units.wanted if one.name not in units.masked)
    return [
        f"{name} is enabled: {_FILTER_SERVICES[name]}. Disable it, or restart the pods of kube-proxy and of the "
        "network after each of its starts"
        for name in names
        if name in _FILTER_SERVICES
    ]


def _swap_units(units: BootUnits) -> Iterable[WantedUnit]:
    return (one for one in units.wanted if one.name.endswith(".swap") and one.name not in units.masked)


__all__ = ["BootUnits", "WantedUnit", "find_filter_warnings", "find_swap_faults", "has_swap", "needs_mask"]
