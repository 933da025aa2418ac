"""Reports of two nodes about packets from pod a on node1 to pod b on node2, over VXLAN, for the tests of trails."""

from __future__ import annotations

from dataclasses import replace

from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import Endpoint
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.clocks import Window
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.links import Link
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.packets import Flow, Outer
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.pairs import load_pairs
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.reports import NodeReport
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.sights import Sight
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.watch import Sent

A, B = "10.244.1.2", "10.244.2.2"
N1, N2 = "192.0.2.1", "192.0.2.2"
ENDPOINTS = [
    Endpoint("a", "pod", (A,), "node1"),
    Endpoint("b", "pod", (B,), "node2"),
    Endpoint("node1", "node", (N1,), "node1"),
    Endpoint("node2", "node", (N2,), "node2"),
]
PAIR = load_pairs([{"source": "a", "target": "b", "check": "icmp"}], ENDPOINTS)[0]
THERE, BACK = Outer("vxlan", N1, N2, 8472), Outer("vxlan", N2, N1, 8472)
NUMBERS = (0, 1, 2, 3)
# Where packets pass, in order: place, link, direction, outer packet.
WAY = (
    ("a", "eth0", "out", None),
    ("node1", "veth1", "in", None),
    ("node1", "cni0", "in", None),
    ("node1", "flannel.1", "out", None),
    ("node1", "enp0s8", "out", THERE),
    ("node2", "enp0s8", "in", THERE),
    ("node2", "flannel.1", "in", None),
    ("node2", "cni0", "out", None),
    ("node2", "veth1", "out", None),
    ("b", "eth0", "in", None),
)


def links(n: int) -> tuple[Link, ...]:
    """The links of a node."""
    return (
        Link("enp0s3", None, None, "08:00:27:00:00:03", 1500, ("10.0.2.15",)),
        Link("enp0s8", None, None, f"08:00:27:00:00:0{n}", 1500, (f"192.0.2.{n}",)),
        Link("flannel.1", "vxlan", None, f"ee:00:00:00:00:0{n}", 1450, (f"10.244.{n}.0",)),
        Link("cni0", "bridge", None, f"ee:00:00:00:00:1{n}", 1450, (f"10.244.{n}.1",)),
        Link("veth1", "veth", "cni0", f"ee:00:00:00:00:2{n}", 1450, ()),
    )


def sight(place, link, direction="in", outer=None, *, kind="probe", order=0, numbers=NUMBERS, flow=None, **more):
    """What a link saw of the pair."""
    usual = Flow(B, A) if kind == "answer" else Flow(A, B)
    return Sight(place, link, direction, kind, 0, flow or usual, outer, numbers, order, **more)


def probes(count=10, numbers=NUMBERS):
    """The sights of probes at the first links of the way."""
    return [sight(*where, order=order, numbers=numbers) for order, where in enumerate(WAY[:count])]


def answers(count=10, numbers=NUMBERS):
    """The sights of answers at the first links of the way back."""
    turned = {"in": "out", "out": "in"}
    back = [(place, link, turned[way], BACK if outer else None) for place, link, way, outer in reversed(WAY)]
    return [
        sight(*where, kind="answer", order=100 + order, numbers=numbers) for order, where in enumerate(back[:count])
    ]


def reports(sights, **changes):
    """The reports of both nodes, by name, which saw these sights; changes are fields of the reports by node."""
    found = {}
    for n, places in ((1, ("node1", "a")), (2, ("node2", "b"))):
        sent = tuple(Sent(0, number, 1002.2 + number / 10) for number in NUMBERS) if n == 1 else ()
        mine = tuple(one for one in sights if one.place in places)
        report = NodeReport(f"node{n}", places, Window(1000, 1006, 999.8, 1006.2, 998.8, 1007.2), sent, mine, links(n))
        found[report.node] = replace(report, **changes.get(report.node, {}))
    return found
