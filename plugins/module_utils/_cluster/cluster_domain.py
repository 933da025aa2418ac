# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The domain of the names of Services, as the configuration of a cluster has it. No I/O, no Ansible.

Each kubelet writes its C(clusterDomain) into the resolv.conf of its pods, so the kubelets' configuration counts first.
kubeadm keeps it in a ConfigMap, and its own C(dnsDomain) in another one. Other clusters have neither, but nearly all of
them run CoreDNS, whose Corefile names the zones that its plugin kubernetes serves.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.fields import (
    read_fields,
    read_list,
    read_metadata,
)

DEFAULT_DOMAIN = "cluster.local"

# kubeadm before 1.24 wrote the ConfigMap kubelet-config-1.23 or the like.
_KUBELETS = re.compile(r"kubelet-config(-1\.[0-9]+)?")
_KUBEADM = "kubeadm-config"
# "kubernetes [ZONES...] {" or without the brace, in a block whose first line has the zones of the server.
_PLUGIN = re.compile(r"\s*kubernetes\b([^{#]*)")
_SERVER = re.compile(r"([^\s{#][^{#]*)\{")

_Parser = Callable[[str], Any]


@dataclass(frozen=True)
class ClusterDomain:
    """A domain, and the place that says it in words; found is V(False) when it is only the default."""

    name: str
    origin: str
    found: bool


def find_cluster_domain(config_maps: Any, parse: _Parser, kubelet: str | None = None) -> ClusterDomain:
    """Return the domain of the first place that has one: the kubelets' ConfigMap, kubeadm's, CoreDNS's, a node's file.

    Args:
        config_maps: ConfigMap objects of kube-system
        parse: makes plain data of a text in YAML, and None of another text; nodes have no PyYAML
        kubelet: the text of the file with a kubelet's configuration; None: it was not read

    Returns:
        The domain. Its origin names the other places that have another domain, because then names may fail.

    Raises:
        InputError: the input is no list of ConfigMap objects
    """
    found = sorted(_domains(config_maps, parse))
    if kubelet:
        found += [(3, domain, "the kubelet's configuration on a node") for domain in _texts(kubelet, parse, "kubelet")]
    if not found:
        return ClusterDomain(
            DEFAULT_DOMAIN, "Kubernetes' default, because no configuration was found that names one", False
        )
    name = found[0][1]
    others = [f"{origin} has {domain}" for _rank, domain, origin in found if domain != name]
    return ClusterDomain(name, found[0][2] + (f" ({', '.join(others)})" if others else ""), True)


def _domains(config_maps: Any, parse: _Parser) -> Iterator[tuple[int, str, str]]:
    """Yield the rank, the domain and the origin of each place that has a domain."""
    for index, item in enumerate(read_list(config_maps, "config_maps")):
        metadata = read_metadata(item, f"config_maps[{index}]", "ConfigMap")
        data = read_fields(read_fields(item, "config_map").get("data", {}), "data")
        ranked = {"kubelet": 0 if _KUBELETS.fullmatch(metadata.name) else None}
        ranked["ClusterConfiguration"] = 1 if metadata.name == _KUBEADM else None
        ranked["Corefile"] = 2
        for key, rank in ranked.items():
            if rank is not None and isinstance(data.get(key), str):
                for domain in _texts(data[key], parse, key):
                    yield rank, domain, f"ConfigMap {metadata}"


def _texts(text: str, parse: _Parser, key: str) -> Sequence[str]:
    """Return the domain in a text, alone in a list; nothing when the text has none."""
    if key == "Corefile":
        return list(_zones(text))[:1]
    document = parse(text)
    if key == "ClusterConfiguration":
        document = document.get("networking") if isinstance(document, Mapping) else None
    field = "clusterDomain" if key == "kubelet" else "dnsDomain"
    domain = document.get(field) if isinstance(document, Mapping) else None
    return [domain.rstrip(".")] if isinstance(domain, str) and domain.rstrip(".") else ()


def _zones(corefile: str) -> Iterator[str]:
    """Yield the zones that CoreDNS's plugin kubernetes serves. Without zones of its own, it serves the server's."""
    server: list[str] = []
    for line in corefile.splitlines():
        plugin, block = _PLUGIN.match(line), _SERVER.match(line)
        if plugin:
            yield from filter(None, map(_zone, plugin[1].split() or server))
        elif block:
            server = block[1].replace(",", " ").split()


def _zone(text: str) -> str | None:
    """Return the domain of a zone; None for a reverse zone, a network, and the root."""
    name = re.sub(r"^[a-z]+://", "", text)
    name = re.sub(r":[0-9]+$", "", name).rstrip(".").lower()
    return None if not name or name.endswith(".arpa") or "/" in name or ":" in name else name


__all__ = ["find_cluster_domain"]
