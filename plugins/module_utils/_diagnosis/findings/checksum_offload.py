# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pings pass the overlay and TCP does not: a NIC does not compute the checksums that the overlay link leaves to it."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.causes import Cause, Found, named
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.failed_cells import (
    OVER_PODS,
    Scope,
    either_end,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.gathered import Gathered
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.node_facts import NodeFacts
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.node_ports import (
    KUBELET_NAME,
    OpenPort,
    surely_open,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.tunnels import (
    KUBELET,
    Tunnel,
    knocked,
    silent_tunnels,
)

_WITH_CHECKSUM = frozenset(("tcp", "udp", "dns", "mtu"))  # ICMP's checksum is always the kernel's work
_COUNTER = "Tcp.InCsumErrors"


def find(gathered: Gathered) -> Iterator[Found]:
    tunnels = [one for one in silent_tunnels(gathered) if _loses_tcp_alone(gathered, one)]
    if not tunnels:
        return
    pairs = [frozenset((one.source.name, one.target.name)) for one in tunnels]
    # Where one node is in all pairs, its NIC is at fault.
    names = frozenset.intersection(*pairs) or frozenset.union(*pairs)
    link = tunnels[0].link.name
    errors = {name: _errors(gathered.facts[name]) for name in sorted(frozenset.union(*pairs))}
    yield Found(
        tuple(sorted(names)),
        f"Pings pass {link} of {named(names)} and TCP does not: the NIC does not compute the checksums inside VXLAN",
        (
            *(_text(one) for one in tunnels[:2]),
            f"{link} leaves the checksums of TCP to the NIC (tx-checksumming: on)",
            *(f"{name} dropped {count} packets with a wrong TCP checksum" for name, count in errors.items() if count),
        ),
        f"run `ethtool -K {link} tx off` on {named(names)}; with Calico set featureDetectOverride: "
        "ChecksumOffloadBroken=true in FelixConfiguration",
        tuple(Scope(one.sources, one.targets, OVER_PODS, _WITH_CHECKSUM, across=True) for one in either_end(names)),
    )


def _loses_tcp_alone(gathered: Gathered, tunnel: Tunnel) -> bool:
    """Whether TCP is lost in the tunnel and not outside, and no rule can be the cause."""
    outside = knocked(tunnel.source, "tcp", tunnel.outer, KUBELET) in ("open", "refused")
    alone = tunnel.inside("icmp") == "answer" and tunnel.inside("tcp") == "timeout"
    leaves = any(_leaves(node, tunnel.link.name) for node in (tunnel.source, tunnel.target))
    if not (outside and alone and leaves):
        return False
    source = next((one.partition("/")[0] for one in tunnel.link.addresses if ":" not in one), "")
    port = OpenPort(KUBELET_NAME, "tcp", KUBELET, tunnel.inner)
    no_rule = bool(source) and surely_open(gathered, tunnel.target, port, source)
    return no_rule or _errors(tunnel.source) + _errors(tunnel.target) > 0


def _leaves(node: NodeFacts, link: str) -> bool:
    return bool(((node.data.get("overlay") or {}).get(link) or {}).get("leaves_checksums"))


def _errors(node: NodeFacts) -> int:
    return int((node.data.get("counters") or {}).get(_COUNTER, 0))


def _text(tunnel: Tunnel) -> str:
    return (
        f"{tunnel.source.name} to {tunnel.inner} of {tunnel.target.name}: a ping is answered, TCP port {KUBELET} is "
        "not; outside of the overlay it is"
    )


CAUSE = Cause(
    id="checksum_offload",
    severity="error",
    layer="machine",
    title="Pings pass the overlay and TCP does not",
    cause=(
        "The overlay link leaves checksums to the NIC, and the NIC or the hypervisor does not compute them inside "
        "VXLAN. The other node drops all TCP and UDP packets of pods, and answers pings."
    ),
    evidence=(
        "A ping and a connection to another node's address on the overlay, and the same connection outside of it. The "
        "feature tx-checksumming of the link, and the kernel's counter of wrong checksums."
    ),
    remedy="`ethtool -K flannel.1 tx off` on the nodes; with Calico, ChecksumOffloadBroken=true.",
    harmless=(
        "Links leave checksums to NICs on all healthy nodes. A rule that drops TCP and not pings has the same signs: "
        "where one may match, the counter of wrong checksums must have moved."
    ),
    find=find,
)
