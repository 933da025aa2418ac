"""The diagnosis names what a real kernel shows of the way between two nodes: MTU, filters, ports and checksums."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import namespaces
import pytest
from namespaces import changed, inside, path, rules
from two_machines import SUBNETS, configuration, flannel

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="network namespaces need root")


def test_the_overlay_leaves_no_room_for_its_header(diagnose, machines):
    files = {node: machines[node] / "etc/cni/net.d/10-net.conflist" for node in SUBNETS}
    for node, file in files.items():
        file.write_text(json.dumps(configuration(node, "flannel")))
        subnet = SUBNETS[node].replace(".0/", ".1/")
        env = f"FLANNEL_NETWORK=10.98.0.0/16\nFLANNEL_SUBNET={subnet}\nFLANNEL_MTU=1450\nFLANNEL_IPMASQ=true\n"
        (machines[node] / "run/flannel/subnet.env").write_text(env)
    link = "link add flannel.1 type vxlan id 1 dev eth0 local 10.99.1.1 dstport 8472 nolearning"
    try:
        with changed("a", link, "link delete flannel.1"):
            assert diagnose("mtu") == []
            # The kernel knows the right size when it makes the link. The NIC may get another one afterwards.
            with changed("a", "link set eth0 mtu 1400", "link set eth0 mtu 1500"):
                found = diagnose("mtu")
    finally:
        for node, file in files.items():
            file.write_text(json.dumps(configuration(node)))
            (machines[node] / "run/flannel/subnet.env").unlink()
    assert found == [("mtu", ("a",), ("flannel.1 1450 + 50 bytes of header > eth0 1400",))]
    assert diagnose() == []


CONNECT = """
import socket, sys
try:
    socket.create_connection((sys.argv[1], 9), timeout=float(sys.argv[2]))
except ConnectionRefusedError:
    print("refused")
except OSError as error:
    print(error)
"""


def answers(target, source, seconds=1):
    """Whether a namespace answers a connection from another one: it refuses, because nothing listens."""
    return inside(source, sys.executable, "-c", CONNECT, target, str(seconds)).strip() == "refused"


def test_strict_rp_filter_refuses_packets_with_another_way_back(diagnose, machines):
    """Packets of a to pods of b take a second link, and b answers by the router."""
    (machines["b"] / "etc/sysctl.d/98-x.conf").write_text("# hardening\n\nnet.ipv4.conf.*.rp_filter = 1\n")
    link = f"link add eth1 type veth peer name eth1 netns {Path(path('b')).name}"
    with changed("a", link, "link delete eth1"), ExitStack() as stack:
        for node, n in namespaces.NODES.items():
            inside(node, "ip", "address", "add", f"10.97.0.{n}/24", "dev", "eth1")
            inside(node, "ip", "link", "set", "eth1", "up")
        # The answers reach a by the router.
        loose = "sysctl -qw net.ipv4.conf.eth0.rp_filter="
        stack.enter_context(namespaces.during("a", f"{loose}2", f"{loose}1"))
        stack.enter_context(changed("a", f"route add {SUBNETS['b']} via 10.97.0.2", f"route delete {SUBNETS['b']}"))
        back = f"{SUBNETS['a']} via 10.99.2.254"
        stack.enter_context(changed("b", f"route add {back}", f"route delete {back}"))
        lost, found = answers(namespaces.pod_addresses("b1")[0], "a1"), diagnose()
        inside("b", "sysctl", "-qw", "net.ipv4.conf.eth1.rp_filter=2")
        arrived, after = answers(namespaces.pod_addresses("b1")[0], "a1", seconds=5), diagnose()
    (machines["b"] / "etc/sysctl.d/98-x.conf").unlink()
    ((id, nodes, evidence),) = found
    assert (id, nodes, lost) == ("reverse_path", ("b",), False)
    assert evidence[:3] == (
        "10.98.1.2 of a arrives by eth1, and the way back is 10.98.1.0/24 via 10.99.2.254 dev eth0",
        "net.ipv4.conf.all.rp_filter is 1: /etc/sysctl.d/98-x.conf, line 3 sets it",
        "net.ipv4.conf.eth1.rp_filter is 1: /etc/sysctl.d/98-x.conf, line 3 sets it",
    )
    assert evidence[3].startswith("the kernel has refused ")
    assert (arrived, after) == (True, [])


def test_two_machines_have_one_mac_on_one_network(diagnose):
    """On two networks, with a router between them, the same is harmless."""
    mac = "02:00:00:00:00:77"
    own = {node: json.loads(inside(node, "ip", "-json", "link", "show", "eth0"))[0]["address"] for node in SUBNETS}
    link = f"link add eth1 type veth peer name eth1 netns {Path(path('b')).name}"
    with changed("a", link, "link delete eth1"):
        addresses = {node: f"10.97.0.{n}" for node, n in namespaces.NODES.items()}
        for node, address in addresses.items():
            inside(node, "ip", "address", "add", f"{address}/24", "dev", "eth1")
            inside(node, "ip", "link", "set", "eth1", "up", "address", mac)
        found = diagnose(addresses=addresses)
        inside("b", "ip", "link", "set", "eth1", "address", "02:00:00:00:00:78")
        after = diagnose(addresses=addresses)
    with ExitStack() as stack:
        for node in SUBNETS:
            do, undo = (f"link set eth0 address {one}" for one in (mac, own[node]))
            stack.enter_context(changed(node, do, undo))
        on_two_networks = diagnose()
    assert (found, after, on_two_networks) == ([("duplicate_identity", ("a", "b"), (f"MAC {mac}",))], [], [])


@pytest.fixture
def with_flannel(machines):
    with flannel(machines, "eth0", {node: namespaces.node_addresses(node)[0] for node in SUBNETS}):
        yield


def test_a_route_over_the_overlay_is_missing(diagnose, with_flannel):
    route = f"{SUBNETS['b']} via 10.98.2.0 dev flannel.1 onlink"
    with changed("a", f"route delete {SUBNETS['b']}", f"route add {route}"):
        found = diagnose()
    way = f"a: the way to {SUBNETS['b']} is default via 10.99.1.254 dev eth0"
    assert found == [("pod_routes", ("a",), (way,))]
    assert diagnose() == []


@pytest.mark.parametrize(
    ("name", "kind", "command", "evidence"),
    [
        ("docker0", "bridge", "address add 10.98.200.1/24 dev docker0", "a: docker0 has 10.98.200.1/24"),
        (
            "tun0",
            "vxlan id 77 dstport 4999 dev lo",
            "route add 10.98.2.128/25 dev tun0",
            "a: ip route: 10.98.2.128/25 dev tun0",
        ),
    ],
)
def test_the_link_of_another_program_is_inside_the_pod_network(diagnose, with_flannel, name, kind, command, evidence):
    with changed("a", f"link add {name} type {kind}", f"link delete {name}"):
        inside("a", "ip", "link", "set", name, "up")
        inside("a", "ip", *command.split())
        found = diagnose()
    assert found == [("overlapping_networks", ("a",), (evidence,))]
    assert diagnose() == []


@pytest.fixture
def with_api_server(machines):
    """Files of a control plane on a, and of a kubelet on both nodes."""
    address = namespaces.node_addresses("a")[0]
    manifest = machines["a"] / "etc/kubernetes/manifests/kube-apiserver.yaml"
    manifest.parent.mkdir(parents=True, exist_ok=True)
    manifest.write_text(f"    - --advertise-address={address}\n")
    (machines["b"] / "etc/kubernetes").mkdir(parents=True, exist_ok=True)
    files = [manifest, *(machines[node] / "etc/kubernetes/kubelet.conf" for node in SUBNETS)]
    for file in files[1:]:
        file.write_text(f"    server: https://{address}:6443\n")
    yield
    for file in files:
        file.unlink()


@pytest.mark.parametrize(
    ("where", "rule", "nodes", "evidence"),
    [
        ("b", "INPUT -p udp -m udp --dport 8472 -j DROP", ("b",), "table filter: -A "),
        ("a", "OUTPUT -p udp -m udp --dport 8472 -j DROP", ("a",), "table filter: -A "),
        ("router", "FORWARD -p udp -m udp --dport 8472 -j DROP", ("a", "b"), "a reaches 10.99.2.1, and 10.98.2.0 "),
        ("b", "INPUT -p tcp -m tcp --dport 10250 -j DROP", ("b",), "table filter: -A "),
        ("router", "FORWARD -p tcp -m tcp --dport 10250 -j DROP", ("a", "b"), "a pings 10.99.2.1, and its connection "),
        ("a", "INPUT -p tcp -m tcp --dport 6443 -j DROP", ("a",), "table filter: -A "),
        ("router", "FORWARD -p tcp -m tcp --dport 6443 -j DROP", ("a", "b"), "b pings 10.99.1.1, and its connection "),
    ],
)
def test_a_port_is_closed(diagnose, with_flannel, with_api_server, where, rule, nodes, evidence):
    inside(where, "iptables", "-A", *rule.split())
    found = diagnose()
    inside(where, "iptables", "-D", *rule.split())
    ((id, found_nodes, texts), *more) = found
    assert (id, found_nodes, more) == ("port_closed", nodes, [])
    assert texts[0].startswith(f"{evidence}{rule}" if evidence.endswith("-A ") else evidence)
    assert diagnose() == []


def test_a_chain_of_nftables_closes_a_port(diagnose, with_flannel):
    accepted = [
        "policy drop;",
        "ct state established,related accept",
        "meta l4proto icmp accept",
        "tcp dport 10250 accept",
    ]
    with rules("b", *accepted, hook="input"):
        found = diagnose()
    with rules("b", *accepted, "udp dport { 53, 8000-9000 } accept", hook="input"):
        after = diagnose()
    assert [one[:2] for one in found] == [("port_closed", ("b",))]
    assert found[0][2][0] == "nft: table inet test, chain test: policy drop"
    assert after == []


# A NIC that finishes the checksums of plain TCP, and not of TCP inside VXLAN. Packets that a packet socket reads have
# the checksums that the kernel left to the NIC.
NIC = """
import select, socket, struct, sys
def total(data):
    data += b"\\0" * (len(data) % 2)
    value = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while value >> 16:
        value = (value & 0xFFFF) + (value >> 16)
    return 0xFFFF - value
ends = [socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3)) for _name in sys.argv[1:]]
for end, name in zip(ends, sys.argv[1:]):
    end.bind((name, 0))
print("ready", flush=True)
while True:
    for end in select.select(ends, [], [])[0]:
        frame, (_name, _protocol, kind, *_rest) = end.recvfrom(65535)
        if kind == socket.PACKET_OUTGOING:
            continue
        if frame[12:14] == b"\\x08\\0" and frame[23] == 6:
            length = struct.unpack_from("!H", frame, 16)[0]
            body = bytearray(frame[34 : 14 + length])
            body[16:18] = b"\\0\\0"
            pseudo = frame[26:34] + struct.pack("!HH", 6, len(body))
            body[16:18] = struct.pack("!H", total(pseudo + bytes(body)))
            frame = frame[:34] + bytes(body)
        ends[1 - ends.index(end)].send(frame)
"""
SET_CHECKSUMS = """
import array, fcntl, socket, struct, sys
value = array.array("B", struct.pack("II", 0x17, int(sys.argv[2])))
request = struct.pack("16sP", sys.argv[1].encode(), value.buffer_info()[0])
fcntl.ioctl(socket.socket(socket.AF_INET, socket.SOCK_DGRAM), 0x8946, request)
"""


@pytest.fixture
def with_bad_nic():
    """A link eth1 on both nodes, whose NIC computes no checksums inside VXLAN."""
    command = ["ip", "netns", "exec", Path(path("router")).name, sys.executable, "-c", NIC, "nic-a", "nic-b"]
    with ExitStack() as stack:
        for node, n in namespaces.NODES.items():
            link = f"link add eth1 type veth peer name nic-{node} netns {Path(path('router')).name}"
            stack.enter_context(changed(node, link, "link delete eth1"))
            inside(node, "ip", "address", "add", f"10.97.0.{n}/24", "dev", "eth1")
            inside(node, "ip", "link", "set", "eth1", "up")
            inside("router", "ip", "link", "set", f"nic-{node}", "up")
        process = stack.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
        stack.callback(process.kill)
        assert process.stdout.readline() == "ready\n"
        yield {node: f"10.97.0.{n}" for node, n in namespaces.NODES.items()}


def test_a_nic_computes_no_checksums_inside_vxlan(diagnose, machines, with_bad_nic):
    with flannel(machines, "eth1", with_bad_nic):
        found = diagnose()
        for node in SUBNETS:
            inside(node, sys.executable, "-c", SET_CHECKSUMS, "flannel.1", "0")
        after = diagnose()
    assert len(found) == 1, found
    ((id, nodes, texts),) = found
    assert (id, nodes) == ("checksum_offload", ("a", "b"))
    assert texts[0] == ("a to 10.98.2.0 of b: a ping is answered, TCP port 10250 is not; outside of the overlay it is")
    assert "flannel.1 leaves the checksums of TCP to the NIC (tx-checksumming: on)" in texts
    assert texts[-1].endswith("packets with a wrong TCP checksum")
    assert after == []
