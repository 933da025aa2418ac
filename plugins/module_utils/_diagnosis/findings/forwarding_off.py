# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The kernel of a node does not forward packets, or bridges pass the packet filter by."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

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

_FORWARD, _BRIDGE = "net.ipv4.ip_forward", "net.bridge.bridge-nf-call-iptables"


def find(gathered: Gathered) -> Iterator[Found]:
    found: dict[str, dict[str, NodeFacts]] = defaultdict(dict)
    for node in gathered.nodes:
        for key in (_FORWARD, _BRIDGE):
            if node.sysctl(key) == "0" and (key == _FORWARD or node.bridge):
                found[key][node.name] = node
    for key, nodes in sorted(found.items()):
        names = frozenset(nodes)
        here = Scope(sources=names, kinds=PROXIED, source_kinds=frozenset(("pod",)))
        explains = (*either_end(names, None), here) if key == _FORWARD else (here,)
        yield Found(
            tuple(sorted(names)),
            f"{key} is 0 on {named(names)}, so {several(names, 'the node does', 'the nodes do')} not "
            + ("forward packets of pods" if key == _FORWARD else "show packets between pods to kube-proxy's rules"),
            tuple(f"{name}: {node.sysctl_source(key, '0')}" for name, node in sorted(nodes.items())[:5]),
            f"write {key}=1 to that file and run `sysctl --system`, or run playbooks/cluster.yml (role common) again",
            explains,
        )


CAUSE = Cause(
    id="forwarding_off",
    severity="error",
    layer="machine",
    title="The kernel does not forward",
    cause=(
        "Kubernetes needs net.ipv4.ip_forward, and with a bridge net.bridge.bridge-nf-call-iptables. A file that "
        "comes later "
        "in the order of sysctl.d, or a program, set it to 0."
    ),
    evidence="The value, and the file and line that set it, by the order of sysctl.d(5).",
    remedy="Correct the file that is named, then `sysctl --system`; the role `common` sets both.",
    harmless="bridge-nf-call-iptables is 0 where the pod network has no bridge, such as with Calico.",
    find=find,
)
