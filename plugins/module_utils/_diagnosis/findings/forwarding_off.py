# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The kernel of a node does not forward packets, or bridges pass the packet filter by."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.causes import (
    Cause,
    Found,
    named,
    several,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.failed_cells import (
    PROXIED,
    Scope,
    either_end,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.gathered import Gathered
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.node_facts import NodeFacts

# Of each address family: the setting to forward, and the one that shows bridged packets to the packet filter.
_SETTINGS = {
    "ipv4": ("net.ipv4.ip_forward", "net.bridge.bridge-nf-call-iptables"),
    "ipv6": ("net.ipv6.conf.all.forwarding", "net.bridge.bridge-nf-call-ip6tables"),
}


def find(gathered: Gathered) -> Iterator[Found]:
    found: dict[tuple[str, str, bool], dict[str, NodeFacts]] = defaultdict(dict)
    for node in gathered.nodes:
        for family in gathered.pod_families:
            for key in _SETTINGS[family]:
                forwards = key == _SETTINGS[family][0]
                if node.sysctl(key) == "0" and (forwards or node.bridge):
                    found[key, family, forwards][node.name] = node
    for (key, family, forwards), nodes in sorted(found.items()):
        yield _found(gathered, key, family, forwards, nodes)


def _found(gathered: Gathered, key: str, family: str, forwards: bool, nodes: dict[str, NodeFacts]) -> Found:
    names, families = frozenset(nodes), frozenset((family,))
    here = Scope(sources=names, kinds=PROXIED, source_kinds=frozenset(("pod",)))
    scopes = (*either_end(names, None), here) if forwards else (here,)
    has_file = any((node.data["sysctls"][key] or {}).get("files") for node in nodes.values())
    where = "to that file" if has_file else "to a file of /etc/sysctl.d"
    return Found(
        tuple(sorted(names)),
        f"{key} is 0 on {named(names)}, so {several(names, 'the node does', 'the nodes do')} not "
        + ("forward packets of pods" if forwards else "show packets between pods to kube-proxy's rules"),
        tuple(f"{name}: {node.sysctl_source(key, '0')}" for name, node in sorted(nodes.items())[:5]),
        f"write {key}=1 {where} and run `sysctl --system`"
        + gathered.remedy(", or run playbooks/cluster.yml (role common) again", ""),
        tuple(replace(one, families=families) for one in scopes),
    )


CAUSE = Cause(
    id="forwarding_off",
    severity="error",
    layer="machine",
    title="The kernel does not forward",
    cause=(
        "Kubernetes needs net.ipv4.ip_forward, and with a bridge net.bridge.bridge-nf-call-iptables; for IPv6 "
        "net.ipv6.conf.all.forwarding and bridge-nf-call-ip6tables. A file that "
        "comes later "
        "in the order of sysctl.d, or a program, set it to 0."
    ),
    evidence="The value, and the file and line that set it, by the order of sysctl.d(5).",
    remedy="Correct the file that is named, then `sysctl --system`; the role `common` sets both.",
    harmless=(
        "bridge-nf-call-iptables is 0 where the pod network has no bridge, such as with Calico. A setting is for an "
        "address family that pods do not have."
    ),
    find=find,
)
