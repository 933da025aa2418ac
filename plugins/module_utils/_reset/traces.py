# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Traces of a cluster on a machine: what to look for, and what is there of it. No I/O, no Ansible.

Everything that the traces do not name is foreign, and stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.packet_filter import chain_removal
from ansible_collections.podnet.kubernetes.plugins.module_utils._reset.port_maps import port_map_removal

_OCTAL = re.compile(r"\\([0-7]{3})")


@dataclass(frozen=True)
class Traces:
    """What to look for. Expressions match the beginning of a name.

    Attributes:
        chain_prefix: beginning of the names of chains of iptables; empty for none
        rule_comment: beginning of the comments of rules in other chains
        network: name of the network whose pods have host ports
        address_sets: expression for the names of IP sets
        nft_tables: tables of nftables, as FAMILY NAME
        links: expression for the names of links
        mounts: mount points; a path that ends in / stands for all mount points below it
        files: paths of files and directories, which go with all that they hold
        empty_directories: paths of directories that go only when they are empty
    """

    chain_prefix: str = ""
    rule_comment: str | None = None
    network: str | None = None
    address_sets: str | None = None
    nft_tables: tuple[str, ...] = ()
    links: str | None = None
    mounts: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    empty_directories: tuple[str, ...] = ()


@dataclass(frozen=True)
class Machine:
    """The state of a machine.

    Attributes:
        filters: the output of PROGRAM-save, by the name of the program
        address_sets: names of all IP sets
        nft_tables: all tables of nftables, as FAMILY NAME
        links: names of all links
        mounts: all mount points, in the order in which they were mounted
        files: those of the paths of the traces that exist
    """

    filters: Mapping[str, str] = field(default_factory=dict)
    address_sets: tuple[str, ...] = ()
    nft_tables: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    mounts: tuple[str, ...] = ()
    files: tuple[str, ...] = ()


@dataclass(frozen=True)
class Removal:
    """The traces that are there.

    Attributes:
        filters: the input for PROGRAM-restore, by the name of the program
        mounts: mount points, the last one first
    """

    filters: Mapping[str, str] = field(default_factory=dict)
    address_sets: tuple[str, ...] = ()
    nft_tables: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    mounts: tuple[str, ...] = ()
    files: tuple[str, ...] = ()

    @property
    def lines(self) -> list[str]:
        """The traces in words, for the diff."""
        rules = [f"{program}: {line}" for program, text in self.filters.items() for line in _changes(text)]
        return [
            *rules,
            *(f"IP set {name}" for name in self.address_sets),
            *(f"nftables: table {name}" for name in self.nft_tables),
            *(f"link {name}" for name in self.links),
            *(f"mount {path}" for path in self.mounts),
            *(f"file {path}" for path in self.files),
        ]


def find_traces(wanted: Traces, machine: Machine) -> Removal:
    """Find which of the traces are there."""
    texts = {name: _filter_removal(wanted, saved) for name, saved in machine.filters.items()}
    mounted = dict.fromkeys(path for path in machine.mounts if _is_wanted(path, wanted.mounts))
    return Removal(
        filters={name: text for name, text in texts.items() if text},
        address_sets=_matching(wanted.address_sets, machine.address_sets),
        nft_tables=tuple(name for name in wanted.nft_tables if name in machine.nft_tables),
        links=_matching(wanted.links, machine.links),
        mounts=tuple(reversed(tuple(mounted))),
        files=tuple(path for path in wanted.files if path in machine.files),
    )


def read_mount_points(text: str) -> tuple[str, ...]:
    """Read the mount points in /proc/self/mountinfo (proc(5)), which writes a space as an octal number."""
    fields = [line.split(" ") for line in text.splitlines()]
    return tuple(_OCTAL.sub(lambda found: chr(int(found[1], 8)), one[4]) for one in fields if len(one) > 4)


def check_paths(name: str, paths: Iterable[str]) -> None:
    """Refuse paths that are relative or hold too much.

    Raises:
        InputError: a path is relative, or it is the root of the file system or a directory right below it
    """
    for path in paths:
        if not path.startswith("/") or len(_parts(path)) < 2 or ".." in _parts(path):
            raise InputError(f"{name} has {path!r}: give an absolute path at least two directories deep, without ..")


def _parts(path: str) -> list[str]:
    return [part for part in path.split("/") if part]


def _filter_removal(wanted: Traces, saved: str) -> str:
    ports = port_map_removal(saved, wanted.network) if wanted.network else ""
    return ports + (chain_removal(saved, wanted.chain_prefix, wanted.rule_comment) if wanted.chain_prefix else "")


def _matching(expression: str | None, names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(name for name in names if expression and re.match(expression, name)))


def _is_wanted(path: str, wanted: Iterable[str]) -> bool:
    return any(path == one or (one.endswith("/") and path.startswith(one)) for one in wanted)


def _changes(text: str) -> Iterator[str]:
    """The lines of an input of iptables-restore that change something."""
    return (line for line in text.splitlines() if line.startswith(("-D", "-X")))


__all__ = ["Machine", "Removal", "Traces", "check_paths", "find_traces", "read_mount_points"]
