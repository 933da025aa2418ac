# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a node says about its packets besides the packets: counters, connection tracking, links. It only reads."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.network_namespace import Namespaces
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.conntrack import Tracked, tracked_flows
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.links import Link, read_links, read_silent
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.pairs import Pair
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.routes import read_route
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.watch import WatchedPlace

# Unlike /proc/self/net, this follows the thread into another namespace.
_NET = Path("/proc/thread-self/net")
_FILES = ("dev", "snmp", "netstat", "snmp6")
_RULES = {"iptables": ("iptables-save", "-c"), "ip6tables": ("ip6tables-save", "-c")}
_LEGACY = {"iptables-legacy": ("iptables-legacy-save", "-c"), "ip6tables-legacy": ("ip6tables-legacy-save", "-c")}
_NFT = ("nft", "-a", "-t", "list", "ruleset")
_PATIENCE = 10  # seconds that a program may take
_MOST_SILENT = 10  # neighbours of a place
_MOST_ROUTES = 64  # addresses whose routes are looked up
_MOST_FLOWS = 300_000  # lines of connection tracking that are read
_SEARCHED = "/usr/sbin:/sbin:/usr/bin:/bin:/usr/local/sbin"


@dataclass(frozen=True)
class Counters:
    """A look at the counters.

    Attributes:
        rules: what the programs of the packet filter printed, by program
        files: the contents of the kernel's files by place and name
    """

    rules: dict[str, str]
    files: dict[str, dict[str, str]]


def read_all_counters(node: WatchedPlace, places: Iterable[WatchedPlace], namespaces: Namespaces) -> Counters:
    """Read the counters of the rules on the node, and of the kernel in all places."""
    files = {}
    for place in places:
        namespaces.enter(place.namespace)
        files[place.name] = {name: _read(_NET / name) for name in _FILES}
    namespaces.enter(node.namespace)
    files[node.name]["qdisc"] = run("tc", "-s", "-j", "qdisc", "show")
    rules = {program: run(*command) for program, command in _RULES.items()}
    if "nf_tables" in rules["iptables"]:
        # The older packet filter may be in use beside nftables. A look at it would load it.
        rules.update({program: run(*command) for program, command in _LEGACY.items() if _is_loaded(program)})
    rules["nft"] = run(*_NFT)
    namespaces.enter("")
    return Counters(rules, files)


def read_flows(node: WatchedPlace, pairs: Sequence[Pair], namespaces: Namespaces) -> list[Tracked]:
    """Read what connection tracking on the node holds of the pairs; nothing when it is not there."""
    namespaces.enter(node.namespace)
    try:
        with (_NET / "nf_conntrack").open(encoding="ascii", errors="replace") as lines:
            return tracked_flows(islice(lines, _MOST_FLOWS), pairs)
    except OSError:  # the kernel was built without this file
        return tracked_flows(run("conntrack", "-L", "-o", "extended").splitlines()[:_MOST_FLOWS], pairs)
    finally:
        namespaces.enter("")


def list_links(node: WatchedPlace, namespaces: Namespaces) -> list[Link]:
    """List the links of the node; none when ip(8) cannot."""
    namespaces.enter(node.namespace)
    try:
        addresses, forwarding = run("ip", "-j", "-d", "address", "show"), run("bridge", "-j", "fdb", "show")
        return read_links(addresses or "[]", forwarding or "[]")
    except InputError:
        return []
    finally:
        namespaces.enter("")


def list_silent(places: Iterable[WatchedPlace], namespaces: Namespaces) -> list[str]:
    """List the neighbours that did not answer, each with its place and link; none where ip(8) cannot."""
    found = []
    for place in places:
        namespaces.enter(place.namespace)
        with suppress(InputError):
            silent = read_silent(run("ip", "-j", "neigh", "show", "nud", "failed", "nud", "incomplete") or "[]")
            found += [f"{place.name}: {neighbour}" for neighbour in silent[:_MOST_SILENT]]
    namespaces.enter("")
    return found


def list_routes(node: WatchedPlace, pairs: Iterable[Pair], namespaces: Namespaces) -> dict[str, str]:
    """List the node's routes to the addresses of the pairs, by address; none where ip(8) cannot."""
    namespaces.enter(node.namespace)
    addresses = dict.fromkeys(address for pair in pairs for address in pair.addresses)
    found = {}
    for address in list(addresses)[:_MOST_ROUTES]:
        with suppress(InputError):
            version = "-6" if ":" in address else "-4"
            found[address] = read_route(run("ip", "-j", version, "route", "show", "match", address))
    namespaces.enter("")
    return found


def run(*command: str) -> str:
    """Run a program in the current namespace, and return what it prints; nothing when it is missing or fails."""
    program = shutil.which(command[0], path=_SEARCHED)
    if program is None:
        return ""
    try:
        done = subprocess.run(
            [program, *command[1:]],
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_PATIENCE,
            env={**os.environ, "LC_ALL": "C"},
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else ""


def _is_loaded(program: str) -> bool:
    """Whether the older packet filter has tables in this namespace."""
    return bool(_read(_NET / ("ip6_tables_names" if program.startswith("ip6") else "ip_tables_names")))


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""


__all__ = ["list_links", "list_routes", "list_silent", "read_all_counters", "read_flows"]
