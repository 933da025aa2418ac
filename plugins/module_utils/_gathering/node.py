# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gathers what a diagnosis reads on a node. Nothing is changed, and nothing fails: see the field unread."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.foreign_data import (
    check_objects,
    parse_base64,
    parse_json,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._gathering.api_server import (
    read_advertised,
    read_server,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._gathering.certificates import read_certificates
from ansible_collections.podnet.kubernetes.plugins.module_utils._gathering.counters import read_counters
from ansible_collections.podnet.kubernetes.plugins.module_utils._gathering.disks import read_disks
from ansible_collections.podnet.kubernetes.plugins.module_utils._gathering.knocks import doors_of, knock
from ansible_collections.podnet.kubernetes.plugins.module_utils._gathering.kubelet import (
    kubeconfig_parts,
    log_lines,
    read_environment_flags,
    read_flags,
    read_settings,
    read_units,
    units_properties,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._gathering.last_words import read_last_words
from ansible_collections.podnet.kubernetes.plugins.module_utils._gathering.links import (
    compact_forwarding,
    compact_links,
    compact_neighbours,
    compact_routes,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._gathering.offloads import leaves_checksums
from ansible_collections.podnet.kubernetes.plugins.module_utils._gathering.pulls import read_pulls
from ansible_collections.podnet.kubernetes.plugins.module_utils._gathering.reader import Reader
from ansible_collections.podnet.kubernetes.plugins.module_utils._gathering.rules import compact_rules, compact_ruleset
from ansible_collections.podnet.kubernetes.plugins.module_utils._gathering.runtime import (
    CONFIGURATIONS,
    PROGRAMS,
    read_configurations,
    read_containerd,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._gathering.sysctls import LAST, settings_in, sources
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.sysctl_files import SYSCTL_DIRECTORIES

_SYSCTLS = (
    "net.ipv4.ip_forward",
    "net.ipv6.conf.all.forwarding",
    "net.bridge.bridge-nf-call-iptables",
    "net.bridge.bridge-nf-call-ip6tables",
    "net.ipv4.conf.all.rp_filter",
    "net.ipv4.conf.default.rp_filter",
)
_LINK_SETTINGS = "/proc/sys/net/ipv4/conf"
_ALL = ("all", "default")
_SLASHES = str.maketrans("./", "/.")
# Links of single pods, whose paths cannot differ. A node has hundreds of them.
_POD_LINKS = ("cali", "veth", "lxc", "eni")
_OVERLAYS = ("flannel.1", "flannel-v6.1", "vxlan.calico")
_CERTIFICATES = (
    "/etc/kubernetes/pki/ca.crt",
    "/etc/kubernetes/pki/apiserver.crt",
    "/etc/kubernetes/pki/apiserver-kubelet-client.crt",
    "/etc/kubernetes/pki/front-proxy-ca.crt",
    "/etc/kubernetes/pki/front-proxy-client.crt",
    "/etc/kubernetes/pki/etcd/ca.crt",
    "/etc/kubernetes/pki/etcd/server.crt",
    "/var/lib/kubelet/pki/kubelet-client-current.pem",
    "/var/lib/kubelet/pki/kubelet.crt",
)
_KUBECONFIGS = ("/etc/kubernetes/kubelet.conf", "/etc/kubernetes/admin.conf")
# Of K3s, RKE2, MicroK8s and k0s.
_OWN_CONTAINERDS = (
    "/var/lib/rancher/k3s/agent/etc/containerd/config.toml",
    "/var/lib/rancher/rke2/agent/etc/containerd/config.toml",
    "/var/snap/microk8s/current/args/containerd-template.toml",
    "/etc/k0s/containerd.toml",
)
_KUBERNETES = ":KUBE-"  # the beginning of chains that kubelet and kube-proxy make
_LEASES = "/var/lib/cni/networks"
_CONTAINER_MARKS = ("/run/systemd/container", "/run/.containerenv", "/.dockerenv")
_JOURNAL = ("-n", "400", "-o", "cat", "--no-pager", "--quiet")


def gather(reader: Reader, controller_clock: float | None = None) -> dict[str, Any]:
    """Read everything of a node.

    Args:
        reader: reads the node
        controller_clock: the controller's time when it started the module, in seconds since the epoch

    Returns:
        The parts by their names. A part that could not be read is None, and unread says why.
    """
    clock = time.time()
    # Programs wait for one another on the kernel's locks at most, so a few run at a time.
    with ThreadPoolExecutor(max_workers=4) as pool:
        waiting = {name: pool.submit(part, reader) for name, part in _PARTS.items()}
        found = {name: future.result() for name, future in waiting.items()}
    links = found.pop("links") or {"links": None, "veths": None}
    found.update({**links, **found.pop("logs")})
    return {
        "host": os.uname().nodename,
        "clock": round(clock, 3),
        "clock_offset": None if controller_clock is None else round(clock - controller_clock, 3),
        **found,
        "knocks": knock(doors_of(found)),
        "counters": _counters(reader),  # after the knocks: other nodes' knocks may count
        "unread": dict(sorted(reader.unread.items())),
    }


def _parsed(reader: Reader, part: str, parse: Callable[[Any], Any], *command: str) -> Any:
    """Run a program that prints JSON and parse it. None when either fails."""
    text = reader.output(part, *command)
    if text is None:
        return None
    if len(text) > reader.limit:  # as Python objects it would be ten times as large
        reader.unread[part] = f"{' '.join(command)} printed more than {reader.limit} bytes"
        return None
    try:
        return parse(parse_json(text or "[]"))
    except InputError as error:
        reader.unread[part] = f"{' '.join(command)} printed something else than expected: {error}"
        return None


def _each(parse: Callable[[list[Mapping[str, Any]]], Any], data: Any) -> Any:
    """Parse data that must be a list of objects. Raises InputError."""
    return parse(check_objects(data))


def _links(reader: Reader) -> Any:
    return _parsed(reader, "links", partial(_each, compact_links), "ip", "-details", "-json", "address", "show")


def _routes(reader: Reader) -> Any:
    found: list[Any] = []
    for option, everything in (("-4", "0.0.0.0/0"), ("-6", "::/0")):
        parse = partial(_each, partial(compact_routes, everything=everything))
        found.append(_parsed(reader, "routes", parse, "ip", option, "-json", "route", "show", "table", "all"))
    return None if found[0] is None else [*found[0], *(found[1] or [])]


def _policy(reader: Reader) -> Any:
    """The rules that choose a routing table, without the kernel's three."""
    rules = _parsed(reader, "routing rules", check_objects, "ip", "-4", "-json", "rule", "show")
    return None if rules is None else [one for one in rules if one.get("table") not in ("local", "main", "default")]


def _overlay(reader: Reader) -> dict[str, Any]:
    """Neighbours and forwarding entries of the overlay links that are there."""
    names = [name for name in _OVERLAYS if reader.at(f"/sys/class/net/{name}").exists()]
    return {
        name: {
            "neighbours": _parsed(
                reader,
                f"neighbours of {name}",
                partial(_each, compact_neighbours),
                "ip",
                "-4",
                "-json",
                "neighbour",
                "show",
                "dev",
                name,
            ),
            "forwarding": _parsed(
                reader,
                f"forwarding of {name}",
                partial(_each, compact_forwarding),
                "bridge",
                "-json",
                "fdb",
                "show",
                "dev",
                name,
            ),
            "leaves_checksums": leaves_checksums(name),
        }
        for name in names
    }


def _sysctls(reader: Reader) -> dict[str, Any]:
    """The values of the settings, and the files that set each, the one that wins last."""
    paths = [
        f"{place}/{name}"
        for place in SYSCTL_DIRECTORIES
        for name in reader.names(place) or []
        if name.endswith(".conf")
    ]
    settings = settings_in({path: reader.text(path) or "" for path in [*paths, LAST]})
    found = {}
    for key in (*_SYSCTLS, *_reverse_path_settings(reader)):
        # In the name of a setting, a dot of a link's name is a slash.
        value = reader.text(f"/proc/sys/{key.translate(_SLASHES)}")
        files = [one._asdict() for one in sources(settings, key)]
        found[key] = {"value": None if value is None else value.strip(), "files": files}
    return found


def _reverse_path_settings(reader: Reader) -> list[str]:
    """The settings rp_filter of the links that are not of single pods."""
    names = [name for name in reader.names(_LINK_SETTINGS) or [] if not name.startswith(_POD_LINKS)]
    return [f"net.ipv4.conf.{name.translate(_SLASHES)}.rp_filter" for name in names[:100] if name not in _ALL]


def _counters(reader: Reader) -> dict[str, int]:
    """The packets that the kernel has dropped since it started, by their reason."""
    return {
        name: value
        for file in ("snmp", "netstat")
        for name, value in read_counters(reader.text(f"/proc/net/{file}") or "").items()
    }


def _packet_filter(reader: Reader) -> dict[str, Any]:
    """The rules of iptables for IPv4, and those of nftables that iptables does not show, where nft is installed."""
    saved = reader.output("packet filter", "iptables-save")
    if saved is not None and _KUBERNETES not in saved:  # kube-proxy's container has the other kind of iptables
        kinds = (reader.output(None, f"iptables-{kind}-save") for kind in ("nft", "legacy"))
        saved = next((text for text in kinds if text and _KUBERNETES in text), saved)
    rules = None if saved is None else compact_rules(saved)
    if rules and "packet filter" in reader.unread:  # the end is missing, and with it perhaps the chains of Services
        rules["cut"] = True
    found: dict[str, Any] = {"iptables": rules, "nftables": None}
    if not reader.has("nft"):  # so no program set such rules
        return found
    found["nftables"] = _parsed(reader, "nftables", compact_ruleset, "nft", "-j", "list", "ruleset")
    return found


def _cni(reader: Reader) -> dict[str, Any]:
    """containerd's settings, the configurations in its directory, and the programs of plugins."""
    # Without the program, or with an old one, its file says nearly the same. Distributions have files of their own.
    own = next((text for path in _OWN_CONTAINERDS if (text := reader.text(path)) is not None), None)
    dump = None if own else reader.output(None, "containerd", "config", "dump")
    containerd = read_containerd(own or dump or reader.text("/etc/containerd/config.toml") or "")
    directory = containerd.get("configurations", CONFIGURATIONS)
    texts = {
        name: reader.text(f"{directory}/{name}") or ""
        for name in (reader.names(directory) or [])[:50]
        if name.endswith((".conf", ".conflist", ".json"))
    }
    places = dict.fromkeys([*containerd.get("programs", [PROGRAMS]), PROGRAMS])
    return {
        "directory": directory,
        "configurations": read_configurations(texts),
        "places": containerd.get("programs", [PROGRAMS]),
        "programs": {place: reader.names(place) for place in places},
        "systemd_cgroup": containerd.get("systemd_cgroup"),
        "allocated": {name: _allocated(reader, f"{_LEASES}/{name}") for name in (reader.names(_LEASES) or [])[:50]},
    }


def _allocated(reader: Reader, directory: str) -> int:
    """Count the IPv4 addresses that the plugin host-local has given out: a file for each."""
    return sum(name.count(".") == 3 and name.replace(".", "").isdigit() for name in reader.names(directory) or [])


def _units(reader: Reader) -> Any:
    text = reader.output("units", "systemctl", "show", "kubelet", "containerd", "--property", units_properties())
    return None if text is None else read_units(text)


def _logs(reader: Reader) -> dict[str, Any]:
    """The last lines about errors of kubelet and containerd, and the images that containerd could not pull."""
    units = ("kubelet", "containerd")
    texts = {unit: reader.output(f"log of {unit}", "journalctl", "-u", unit, *_JOURNAL) for unit in units}
    pulls = None if texts["containerd"] is None else read_pulls(texts["containerd"], time.time())
    return {"logs": {unit: None if text is None else log_lines(text) for unit, text in texts.items()}, "pulls": pulls}


def _kubelet(reader: Reader) -> dict[str, Any]:
    """Flags and configuration. The running process tells the flags; without one, the files that it reads."""
    flags = read_environment_flags(reader.text("/var/lib/kubelet/kubeadm-flags.env") or "")
    for path in ("/etc/default/kubelet", "/etc/sysconfig/kubelet"):
        flags.update(read_environment_flags(reader.text(path) or ""))
    for process in reader.names("/proc") or []:
        if process.isdigit() and _comm(reader, process) == "kubelet" and _is_of_this_machine(reader, process):
            command = reader.text(f"/proc/{process}/cmdline") or ""
            flags = read_flags(command.split("\0")[1:])
    return {"flags": flags, "settings": read_settings(reader.text("/var/lib/kubelet/config.yaml") or "")}


def _comm(reader: Reader, process: str) -> str:
    """The name of a process, empty when it has ended meanwhile."""
    try:
        return reader.at(f"/proc/{process}/comm").read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def _is_of_this_machine(reader: Reader, process: str) -> bool:
    """Whether a process is not of a container: a host of kind's nodes sees their kubelets."""
    try:
        return (reader.at(f"/proc/{process}/ns/pid")).readlink() == reader.at("/proc/self/ns/pid").readlink()
    except OSError:  # it has ended, or only root may see it
        return True


def _swap(reader: Reader) -> Any:
    text = reader.text("/proc/swaps")
    return None if text is None else [line.split()[0] for line in text.splitlines()[1:] if line.strip()]


def _certificates(reader: Reader) -> list[dict[str, Any]]:
    """What the certificates of the node say, those in kubeconfig files too."""
    found = []
    for path in _CERTIFICATES:
        found += [{"path": path, **one} for one in read_certificates(reader.text(path) or "")]
    for path in _KUBECONFIGS:
        parts = kubeconfig_parts(reader.text(path) or "")
        for name in ("authority", "client"):
            found += [{"path": path, "part": name, **one} for one in read_certificates(_decoded(parts.get(name, "")))]
    return found


def _decoded(text: str) -> str:
    try:
        return parse_base64(text).decode(errors="replace")
    except InputError:
        return ""


def _identity(reader: Reader) -> dict[str, Any]:
    """Identifiers that must differ between machines. A container shows its host's product_uuid."""
    files = {
        "machine_id": "/etc/machine-id",
        "product_uuid": "/sys/class/dmi/id/product_uuid",
        "boot_id": "/proc/sys/kernel/random/boot_id",
    }
    texts = {name: (reader.text(path) or "").strip() or None for name, path in files.items()}
    return {**texts, "container": any(reader.at(path).exists() for path in _CONTAINER_MARKS)}


def _subnet_env(reader: Reader) -> Mapping[str, str] | None:
    text = reader.text("/run/flannel/subnet.env")
    return None if text is None else dict(line.split("=", 1) for line in text.splitlines() if "=" in line)


def _resolver(reader: Reader) -> dict[str, Any]:
    """The name servers of the file that the kubelet gives to pods, and of the one that systemd-resolved offers."""
    found = {}
    for path in ("/etc/resolv.conf", "/run/systemd/resolve/resolv.conf"):
        text = reader.text(path)
        if text is not None:
            lines = [line.split() for line in text.splitlines() if line.startswith("nameserver")]
            found[path] = [words[1] for words in lines if len(words) > 1]
    return found


_PARTS: dict[str, Callable[[Reader], Any]] = {
    "links": _links,
    "routes": _routes,
    "routing_rules": _policy,
    "overlay": _overlay,
    "packet_filter": _packet_filter,
    "cni": _cni,
    "units": _units,
    "logs": _logs,
    "last_words": read_last_words,
    "kubelet": _kubelet,
    "sysctls": _sysctls,
    "swap": _swap,
    "disks": read_disks,
    "certificates": _certificates,
    "identity": _identity,
    "subnet_env": _subnet_env,
    "resolver": _resolver,
    "server": read_server,
    "advertised": read_advertised,
}

__all__ = ["gather"]
