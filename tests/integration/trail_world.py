"""Two nodes with a bridge, pods and VXLAN, as network namespaces: what follows packets is tested on them.

    a1, a2 ── cni0, flannel.1 (node a) ── eth0 ══ wire ══ eth0 ── (node b) flannel.1, cni0 ── b1
                                       ── nat0 ── (nobody answers)

The nodes' NICs eth0 are the two ends of a bridge in the namespace wire. Each node has one more NIC, nat0, with the same
address on both, as Vagrant's machines have.
"""

from __future__ import annotations

from collections.abc import Iterator

from namespace_set import NamespaceSet, batch

from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import Endpoint

NODES = {"a": 1, "b": 2}
PODS = {"a1": "a", "a2": "a", "b1": "b"}
VNI = 1
PORT = 8472
NAT = "10.0.2.15"
_WIRE = "wire"
_SET = NamespaceSet("test-trail-")
path, inside, remove, rules, changed = _SET.path, _SET.inside, _SET.remove, _SET.rules, _SET.changed


def pod_addresses(pod: str) -> tuple[str, str]:
    """Return the addresses of a pod."""
    n = NODES[PODS[pod]]
    return f"10.96.{n}.1{pod[1]}", f"fd00:96:{n}::1{pod[1]}"


def node_address(node: str) -> str:
    """Return the address of a node on the network between the nodes."""
    return f"10.97.0.{NODES[node]}"


def mac(node: str) -> str:
    """Return the MAC address of a node's VXLAN link."""
    return f"02:00:00:00:96:0{NODES[node]}"


def endpoints() -> list[Endpoint]:
    """Return pods and nodes. Each has the name of its namespace."""
    pods = [Endpoint(pod, "pod", pod_addresses(pod), node, own=True) for pod, node in PODS.items()]
    return [*pods, *(Endpoint(node, "node", (node_address(node),), node) for node in NODES)]


def make() -> None:
    """Make the namespaces, in place of those that a killed run may have left."""
    remove()
    names = [*NODES, *PODS, _WIRE]
    _SET.add(names)
    for name in names:
        sysctls = ["net.ipv6.conf.all.accept_dad=0", "net.ipv6.conf.default.accept_dad=0"]
        sysctls += ["net.ipv4.conf.all.rp_filter=0", "net.ipv4.conf.default.rp_filter=0"]
        if name in NODES:
            sysctls += ["net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1"]
        inside(name, "sysctl", "-qw", *sysctls)
    batch(_links())
    for name in names:
        inside(name, "ip", "-batch", "-", stdin="".join(f"{line}\n" for line in _addresses(name)))
    for node in NODES:
        other = _other(node)
        inside(node, "bridge", "fdb", "add", mac(other), "dev", "flannel.1", "dst", node_address(other))


def _other(node: str) -> str:
    """Return the other node."""
    (other,) = NODES.keys() - {node}
    return other


def _links() -> Iterator[str]:
    """Yield the lines of ip(8) that make the links."""
    for node in NODES:
        yield f"link add eth0 netns {_SET.prefix}{node} type veth peer name to-{node} netns {_SET.prefix}{_WIRE}"
        yield f"link add nat0 netns {_SET.prefix}{node} type veth peer name nat-{node} netns {_SET.prefix}{_WIRE}"
    for pod, node in PODS.items():
        yield f"link add eth0 netns {_SET.prefix}{pod} type veth peer name veth-{pod} netns {_SET.prefix}{node}"


def _addresses(name: str) -> Iterator[str]:
    """Yield the lines of ip(8) that set links, addresses and routes of a namespace up."""
    yield "link set lo up"
    if name == _WIRE:
        yield "link add switch type bridge"
        yield "link set switch up"
        for node in NODES:
            yield f"link set to-{node} master switch up"
            yield f"link set nat-{node} up"
        return
    n = NODES[PODS.get(name, name)]
    if name in PODS:
        yield "link set eth0 mtu 1450 up"
        for address, length in zip(pod_addresses(name), (24, 64)):
            yield f"address add {address}/{length} dev eth0"
        yield f"route add default via 10.96.{n}.1"
        yield f"route add default via fd00:96:{n}::1"
        return
    other = _other(name)
    m = NODES[other]
    yield "link add cni0 type bridge"
    yield "link set cni0 mtu 1450 up"
    yield f"address add 10.96.{n}.1/24 dev cni0"
    yield f"address add fd00:96:{n}::1/64 dev cni0"
    for pod in (pod for pod, node in PODS.items() if node == name):
        yield f"link set veth-{pod} mtu 1450 master cni0 up"
    yield "link set eth0 up"
    yield f"address add {node_address(name)}/24 dev eth0"
    yield "link set nat0 up"
    yield f"address add {NAT}/24 dev nat0"
    yield (
        f"link add flannel.1 address {mac(name)} type vxlan id {VNI} dstport {PORT} local {node_address(name)} "
        "dev eth0 nolearning"
    )
    yield "link set flannel.1 mtu 1450 up"
    yield f"address add 10.96.{n}.0/32 dev flannel.1"
    yield f"neighbour add 10.96.{m}.0 lladdr {mac(other)} dev flannel.1"
    yield f"route add 10.96.{m}.0/24 via 10.96.{m}.0 dev flannel.1 onlink"
    yield f"neighbour add fd00:96:{m}:: lladdr {mac(other)} dev flannel.1"
    yield f"route add fd00:96:{m}::/64 via fd00:96:{m}:: dev flannel.1 onlink"
