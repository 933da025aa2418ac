# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Set the routes and rules of the pod network, and set them again whenever something removes them.

The program reads a directory, by default /etc/podnet.kubernetes. Each of the files in it may be missing.

routes          The module pod_routes writes it. A line is: route add DESTINATION via GATEWAY dev NIC proto NUMBER
rules4, rules6  The input of iptables-restore and ip6tables-restore. The names of our chains begin with PODNET-. Their
                declaration flushes them. The program leaves out a jump from a foreign chain that exists already.

The kernel reports NICs that come up, new addresses and deleted routes. The program heeds the NICs and route protocols
in the file routes. It never changes routes of other protocols.
"""

from __future__ import annotations

import errno
import ipaddress
import json
import re
import select
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

DEBOUNCE = 0.2  # events within so many seconds count as one
PAUSE = 5  # the program rests so many times as long as it worked, so that it never takes much of the processor
LONGEST_WAIT = 30.0  # seconds between two comparisons, also when the program cannot set something

# linux/rtnetlink.h and linux/if.h
RTM_NEWLINK, RTM_NEWADDR, RTM_DELROUTE, IFF_UP = 16, 20, 25, 0x1
GROUPS = 0x1 | 0x10 | 0x40 | 0x100 | 0x400  # links; addresses and routes of IPv4, and of IPv6
HEADER = struct.Struct("=IHHII")  # length, type, flags, sequence number, port
LINK = struct.Struct("=BxHiI")  # family, type, index, flags
ADDRESS = struct.Struct("=BBBBI")  # family, prefix length, flags, scope, index
ROUTE = struct.Struct("=BBBBBB")  # family, two prefix lengths, type of service, table, protocol

JUMP = re.compile(r"^-[AI] (?!PODNET-)(\S+) (?:.* )?-j (PODNET-\S+)")
OWN_CHAIN = re.compile(r"(?:^:|^-A |-j )PODNET-")


class Route(NamedTuple):
    """A route. The fields of missing parts are empty."""

    destination: str
    gateway: str
    device: str
    protocol: str


def parse_file(text: str) -> list[Route]:
    """Read the text of the file routes."""
    lines = [line.split() for line in text.splitlines() if line.startswith("route add ")]
    named = [dict(zip(words[1::2], words[2::2])) for words in lines]
    return [Route(_network(one["add"]), one["via"], one["dev"], one["proto"]) for one in named]


def parse_present(text: str) -> list[Route]:
    """Read the output of "ip -N -json route show table main", without default routes."""
    keys = ("gateway", "dev", "protocol")
    entries = [entry for entry in json.loads(text or "[]") if entry["dst"] != "default"]
    return [Route(_network(entry["dst"]), *(entry.get(key, "") for key in keys)) for entry in entries]


def _network(text: str) -> str:
    """Complete a destination with its prefix length. ip(8) prints none for a single address."""
    return str(ipaddress.ip_network(text))


def missing(wanted: Iterable[Route], present: Iterable[Route]) -> list[str]:
    """Make lines for "ip -batch" that set missing routes. "add" fails where a foreign route has the destination."""
    existing = set(present)
    own = {(route.destination, route.protocol) for route in existing}
    lines = []
    for route in (one for one in wanted if one not in existing):
        verb = "replace" if (route.destination, route.protocol) in own else "add"
        lines.append(f"route {verb} {route.destination} via {route.gateway} dev {route.device} proto {route.protocol}")
    return lines


def own_rules(saved: str) -> list[str]:
    """Select the lines of iptables-save that name our chains, without counters."""
    return [line.split(" [")[0] for line in saved.splitlines() if OWN_CHAIN.search(line)]


def without_jumps(rules: str, saved: str) -> str:
    """Leave out the jumps from foreign chains to ours that exist already, in the output of iptables-save."""
    existing = {match.groups() for match in map(JUMP.match, saved.splitlines()) if match}
    lines = ((line, JUMP.match(line)) for line in rules.splitlines())
    return "".join(f"{line}\n" for line, match in lines if not match or match.groups() not in existing)


def is_relevant(data: bytes, indices: Iterable[int], protocols: Iterable[str]) -> bool:
    """Whether one of these messages of rtnetlink can mean that a route or a rule is missing.

    Args:
        data: netlink messages, one after another
        indices: the indices of the NICs that the routes need
        protocols: the numbers of our route protocols
    """
    while len(data) >= HEADER.size:
        length, kind, *_rest = HEADER.unpack_from(data)
        body = data[HEADER.size : length]
        if kind == RTM_NEWLINK:
            _family, _type, index, flags = LINK.unpack_from(body)
            relevant = index in indices and bool(flags & IFF_UP)
        elif kind == RTM_NEWADDR:
            relevant = ADDRESS.unpack_from(body)[4] in indices
        else:
            relevant = kind == RTM_DELROUTE and str(ROUTE.unpack_from(body)[5]) in protocols
        if relevant:
            return True
        data = data[max((length + 3) & ~3, HEADER.size) :]
    return False


def run(*command: str, data: str = "") -> tuple[bool, str]:
    """Run a command. Return whether it succeeded, and its output. The journal gets the first line of its errors."""
    # Comments of other programs' rules can hold any bytes.
    done = subprocess.run(command, input=data, capture_output=True, text=True, errors="replace", check=False)
    if done.returncode != 0:
        print(f"'{' '.join(command)}' failed:", *done.stderr.splitlines()[:1], flush=True)
    return done.returncode == 0, done.stdout


def read(path: Path) -> str:
    """Read a file. A missing file counts as empty."""
    return path.read_text() if path.exists() else ""


def set_routes(path: Path) -> bool:
    """Set the missing routes. Return whether all routes exist now."""
    # Read the kernel before the file. A route that pod_routes deletes meanwhile then does not look missing.
    shown = [run("ip", family, "-N", "-json", "route", "show", "table", "main") for family in ("-4", "-6")]
    lines = missing(parse_file(read(path)), [route for _good, text in shown for route in parse_present(text)])
    if not lines:
        return True
    print(f"routes that are missing or differ: {len(lines)}, the first: '{lines[0]}'", flush=True)
    return run("ip", "-force", "-batch", "-", data="".join(f"{line}\n" for line in lines))[0]


def set_rules(path: Path, program: str, known: dict[str, object]) -> bool:
    """Set the rules unless nothing changed since the last time, as known has it. Return whether they are set now."""
    rules = read(path)
    if not rules:
        return True
    good, saved = run(f"{program}-save")
    if not good or known.get(program) == (rules, own_rules(saved)):
        return good
    print(f"rules that are missing or differ: those of {path}", flush=True)
    if not run(f"{program}-restore", "--noflush", "--wait", "10", data=without_jumps(rules, saved))[0]:
        return False
    good, saved = run(f"{program}-save")
    # Do not accept rules that changed meanwhile: compare their number with the file.
    good = good and len(own_rules(saved)) == len(own_rules(rules))
    if good:
        known[program] = (rules, own_rules(saved))
    return good


def wait(events: socket.socket, timeout: float | None, routes: Iterable[Route]) -> bool:
    """Wait for a relevant event. Return whether one came before the timeout (seconds; None: no timeout)."""
    end = None if timeout is None else time.monotonic() + timeout
    devices, protocols = {route.device for route in routes}, {route.protocol for route in routes}
    while select.select([events], [], [], None if end is None else max(0.0, end - time.monotonic()))[0]:
        try:
            data = events.recv(1 << 16)
        except OSError as error:
            if error.errno != errno.ENOBUFS:
                raise
            return True  # the kernel dropped events because the socket was full
        indices = {index for index, name in socket.if_nameindex() if name in devices}
        if is_relevant(data, indices, protocols):
            return True
    return False


def main() -> None:
    directory = Path(sys.argv[1] if len(sys.argv) > 1 else "/etc/podnet.kubernetes")
    known: dict[str, object] = {}
    delay = 0.0
    while True:
        with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE) as events:
            events.bind((0, GROUPS))  # before any comparison, so that the program misses no event
            start = time.monotonic()
            good = set_routes(directory / "routes")
            good &= set_rules(directory / "rules4", "iptables", known)
            good &= set_rules(directory / "rules6", "ip6tables", known)
            taken = time.monotonic() - start
            delay = 0.0 if good else min(max(1.0, 2 * delay), LONGEST_WAIT)
            # Wait with a timeout, because a new file or flushed rules cause no event.
            if wait(events, delay or LONGEST_WAIT, parse_file(read(directory / "routes"))):
                delay = 0.0
        time.sleep(max(DEBOUNCE, PAUSE * taken))


if __name__ == "__main__":
    main()
