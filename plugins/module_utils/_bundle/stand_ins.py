# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stand-ins for names: node-1 for a node's name, wherever it stands. No I/O, no Ansible."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from ansible_collections.podnet.kubernetes.plugins.module_utils._bundle.public_addresses import PublicAddresses

# Names that every cluster has, or that belong to a public program. They say nothing about a user.
_KNOWN = """
    default kube-system kube-public kube-node-lease kube-flannel calico-system calico-apiserver tigera-operator
    podnet podnet-policies podnet.kubernetes canary weave-net canal cilium flannel kube-router
    calico-node calico-kube-controllers calico-typha
    kube-proxy kube-dns coredns etcd kube-apiserver kube-controller-manager kube-scheduler kubelet kubernetes
    kubernetes-admin kubeadm-config kube-flannel-cfg kubelet-config kube-root-ca.crt cluster-info etcd-ca
    extension-apiserver-authentication install-cni install-cni-plugin upgrade-ipam mount-bpffs flexvol-driver pause
    front-proxy-ca front-proxy-client kube-apiserver-kubelet-client kube-apiserver-etcd-client kubeadm:cluster-admins
    dns dns-tcp metrics http https localhost localhost.localdomain node node-exporter controller outside
    amd64 arm64 linux control-plane node-controller cluster.local svc.cluster.local
"""
KNOWN = frozenset(_KNOWN.split())
# Words of programs, which stay in texts even where a node has the same name.
_PROGRAMS = """
    bridge vxlan host-local loopback portmap bandwidth firewall tuning vlan macvlan ipvlan ptp static dhcp sbr vrf
    host-device dummy veth ether tap calico calico-ipam main local kernel unicast blackhole systemd cgroupfs containerd
    tcp udp icmp filter nat mangle raw none all true false active running loaded success yes
"""
_WORDS = frozenset(_PROGRAMS.split())
_PUBLIC = (
    *("k8s.io", "kubernetes.io", "docker.io", "docker.com", "quay.io", "ghcr.io", "gcr.io", "github.com", "coreos.com"),
    *(
        "projectcalico.org",
        "cluster.local",
        "containerd.io",
        "golang.org",
        "debian.org",
        "ubuntu.com",
        "mcr.microsoft.com",
    ),
)
# The ends of names of files, which look like domains.
_ENDS = """
    conf conflist json yaml yml go sock service socket timer slice scope mount env txt log pem crt key sh so py list
    kubeconfig rules target pid toml cfg ini netdev network link lock db tmp bak orig old sarif xml gz tar cri calico
"""
_FILES = frozenset(_ENDS.split())
_TOKEN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*[A-Za-z0-9]|[A-Za-z0-9]")
_SEPARATORS = re.compile(r"([/:@])")
_PIECES = re.compile(r"([._-])")
# After a single slash stands a path, and after two a host.
_DOMAIN = re.compile(
    r"(?<![\w.-])(?<!(?<!/)/)(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9](?![\w.-]*\.\w)(?!\w)"
)
# A log line may have a megabyte, so each expression begins at few places, and goes on in one way only.
_IMAGE = re.compile(
    r"(?<![\w/.-])([a-z0-9.-][a-z0-9-]*\.[a-z0-9.-]+(?::\d+)?|[a-z0-9-]+:\d+)/([a-z0-9._/-]+)(?=[:@\s\"',;)]|$)"
)
# A URL may name a user before the password, and Harbor calls its machine users robot$NAME.
_USER = re.compile(
    r"(?P<before>/home/|/Users/|\buser[= ]\"?|\bUser[= ]\"|\brobot\$)(?P<name>(?!system:)[\w.-]+)"
    r"|(?P<scheme>://)(?P<owner>[\w.+-]+)(?=(?::\*\*\*)?@)"
    r"|(?<![\w.+-])(?P<mail>[\w.+-]+)(?=@[a-z][\w-]*\.)"
)
_MAC = re.compile(r"(?<![\w:])(?:[0-9a-f]{2}:){5}[0-9a-f]{2}(?![\w:])", re.IGNORECASE)
_SAME_MACS = ("00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff", "ee:ee:ee:ee:ee:ee")
_LEAST = 3  # characters of a name that is replaced inside of a text
_MOST_PIECES = 12


class StandIns:
    """The stand-ins of a bundle. A name always gets the same one."""

    def __init__(self, key: bytes) -> None:
        self._addresses = PublicAddresses(key)
        self._names: dict[str, str] = {}  # replaced in texts, too
        self._values: dict[str, str] = {}  # replaced where they are the whole value
        self._counts: Counter[str] = Counter()
        self._texts: dict[str, str] = {}
        self._replaced: dict[str, str] = {}

    def add(self, kind: str, name: str, stand_in: str | None = None) -> str:
        """Return the stand-in of a name, and make one where there is none; kind says what it stands for."""
        if not name or name in KNOWN:
            return name
        if name not in self._names:
            if stand_in is None:
                self._counts[kind] += 1
                stand_in = f"{kind}-{self._counts[kind]}"
            self._names[name] = stand_in
            self._texts.clear()
        return self._names[name]

    def value(self, kind: str, value: str) -> str:
        """Return the stand-in of a whole value, such as a label's, which may be any word and is left in texts."""
        if not value or value in KNOWN:
            return value
        known = self._names.get(value) or self._values.get(value)
        if known is None:
            self._counts[kind] += 1
            known = self._values[value] = f"{kind}-{self._counts[kind]}"
        return known

    def get(self, name: str) -> str | None:
        """Return the stand-in of a name that was added."""
        return self._names.get(name)

    def reference(self, text: str) -> str:
        """Replace a reference, such as NAMESPACE/NAME:PORT, whose parts are names even where they are words, too."""
        whole = self._names.get(text)
        parts = [self._names.get(part, part) for part in _SEPARATORS.split(text)]
        return self.text("".join(parts)) if whole is None else whole

    def image(self, text: str) -> str:
        """Replace registry and path of an image, unless they belong to a public program."""
        shown = _IMAGE.sub(self._image, text)
        path, end = re.fullmatch(r"([^:@]*)(.*)", text, re.DOTALL).groups()  # type: ignore[union-attr]
        if shown != text or "." in path.partition("/")[0] or KNOWN.intersection(path.split("/")):
            return shown
        return f"{self._once('image', path)}{end}" if path else text

    def text(self, text: str) -> str:
        """Replace the names, domains, users and public addresses in a text."""
        if text not in self._texts:
            self._texts[text] = self._text(text)
        return self._texts[text]

    def _text(self, text: str) -> str:
        if not text or text in KNOWN:
            return text
        whole = self._names.get(text)
        if whole is not None and text not in _WORDS:
            return whole
        if any(character.isalpha() for character in text):
            text = _MAC.sub(self._mac, text)
            text = _IMAGE.sub(self._image, text)
            text = _TOKEN.sub(lambda found: self._token(found[0]), text)
            text = _USER.sub(self._user, text)
            text = _DOMAIN.sub(lambda found: self._domain(found[0]), text)
        return self._addresses.replace_in(text)

    def _token(self, token: str) -> str:
        """Replace names in a word of a text, the longest first: whole parts between dots, hyphens and underscores."""
        found = self._names.get(token)
        if found is not None and _is_word(token):
            return found
        pieces = _PIECES.split(token)
        if len(pieces) == 1 or len(pieces) > 2 * _MOST_PIECES:
            return token
        return "".join(self._pieces(pieces))

    def _pieces(self, pieces: list[str]) -> Iterator[str]:
        start = 0
        while start < len(pieces):
            for end in range(len(pieces), start, -2):
                name = "".join(pieces[start:end])
                if name in self._names and _is_word(name):
                    yield self._names[name]
                    start = end
                    break
            else:
                yield pieces[start]
                start += 1
            if start < len(pieces) and start % 2:
                yield pieces[start]
                start += 1

    def _mac(self, found: re.Match[str]) -> str:
        mac = found[0].lower()
        if mac in _SAME_MACS:
            return found[0]
        if mac not in self._replaced:
            self._counts["mac"] += 1
            number = self._counts["mac"]
            self._replaced[mac] = "02:00:" + ":".join(f"{number >> shift & 255:02x}" for shift in (24, 16, 8, 0))
        return self._replaced[mac]

    def _image(self, found: re.Match[str]) -> str:
        """Replace the registry and the path of an image; those of public programs stay."""
        registry, path = found[1], found[2]
        if not any(map(str.isalpha, path)) or not any(
            character.isalpha() or character == ":" for character in registry
        ):
            return found[0]  # a network
        if _is_public(registry.partition(":")[0]) or _is_file(registry):
            return found[0]
        return f"{self._once('registry', registry)}/{self._once('image', path)}"

    def _user(self, found: re.Match[str]) -> str:
        if found["owner"]:
            return f"{found['scheme']}{self._once('user', found['owner'])}"
        if found["mail"]:
            return self._once("user", found["mail"])
        return f"{found['before']}{self._once('user', found['name'])}"

    def _domain(self, domain: str) -> str:
        if _is_public(domain) or _is_file(domain) or domain.startswith(("net.", "io.", "v1.", "vxlan")):
            return domain
        return self._once("host", domain)

    def chain(self, name: str) -> str:
        """Return the stand-in of a chain of the packet filter."""
        return self._once("CHAIN", name)

    def set_name(self, name: str) -> str:
        """Return the stand-in of a set of addresses."""
        return self._once("SET", name)

    def _once(self, kind: str, name: str) -> str:
        """Return the stand-in of something that is found in a text, and is no name of an object."""
        if name in KNOWN:
            return name
        place = f"{kind} {name}"
        if place not in self._replaced:
            self._counts[kind] += 1
            self._replaced[place] = f"{kind}-{self._counts[kind]}"
        return self._replaced[place]


def _is_word(name: str) -> bool:
    """Whether a name can be told from the rest of a text: an address or a number cannot."""
    return len(name) >= _LEAST and any(character.isalpha() for character in name) and name not in _WORDS


def _is_public(domain: str) -> bool:
    # Of a Service, the domain of the cluster says nothing, and its own name does.
    if domain.endswith(".svc.cluster.local"):
        return domain.split(".")[:2] in (["kubernetes", "default"], ["kube-dns", "kube-system"])
    return any(domain == one or domain.endswith(f".{one}") for one in _PUBLIC)


def _is_file(domain: str) -> bool:
    return domain.rpartition(".")[2] in _FILES


__all__ = ["KNOWN", "StandIns"]
