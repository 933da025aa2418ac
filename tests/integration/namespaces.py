"""Two nodes with two pods each, and a router between them, as network namespaces without a link to the machine's own.

    a1, a2 ── node a ── router ── node b ── b1, b2

Node and pods have an IPv4 and an IPv6 address each. Whatever leaves a node for the other's pods passes the router.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager

from namespace_set import NamespaceSet, batch

from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import Endpoint

NODES = {"a": 1, "b": 2}
PODS = {"a1": "a", "a2": "a", "b1": "b", "b2": "b"}
ROUTER = "router"
_SET = NamespaceSet("test-podnet-")
path, inside, remove, rules, during = _SET.path, _SET.inside, _SET.remove, _SET.rules, _SET.changed


def pod_addresses(pod: str) -> tuple[str, str]:
    """Return the addresses of a pod."""
    n = NODES[PODS[pod]]
    return f"10.98.{n}.1{pod[1]}", f"fd00:98:{n}::1{pod[1]}"


def node_addresses(node: str) -> tuple[str, str]:
    """Return the addresses of a node on the network between the nodes."""
    return f"10.99.{NODES[node]}.1", f"fd00:99:{NODES[node]}::1"


def endpoints() -> list[Endpoint]:
    """Return pods and nodes. Each has the name of its namespace."""
    pods = [Endpoint(pod, "pod", pod_addresses(pod), node, own=True) for pod, node in PODS.items()]
    return [*pods, *(Endpoint(node, "node", node_addresses(node), node) for node in NODES)]


def make() -> None:
    """Make the namespaces, in place of those that a killed run may have left."""
    remove()
    names = [*NODES, *PODS, ROUTER]
    _SET.add(names)
    for name in names:
        # IPv6 addresses are usable at once; and a packet that comes from where no answer would go is dropped.
        sysctls = ["net.ipv6.conf.all.accept_dad=0", "net.ipv6.conf.default.accept_dad=0"]
        sysctls += ["net.ipv4.conf.all.rp_filter=1", "net.ipv4.conf.default.rp_filter=1"]
        if name not in PODS:
            sysctls += ["net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1"]
        inside(name, "sysctl", "-qw", *sysctls)
    batch(_links())
    for name in names:
        inside(name, "ip", "-batch", "-", stdin="".join(f"{line}\n" for line in _addresses(name)))


def _links() -> Iterator[str]:
    """Yield the lines of ip(8) that make the links."""
    for node in NODES:
        yield f"link add eth0 netns {_SET.prefix}{node} type veth peer name to-{node} netns {_SET.prefix}{ROUTER}"
    for pod, node in PODS.items():
        yield f"link add eth0 netns {_SET.prefix}{pod} type veth peer name {pod} netns {_SET.prefix}{node}"


def _addresses(name: str) -> Iterator[str]:
    """Yield the lines of ip(8) that set links, addresses and routes of a namespace up."""
    yield "link set lo up"
    if name == ROUTER:
        for node, n in NODES.items():
            yield f"link set to-{node} up"
            yield f"address add 10.99.{n}.254/24 dev to-{node}"
            yield f"address add fd00:99:{n}::fe/64 dev to-{node}"
            yield f"route add 10.98.{n}.0/24 via 10.99.{n}.1"
            yield f"route add fd00:98:{n}::/64 via fd00:99:{n}::1"
        return
    n = NODES[PODS.get(name, name)]
    own = pod_addresses(name) if name in PODS else node_addresses(name)
    gateways = (f"10.98.{n}.1", f"fd00:98:{n}::1") if name in PODS else (f"10.99.{n}.254", f"fd00:99:{n}::fe")
    if name in NODES:
        yield "link add cni0 type bridge"
        yield f"address add 10.98.{n}.1/24 dev cni0"
        yield f"address add fd00:98:{n}::1/64 dev cni0"
        yield "link set cni0 up"
        for pod in (pod for pod, node in PODS.items() if node == name):
            yield f"link set {pod} master cni0 up"
    yield "link set eth0 up"
    yield f"address add {own[0]}/24 dev eth0"
    yield f"address add {own[1]}/64 dev eth0"
    for gateway in gateways:
        yield f"route add default via {gateway}"


def changed(name: str, do: str, undo: str) -> AbstractContextManager[None]:
    """Have a change by ip(8) in a namespace."""
    return _SET.changed(name, f"ip {do}", f"ip {undo}")
