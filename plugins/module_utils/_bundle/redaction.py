# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replaces names in everything that was gathered, so that the same findings come out. No I/O, no Ansible.

Names of nodes, namespaces, pods and other objects are collected where they are defined, and replaced wherever they
stand. Names that no object defines, such as hosts and registries in a log, are recognized by their form.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._bundle.bundle import BundleParts
from ansible_collections.podnet.kubernetes.plugins.module_utils._bundle.stand_ins import KNOWN, StandIns
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.cluster_facts import (
    MICROK8S_LABEL,
    VIRTUAL_KEY,
    VIRTUAL_LABELS,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.node_facts import NO_UUID, name_of

# Fields whose values are words of programs, and never names.
_WORDS = """
    kind type table protocol metric hook policy family check verdict outcome severity ipam delegate op operator effect
    phase status apiVersion schema finished started made policyTypes failurePolicy
    LoadState ActiveState SubState Result ExecMainStatus NRestarts cgroupDriver failSwapOn cgroup-driver
    public_key subject_key authority_key
"""
_TECHNICAL = frozenset(_WORDS.split())
_IDENTIFIERS = frozenset(("machine_id", "product_uuid", "boot_id", "machineID", "systemUUID", "bootID", "uid", "uids"))
# Fields of the cluster's objects that hold names, or the name of a port.
_NAMES = frozenset(
    ("name", "namespace", "nodeName", "generateName", "hostname", "serviceAccountName", "port", "targetPort")
)
# Fields of nodes and of a report that refer to hosts and endpoints.
_HOSTS = """
    host hostname-override source target node nodes backends backend_nodes overlay_nodes local_nodes via endpoint
    answered_by nodeName
"""
_REFERENCES = frozenset(_HOSTS.split())
_LABELS = frozenset(("labels", "matchLabels", "nodeSelector", "selector"))
# Objects whose keys are data: names of hosts, files or links.
_KEYS_ARE_DATA = frozenset(
    ("unread", "not_looked_at", "programs", "allocated", "overlay", "resolver", "allocation", "knocks")
)
_KNOWN_LABEL = re.compile(r"(.*\.)?(kubernetes\.io|k8s\.io|projectcalico\.org)/|(k8s-app|app|tier|component)$")
_KNOWN_LABELS = (*("controller-revision-hash", "pod-template-hash", "pod-template-generation"),)
# Labels that say of which kind a node is.
_OF_KINDS = (*VIRTUAL_LABELS, MICROK8S_LABEL)
_NAME_LIKE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)+")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_COMMENT = re.compile(r'-m comment --comment (?:"(?:[^"\\]|\\.)*"|\S+) ?')
_SET = re.compile(r"(--(?:match|add|del)-set )(?!KUBE-|cali|f2b-|weave-|CILIUM)(\S+)")
_TABLE = re.compile(r"[*][a-z]+")
_CHAIN = re.compile(r":(\S+) ")
_OUR_CHAINS = re.compile(
    r"(KUBE-|cali|CNI-|FLANNEL|DOCKER|PODNET|LIBVIRT|WEAVE|CILIUM|f2b-|ufw|INPUT|OUTPUT|FORWARD|PREROUTING|POSTROUTING)"
)
_NFT_NAMES = re.compile(
    r"((nat|filter|mangle|raw|security)?[-_]?(input|output|forward|prerouting|postrouting|ingress|egress)?$)"
    r"|.*(kube|network-policies|firewalld|f2b|fail2ban|cali|cilium|docker|ufw|libvirt|podman|netavark|tailscale|^ts-)",
    re.IGNORECASE,
)
_PART = re.compile(r"([A-Za-z.0-9]+)=([^,]+)")


def without_names(parts: BundleParts, key: bytes) -> BundleParts:
    """Return the parts with stand-ins in place of names.

    Args:
        parts: what was gathered, without secrets
        key: a secret; another one gives other stand-ins for public addresses
    """
    parts = replace(parts, report=_without_comparison(parts.report))
    names = StandIns(key)
    _collect(names, parts)
    walk, in_objects = _Walk(names), _Walk(names, of_objects=True)
    return BundleParts(
        {_host(names, host): walk.value("", data) for host, data in sorted(parts.nodes.items())},
        None if parts.objects is None else {name: in_objects.value("", items) for name, items in parts.objects.items()},
        walk.value("", parts.report),
        walk.value("", parts.allocation),
        None if parts.node_network is None else names.text(parts.node_network),
        {_host(names, part): names.text(str(reason)) for part, reason in parts.not_looked_at.items()},
    )


def _without_comparison(report: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """Leave out what changed since an earlier run: it has names of pods that are gone, and no finding reads it."""
    return report and {key: value for key, value in report.items() if key != "comparison"}


def _host(names: StandIns, host: str) -> str:
    return names.get(host) or names.text(host)


def _collect(names: StandIns, parts: BundleParts) -> None:
    """Add the names of all nodes, objects and endpoints."""
    objects = {kind: list(items or ()) for kind, items in (parts.objects or {}).items()}
    known = [str(item["metadata"]["name"]) for item in objects.get("nodes", ())]
    aliases = list(_aliases(parts.nodes, known))
    # The file may have nodes that are gone.
    known += sorted(map(str, (parts.allocation or {}).get("allocation") or ()))
    _add_nodes(names, known, aliases)
    for kind, items in sorted(objects.items()):
        for item in items:
            metadata = item.get("metadata") or {}
            names.add("namespace", str(metadata.get("namespace") or ""))
            names.add(_SINGULAR.get(kind, "object"), str(metadata.get("name") or ""))
    _add_labels(names, parts, [item for items in objects.values() for item in items])
    for endpoint in (parts.report or {}).get("endpoints") or ():
        namespace, slash, rest = str(endpoint["name"]).partition("/")
        if slash:
            names.add("namespace", namespace)
            own, _colon, _port = rest.partition(":")
            names.add("pod" if endpoint["kind"] == "pod" else "service", own)
        elif endpoint["kind"] == "node":
            names.add("node", namespace)


def _add_labels(names: StandIns, parts: BundleParts, items: Iterable[Mapping[str, Any]]) -> None:
    """Add labels and their values that no text has by chance: words with a hyphen, which are no link's name."""
    links = {one["name"] for data in parts.nodes.values() for one in (data or {}).get("links") or ()}
    for item in items:
        for key, value in ((item.get("metadata") or {}).get("labels") or {}).items():
            if not _KNOWN_LABEL.match(key) and _NAME_LIKE.fullmatch(key):
                names.add("label", key)
            if key not in _KNOWN_LABELS and _NAME_LIKE.fullmatch(str(value)) and value not in links:
                names.add("value", str(value))


_SINGULAR = {"pods": "pod", "network_policies": "policy", "namespaces": "namespace", "services": "service"}


def _aliases(nodes: Mapping[str, Any], known: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield each name that a node has, with the name by which the diagnosis knows it."""
    names = {host: name_of(data, known, host) if data else host for host, data in nodes.items()}
    hosts = Counter(names.values())
    for host, name in names.items():
        # Without the API, hosts with one host name have one name. They stay two hosts.
        own = name if hosts[name] == 1 else host
        yield from ((alias, own) for alias in _spellings(host))
        data = nodes[host] or {}
        flags = (data.get("kubelet") or {}).get("flags") or {}
        for text in filter(None, (data.get("host"), flags.get("hostname-override"))):
            yield from ((alias, name) for alias in _spellings(str(text)))


def _spellings(name: str) -> tuple[str, ...]:
    """A name as it is and in small letters, with its domain and without. An address has no domain."""
    if not any(map(str.isalpha, name)):
        return (name,)
    return tuple({one for text in (name, name.lower()) for one in (text, text.partition(".")[0])})


def _add_nodes(names: StandIns, known: Iterable[str], aliases: list[tuple[str, str]]) -> None:
    """Give each node a stand-in, the same for all its names. Numbers have one length, so that their order stays."""
    nodes = sorted({*known, *(name for _alias, name in aliases)})
    length = len(str(len(nodes)))
    stand_ins = {name: f"node-{number:0{length}}" for number, name in enumerate(nodes, 1)}
    for name in nodes:
        names.add("node", name, stand_ins[name])
    owners = Counter(alias for alias, _name in set(aliases))
    for alias, name in sorted(set(aliases)):
        # A name of several nodes, such as localhost, tells none of them.
        names.add("host", alias, stand_ins[name] if owners[alias] == 1 else None)


class _Walk:
    """Replaces names in plain data; how, depends on the field."""

    def __init__(self, names: StandIns, of_objects: bool = False) -> None:
        self._names = names
        self._of_objects = of_objects

    def value(self, field: str, value: Any) -> Any:
        """Return the value of a field with stand-ins."""
        if isinstance(value, Mapping):
            return self._object(field, value)
        if isinstance(value, (list, tuple)):
            if field == "lines":
                return list(self._rules(list(map(str, value))))
            return [self.value(field, one) for one in value]
        return self._text(field, value) if isinstance(value, str) else value

    def _object(self, field: str, value: Mapping[str, Any]) -> dict[str, Any]:
        if field in _LABELS and all(isinstance(one, str) for one in value.values()):
            return {self._label(key): self._label_value(key, one) for key, one in value.items()}
        if "key" in value and ("operator" in value or "effect" in value):
            return self._requirement(value)
        shown = {key: self.value(str(key), one) for key, one in value.items()}
        # A chain of nftables, and a rule that leads to one.
        places: tuple[str, ...] = ("table", "chain") if {"family", "table", "chain"} <= value.keys() else ()
        places += ("target",) if field in ("jump", "goto") else ()
        if places:
            return {**shown, **{key: self._chain(str(value[key])) for key in places if key in value}}
        if field in _KEYS_ARE_DATA:
            return {_host(self._names, str(key)): self.value("", one) for key, one in value.items()}
        return shown

    def _chain(self, name: str) -> str:
        """Replace the name of a table or a chain of nftables, unless a known program made it."""
        return name if _NFT_NAMES.match(name) else self._names.chain(name)

    def _requirement(self, value: Mapping[str, Any]) -> dict[str, Any]:
        """Replace the label in a requirement of a selector, in a taint or in a toleration."""
        key = str(value["key"])
        shown = {**value, "key": self._label(key)}
        if "values" in value:
            shown["values"] = [self._label_value(key, str(one)) for one in value["values"] or ()]
        if "value" in value:
            shown["value"] = self._label_value(key, str(value["value"]))
        return shown

    def _text(self, field: str, text: str) -> str:
        if field in _TECHNICAL:
            return text
        if field in _IDENTIFIERS:
            if NO_UUID.fullmatch(text):
                return text
            return self._names.value("id", text)
        if self._of_objects and field in ("image", "imageID"):
            return self._names.image(text)
        if self._of_objects and field in _NAMES and not text.isdigit():
            return self._names.value("name", text)
        if field in ("subject", "issuer"):
            return _PART.sub(self._part, text)
        if field in ("prefix", "comment"):  # of a rule that writes a log, and what a person wrote
            return "..."
        return self._names.reference(text) if field in _REFERENCES else self._names.text(text)

    def _part(self, found: re.Match[str]) -> str:
        """Replace a part of a certificate's name."""
        value = found[2].strip()
        shown = self._names.get(value) or self._names.text(value)
        if shown == value and value not in KNOWN and not value.startswith("system:") and "@" not in value:
            shown = self._names.value("name", value)
        return f"{found[1]}={shown}"

    def _label(self, key: str) -> str:
        known = _KNOWN_LABEL.match(key) or key in _KNOWN_LABELS or key in _OF_KINDS or key.startswith(VIRTUAL_KEY)
        return key if known else self._names.value("label", key)

    def _label_value(self, key: str, value: str) -> str:
        if key in _KNOWN_LABELS or value in ("true", "false") or value in VIRTUAL_LABELS.get(key, ()):
            return value
        return self._names.value("value", value)

    def _rules(self, lines: list[str]) -> Iterator[str]:
        """Yield rules of iptables without comments, and with stand-ins for chains of other programs."""
        declared = [found[1] for found in map(_CHAIN.match, lines) if found]
        chains = {name: self._names.chain(name) for name in declared if not _OUR_CHAINS.match(name)}
        for line in lines:
            line = _SET.sub(lambda found: f"{found[1]}{self._names.set_name(found[2])}", line)
            words = _QUOTED.sub('"..."', _COMMENT.sub("", line)).split(" ")
            changed = [chains.get(word, word) for word in words]
            if words[0][:1] == ":":
                changed[0] = f":{chains.get(words[0][1:], words[0][1:])}"
            text = " ".join(changed)
            yield text if _TABLE.fullmatch(text) else self._names.text(text)


__all__ = ["without_names"]
