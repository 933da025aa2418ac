"""Print the state of a node as JSON: packages, files, links, addresses, routes, routing rules, firewall rules.

The snapshot leaves out entries that change by themselves: counters, indices and links of pods, rules of kube-proxy.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any

DIRECTORIES = ["/etc", "/opt/cni", "/run/flannel", "/var/lib/cni"]
FIREWALLS = ["iptables-save", "ip6tables-save", "iptables-legacy-save", "ip6tables-legacy-save"]
ROUTE_KEYS = ("type", "dst", "gateway", "dev", "protocol", "scope", "prefsrc", "metric", "table", "flags")


def output(*command: str) -> str:
    """Run a command, which must succeed, and give its output."""
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def describe(path: Path) -> str:
    """Describe a file by its mode and the hash of its content, or by the target of its link."""
    if path.is_symlink():
        return f"-> {path.readlink() if hasattr(path, 'readlink') else path.resolve()}"
    mode = oct(path.stat().st_mode)
    return f"{mode} {hashlib.sha256(path.read_bytes()).hexdigest()}" if path.is_file() else mode


def files() -> dict[str, str]:
    """Describe all files below the directories, by their paths."""
    paths = [path for directory in DIRECTORIES for path in [Path(directory), *Path(directory).rglob("*")]]
    found = {}
    for path in paths:
        with suppress(FileNotFoundError):  # a pod may end meanwhile, and what a plugin keeps about it goes
            found[str(path)] = describe(path)
    return found


def is_of_pod(name: str) -> bool:
    """Say whether a link leads to a pod. Its IPv6 address also appears with a delay."""
    return name.startswith("veth")


def links() -> list[str]:
    """List the links as NAME KIND MTU FLAGS."""
    return [
        f"{link['ifname']} {link.get('linkinfo', {}).get('info_kind')} {link['mtu']} {','.join(sorted(link['flags']))}"
        for link in json.loads(output("ip", "-json", "-details", "link"))
        if not is_of_pod(link["ifname"])
    ]


def addresses() -> list[str]:
    """List the addresses as NAME ADDRESS/LENGTH."""
    return [
        f"{link['ifname']} {address['local']}/{address['prefixlen']}"
        for link in json.loads(output("ip", "-json", "address"))
        if not is_of_pod(link["ifname"])
        for address in link["addr_info"]
    ]


def routes(family: str) -> list[dict[str, Any]]:
    """List the routes of all tables."""
    found = json.loads(output("ip", family, "-json", "route", "show", "table", "all"))
    found = [route for route in found if not is_of_pod(route.get("dev", ""))]
    return sorted(({key: route[key] for key in ROUTE_KEYS if key in route} for route in found), key=json.dumps)


def firewall(program: str) -> list[str]:
    """List chains and rules as TABLE RULE, without those of kube-proxy and the kubelet, and without empty tables."""
    found, table = [], ""
    for line in output(program).splitlines() if shutil.which(program) else []:
        if line.startswith("*"):
            table = line[1:]
        elif line.startswith("-A") and "KUBE-" not in line:
            found.append(f"{table} {line}")
        elif line.startswith(":") and "KUBE-" not in line and " ACCEPT " not in line:
            found.append(f"{table} {line.split()[0]}")
    return found


def main() -> None:
    """Print the snapshot."""
    packages = output("dpkg-query", "--show", "--showformat", "${Package} ${Version} ${db:Status-Abbrev}\n")
    snapshot = {
        "packages": packages.splitlines(),
        "files": files(),
        "links": sorted(links()),
        "addresses": sorted(addresses()),
        "routes": [*routes("-4"), *routes("-6")],
        "routing_rules": [*output("ip", "-4", "rule").splitlines(), *output("ip", "-6", "rule").splitlines()],
        "firewall": {program: firewall(program) for program in FIREWALLS},
    }
    print(json.dumps(snapshot, indent=1, sort_keys=True))


if __name__ == "__main__":
    main()
