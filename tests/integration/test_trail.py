"""Faults of a network are told apart by the trails of packets, on network namespaces, without a cluster.

Each fault is made, seen, and taken back; the network is whole before each.
"""

from __future__ import annotations

import json
import os
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from threading import Thread

import pytest
import trail_world as world
from descriptors import open_files
from trail_world import NODES, PODS, changed, endpoints, rules

from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import Endpoint
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.network_namespace import Namespaces
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.wire import (
    Report,
    decode_request,
    encode_report,
    show_peer,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.follow import follow
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.pairs import load_pairs
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.reports import load_reports
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.trail_text import trail_lines
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.trails import find_trails
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.watch import WatchedPlace

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="network namespaces need root")

RUN = "trail"
SECONDS = 1.2
PING = {"source": "a1", "target": "b1", "check": "icmp"}
PING6 = {**PING, "family": "ipv6"}
LARGE = {**PING, "size": 1450}


@pytest.fixture(scope="module", autouse=True)
def network():
    """The namespaces, and servers in b1; yields their ports by protocol.

    They are no responders of the collection: a machine has one set of these, which other tests end.
    """
    world.make()
    with Namespaces() as entered:
        entered.enter(world.path("b1"))
        tcp = socket.create_server(("", 0), backlog=512)
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        udp.bind(("", 0))
    Thread(target=answer, args=[udp], daemon=True).start()
    yield {"tcp": tcp.getsockname()[1], "udp": udp.getsockname()[1]}
    tcp.close()
    udp.close()
    world.remove()


def answer(udp):
    """Answer requests as a responder does."""
    with suppress(OSError):
        while True:
            data, peer = udp.recvfrom(65536)
            request = decode_request(data, RUN)
            if request:
                udp.sendto(encode_report(Report("b1", show_peer(peer), request[0])), peer)


def watch(node, pairs):
    """Follow packets on a node, and return its report as Ansible would register it."""
    asked = time.time()
    pods = [WatchedPlace(pod, world.path(pod)) for pod, home in PODS.items() if home == node]
    report = follow(WatchedPlace(node, world.path(node)), pods, pairs, RUN, SECONDS)
    return {**json.loads(json.dumps(report)), "asked": asked, "answered": time.time()}


def trails(*forms, faults=(), nodes=tuple(NODES), more=()):
    """Follow packets while the network has these faults."""
    pairs = load_pairs(forms, [*endpoints(), *more])
    with ExitStack() as stack, ThreadPoolExecutor() as pool:
        for fault in faults:
            stack.enter_context(fault)
        reports = load_reports(pool.map(watch, nodes, [pairs] * len(nodes)))
    found = find_trails(pairs, reports)
    for trail in found:  # pytest shows it when a test fails
        print("\n".join(trail_lines(trail)))
    return found


def fault(name, command, undo=""):
    """A rule of iptables, or a change that the second command takes back."""
    if command.startswith("iptables"):
        undo = command.replace(" -A ", " -D ")
    return changed(name, command, undo)


def steps(trail):
    """The places and links of a trail, in order."""
    return [(hop.sight.place, hop.sight.link, hop.sight.direction) for hop in trail.route.there]


def test_a_whole_network(network):
    before = open_files()
    tcp, udp = ({**PING, "check": name, "port": network[name]} for name in ("tcp", "udp"))
    local = [{**PING, "target": "a2"}, {**PING, "source": "a", "target": "b"}, {**PING, "source": "b1", "target": "a"}]
    full = {**PING, "check": "mtu", "port": network["udp"]}
    found = trails(PING, PING6, LARGE, tcp, udp, full, *local)
    assert [(one.verdict, one.evidence, one.broken_at, one.change) for one in found] == [("passed", (), None, None)] * 9
    assert all(one.sent == one.answered >= 2 for one in found)
    assert steps(found[0]) == [
        ("a1", "eth0", "out"),
        ("a", "veth-a1", "in"),
        ("a", "cni0", "in"),
        ("a", "flannel.1", "out"),
        ("a", "eth0", "out"),
        ("b", "eth0", "in"),
        ("b", "flannel.1", "in"),
        ("b", "cni0", "out"),
        ("b", "veth-b1", "out"),
        ("b1", "eth0", "in"),
    ]
    assert all(steps(one) == steps(found[0]) for one in found[:6])
    outer = found[0].route.there[4].sight.outer
    assert (outer.kind, outer.source, outer.target, outer.port) == ("vxlan", "10.97.0.1", "10.97.0.2", 8472)
    # Nothing is left behind: no descriptor here, no packet socket anywhere.
    assert open_files() == before
    for name in (*NODES, *PODS):
        assert len(world.inside(name, "cat", "/proc/net/packet").splitlines()) == 1, name


def test_a_rule_that_drops_and_a_pod_without_a_route():
    """Two faults at once, and a pair that neither touches."""
    rule = "iptables -A FORWARD -s 10.96.1.11/32 -d 10.96.2.0/24 -j DROP"
    delete, add = (f"ip route {verb} default via 10.96.1.1" for verb in ("delete", "add"))
    faults = [fault("a", rule), changed("a2", delete, add)]
    dropped, whole, unsent = trails(PING, PING6, {**PING, "source": "a2"}, faults=faults)
    assert (dropped.verdict, whole.verdict, unsent.verdict) == ("lost", "passed", "not sent")
    assert dropped.message == "the packets arrived on a by cni0, and never left for b1"
    assert dropped.evidence[1:] == ("a: its route to 10.96.2.11 is 10.96.2.0/24 via 10.96.2.0 dev flannel.1",)
    text = rule.partition(" ")[2]
    assert dropped.evidence[0].startswith(f"a: iptables, table filter, chain FORWARD: {text} counted ")
    assert unsent.answered == 0
    assert unsent.message == "the packets never left a2: its kernel says: Network is unreachable"


def test_a_rule_that_does_not_count_and_a_target_that_does_not_answer():
    faults = [
        rules("a", "ip daddr 10.96.2.0/24 drop"),
        rules("b1", "icmpv6 type echo-request drop", hook="input"),
    ]
    dropped, unanswered = trails(PING, PING6, faults=faults)
    assert (dropped.verdict, unanswered.verdict) == ("lost", "unanswered")
    assert dropped.evidence[0] == (
        "a: nft, table inet test, chain test: ip daddr 10.96.2.0/24 drop (it has no counter)"
    )
    assert unanswered.message == "the packets arrived at b1, and it did not answer"
    assert steps(unanswered)[-1] == ("b1", "eth0", "in")


def test_a_rule_that_rejects():
    rule = "iptables -A FORWARD -s 10.96.1.11/32 -j REJECT --reject-with icmp-admin-prohibited"
    (trail,) = trails(PING, faults=[fault("a", rule)])
    assert trail.verdict == "rejected"
    assert trail.message.endswith("entering by cni0 of a, and 10.96.1.1 (a) answers: prohibited by a filter")
    assert "REJECT" in trail.evidence[0]


def test_a_missing_route():
    route = "10.96.2.0/24 via 10.96.2.0 dev flannel.1 onlink"
    (trail,) = trails(PING, faults=[changed("a", "ip route delete 10.96.2.0/24", f"ip route add {route}")])
    assert trail.verdict == "rejected"
    assert trail.message.endswith("entering by cni0 of a, and 10.96.1.1 (a) answers: network unreachable")
    assert any("no route to forward on" in line for line in trail.evidence), trail.evidence
    assert "a: its route to 10.96.2.11 is none" in trail.evidence


def test_a_blackhole_and_a_lossy_queue():
    faults = [
        changed("a", "ip route add blackhole 10.96.2.11", "ip route delete blackhole 10.96.2.11"),
        changed("a", "tc qdisc add dev eth0 root pfifo limit 0", "tc qdisc delete dev eth0 root"),
    ]
    swallowed, queued = trails(PING, PING6, faults=faults)
    assert (swallowed.verdict, queued.verdict) == ("lost", "lost")
    assert "a: its route to 10.96.2.11 is blackhole 10.96.2.11" in swallowed.evidence
    assert queued.message == "the packets entered flannel.1 on a, and no link sent them on in a packet between nodes"
    assert any("dropped in the queue of the link" in line for line in queued.evidence), queued.evidence


def test_masquerade_between_pods():
    rule = "iptables -t nat -A POSTROUTING -s 10.96.1.0/24 -j MASQUERADE"
    first, second = trails(PING, {**PING, "check": "udp", "port": 9}, faults=[fault("a", rule)])
    assert first.verdict == "wrong source"
    assert first.message == "passed with a wrong source: a changed the source 10.96.1.11 to 10.96.1.0"
    assert "MASQUERADE counted" in first.evidence[0]
    assert "connection tracking expects the answers to 10.96.1.11 at 10.96.1.0" in first.evidence[1]
    assert second.verdict == "refused"
    assert second.message.endswith("; a changed the source 10.96.1.11 to 10.96.1.0")


def fdb(target, link=""):
    """The outer address of what node a sends to node b."""
    command = "bridge fdb replace {mac} dev flannel.1 dst {target}{link}"
    return changed(
        "a",
        command.format(mac=world.mac("b"), target=target, link=link),
        command.format(mac=world.mac("b"), target=world.node_address("b"), link=" via eth0" if link else ""),
    )


def test_the_address_that_both_nodes_have():
    (trail,) = trails(PING, faults=[fdb(world.NAT)])
    assert trail.verdict == "lost"
    assert trail.message == (
        "the packets left a by flannel.1 for 10.0.2.15, which is an address of a and b, came back to flannel.1, "
        "and never arrived on b"
    )


def test_the_wrong_nic():
    neighbour = "10.0.2.99 lladdr 02:00:00:00:00:99 dev nat0"
    reachable = changed("a", f"ip neighbour add {neighbour}", f"ip neighbour delete {neighbour}")
    (trail,) = trails(PING, faults=[reachable, fdb("10.0.2.99", " via nat0")])
    assert trail.verdict == "lost"
    assert trail.message == "the packets left a by nat0 in VXLAN for 10.0.2.99, and never arrived on b"


def test_a_blocked_port_of_vxlan():
    rule = "iptables -A INPUT -p udp -m udp --dport 8472 -j DROP"
    (trail,) = trails(PING, faults=[fault("b", rule)])
    assert trail.verdict == "lost"
    assert trail.message == (
        "the packets arrived on b by eth0 in VXLAN at port 8472, and no link of the pod network took them out"
    )
    assert f"{rule.partition(' ')[2]} counted " in trail.evidence[0]


def test_frames_for_another_mac_address():
    set_mac = "ip link set flannel.1 address "
    other = changed("b", f"{set_mac}02:00:00:00:96:77", f"{set_mac}{world.mac('b')}")
    (trail,) = trails(PING, faults=[other])
    # The kernel forgets the neighbours of a link whose address changes.
    world.inside("b", *f"ip neighbour replace 10.96.1.0 lladdr {world.mac('a')} dev flannel.1".split())
    assert trail.verdict == "lost"
    assert trail.message == (
        "the packets arrived on b by flannel.1, in frames for another MAC address than 02:00:00:00:96:77"
    )


def test_a_lost_answer():
    rule = "iptables -A FORWARD -s 10.96.2.0/24 -j DROP"
    (trail,) = trails(PING, faults=[fault("b", rule)])
    assert trail.verdict == "answer lost"
    assert trail.message == "the answers arrived on b by cni0, and never left for a1"
    assert trail.broken_at == len(trail.route.there) + len(trail.route.back)
    assert "-A FORWARD -s 10.96.2.0/24 -j DROP counted" in trail.evidence[0]


def test_large_packets_and_a_smaller_mtu():
    smaller = changed("a", "ip link set flannel.1 mtu 1400", "ip link set flannel.1 mtu 1450")
    small, large = trails(PING, LARGE, faults=[smaller])
    assert (small.verdict, large.verdict) == ("passed", "rejected")
    assert large.message.endswith("10.96.1.1 (a) answers: fragmentation needed, the next link carries 1400 bytes")


def test_large_packets_dropped_without_a_word():
    rule = "iptables -A INPUT -p udp -m udp --dport 8472 -m length --length 1300:65535 -j DROP"
    small, large = trails(PING, LARGE, faults=[fault("b", rule)])
    assert (small.verdict, large.verdict) == ("passed", "lost")
    assert "--length 1300:65535 -j DROP counted" in large.evidence[0]


def test_answers_that_would_take_another_link():
    strict = "sysctl -qw net.ipv4.conf.flannel/1.rp_filter"
    back = "10.96.1.0/24 via 10.96.1.0 dev flannel.1 onlink"
    faults = [
        changed("b", f"{strict}=1", f"{strict}=0"),
        changed("b", "ip route replace 10.96.1.0/24 dev nat0", f"ip route replace {back}"),
    ]
    (trail,) = trails(PING, faults=faults)
    assert trail.verdict == "lost"
    assert trail.message == "the packets arrived on b by flannel.1, and never left for b1"
    assert any("refused by rp_filter" in line for line in trail.evidence), trail.evidence


def test_every_second_packet_lost():
    (trail,) = trails(PING, faults=[rules("a", "ip daddr 10.96.2.11 numgen inc mod 2 == 0 counter drop")])
    assert trail.verdict == "flapping"
    assert 0 < trail.answered < trail.sent
    assert "the packets arrived on a by cni0, and never left for b1" in trail.message


def test_a_next_hop_that_does_not_answer():
    via = "10.96.2.0/24 via 10.97.0.99 dev eth0"
    back = "10.96.2.0/24 via 10.96.2.0 dev flannel.1 onlink"
    (trail,) = trails(PING, faults=[changed("a", f"ip route replace {via}", f"ip route replace {back}")])
    assert trail.verdict in ("lost", "rejected")  # after three seconds, the kernel would say "host unreachable"
    assert steps(trail)[-1] == ("a", "cni0", "in")
    assert "a: no neighbour answers for 10.97.0.99 on eth0" in trail.evidence
    world.inside("a", *["ip", "neighbour", "flush", "dev", "eth0"])


def test_a_service(network):
    """The marks survive a changed target, and the trail ends at the backend."""
    address, port = "10.95.0.1", network["tcp"]
    service = Endpoint("svc:80", "service", (address,), port=80, backends=("b1",))
    pair = {**PING, "target": "svc:80", "check": "tcp", "port": 80}
    rule = f"iptables -t nat -A PREROUTING -d {address}/32 -p tcp -m tcp --dport 80 -j DNAT --to-destination "
    (trail,) = trails(pair, faults=[fault("a", f"{rule}{world.pod_addresses('b1')[0]}:{port}")], more=[service])
    assert (trail.verdict, trail.change) == ("passed", None)
    flows = [hop.sight.flow for hop in trail.route.there]
    assert (flows[0].target, flows[0].target_port) == (address, 80)
    assert (flows[-1].target, flows[-1].target_port) == (world.pod_addresses("b1")[0], port)
    (trail,) = trails(pair, more=[service])
    assert trail.verdict == "rejected"
    assert trail.message.endswith("entering by cni0 of a, and 10.96.1.1 (a) answers: network unreachable")


def test_a_node_that_does_not_report():
    (trail,) = trails(PING, nodes=("a",), faults=[fault("b", "iptables -A INPUT -p udp -m udp --dport 8472 -j DROP")])
    assert trail.verdict == "unknown"
    assert trail.message.endswith("for 10.97.0.2; b did not report, so nothing is known beyond")
