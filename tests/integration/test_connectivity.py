"""The probes find faults of a network in exactly the right cells, and the report names the faults.

On network namespaces, without a cluster. Each fault is made, seen, and taken back; the network is whole before each.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import threading
import time
from bisect import bisect_left
from contextlib import ExitStack, contextmanager
from pathlib import Path

import namespaces
import pytest
from interpreters import NODE_VERSIONS, find
from namespaces import NODES, PODS, ROUTER, changed, endpoints, rules

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.addresses import FAMILIES, family_of
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import CHECKS
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.expectations import NetworkSettings
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.expected_cells import ExpectedCell
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.failures import group_failures
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.judgements import judge
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.targets import find_targets
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing import responder
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.convergence import Goal, converge
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.network_namespace import Namespaces
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.probe import Source, probe
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.settings import ProbeSettings

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="network namespaces need root")

EVERYTHING = ("icmp", "tcp", "udp", "mtu")
TIMEOUT = 0.4
SOCKETS = Path("/proc/net/unix")


@pytest.fixture(scope="module", autouse=True)
def network():
    """The namespaces."""
    namespaces.make()
    yield
    namespaces.remove()


@pytest.fixture(autouse=True)
def forgotten():
    """Forget the sizes that routers reported: routes remember them for minutes, also into the next test."""
    for name in (*NODES, *PODS):
        for family in ("-4", "-6"):
            namespaces.inside(name, "ip", family, "route", "flush", "cache")


@contextmanager
def responders(*without: str):
    """Have responders everywhere but in some namespaces, and yield all listeners, also those that are not served."""
    with Namespaces() as entered:
        responder.stop()
        bound = responder.bind(
            [responder.Place(one.name, namespaces.path(one.name), one.addresses) for one in endpoints()], entered
        )
    dead = [one for one in bound if one.listener.endpoint in without]
    for one in dead:
        one.sock.close()
    responder.start([one for one in bound if one not in dead], "test", 60)
    try:
        yield [one.listener for one in bound]
    finally:
        assert responder.stop()


def sources():
    """Return all sources."""
    return [Source(one.name, namespaces.path(one.name), one.addresses) for one in endpoints()]


def verify(listeners, policy_cells=(), **settings):
    """Return judgements of the whole matrix, and how long the probing took."""
    targets = find_targets(endpoints(), listeners, CHECKS)
    start = time.monotonic()
    with Namespaces() as entered:
        cells = probe(sources(), targets, ProbeSettings("test", **{"timeout": TIMEOUT, **settings}), entered)
    seconds = time.monotonic() - start
    network = NetworkSettings(overhead=0, pod_to_node_source="own")
    return list(judge(endpoints(), targets, listeners, cells, (), network, policy_cells)), seconds


def failures(judgements):
    """Return the checks that failed, by pair."""
    failed = {}
    for one in judgements:
        if one.verdict in ("failed", "flapping"):
            failed.setdefault((one.cell.source, one.cell.target), set()).add(one.cell.check)
    return failed


def all_of(pairs, *checks):
    """Return the failures of exactly these checks of these pairs."""
    return {pair: set(checks) for pair in pairs}


def sentences(judgements):
    """The summary for people."""
    return [group.message for group in group_failures(judgements, endpoints())]


def diagnose(*faults, **settings):
    """Find the failed cells while the network has these faults, and the sentences about them."""
    with responders() as listeners, ExitStack() as stack:
        for fault in faults:
            stack.enter_context(fault)
        judgements, _seconds = verify(listeners, **settings)
    return failures(judgements), sentences(judgements)


def test_a_whole_network_is_found_whole_in_both_families():
    timeout = 20.0
    with responders() as listeners:
        judgements, seconds = verify(listeners, timeout=timeout)
    assert failures(judgements) == {}
    assert {one.verdict for one in judgements} == {"passed"}
    # Six endpoints, four checks, two families.
    assert len(judgements) == 6 * 5 * 4 * 2
    # Nothing waited for its timeout. It takes 0.5 s on a machine that does nothing else.
    assert seconds < timeout


def test_a_missing_route():
    fault = changed("a", "route add unreachable 10.98.2.0/24", "route delete unreachable 10.98.2.0/24")
    found, text = diagnose(fault)
    # What a and its pods send to b's pods, and what they answer to them; b itself has another address.
    assert found == all_of(
        {pair for here in ("a", "a1", "a2") for there in ("b1", "b2") for pair in ((here, there), (there, here))},
        *EVERYTHING,
    )
    assert any("unreachable" in line for line in text)


def test_one_direction_blocked():
    found, text = diagnose(rules(ROUTER, "ip daddr 10.98.2.0/24 ct state new drop"))
    pairs = {(source, target) for source in ("a", "a1", "a2") for target in ("b1", "b2")}
    assert found == all_of(pairs, *EVERYTHING)
    assert len(text) == 1 and "timeout" in text[0], text


def test_udp_blocked_with_tcp_open():
    found, text = diagnose(rules(ROUTER, "meta l4proto udp drop"))
    pairs = {(source, target) for source in ("a", "a1", "a2") for target in ("b", "b1", "b2")}
    assert found == all_of(pairs | {pair[::-1] for pair in pairs}, "udp", "mtu")
    assert len(text) == 1 and "udp" in text[0], text


def test_masquerade_between_nodes():
    masquerade = 'ip saddr 10.98.1.0/24 oifname "eth0" masquerade'
    found, text = diagnose(rules("a", masquerade, hook="postrouting", kind="nat"))
    pairs = {(source, target) for source in ("a1", "a2") for target in ("b", "b1", "b2")}
    # ICMP does not show it.
    assert {pair: checks - {"mtu"} for pair, checks in found.items()} == all_of(pairs, "tcp", "udp")
    assert any("10.99.1.1" in line for line in text), text


@contextmanager
def sent_packets(name):
    """Collect what leaves a namespace: the time of each packet, its protocol, and its flow when a connection begins."""
    found, ended = [], threading.Event()
    with Namespaces() as entered:
        entered.enter(namespaces.path(name))
        sock = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x0003))
        entered.enter("")

    def collect():
        while not ended.is_set():
            try:
                data, (_link, protocol, direction, *_rest) = sock.recvfrom(128)
            except TimeoutError:
                continue
            if (protocol, direction) == (0x0800, 4):  # IPv4, outgoing
                ports = data[20:24] if data[9] in (socket.IPPROTO_TCP, socket.IPPROTO_UDP) else b""
                begins = data[9] == socket.IPPROTO_UDP or (ports and data[33] == 2)  # TCP: only SYN is set
                found.append((time.monotonic(), (data[9], data[16:20], ports) if begins else None))

    sock.settimeout(0.05)
    thread = threading.Thread(target=collect)
    thread.start()
    try:
        yield found
    finally:
        ended.set()
        thread.join()
        sock.close()


def busiest(times, seconds=1.0):
    """The most events in any time of this length."""
    return max(bisect_left(times, start + seconds) - place for place, start in enumerate(times))


@pytest.mark.parametrize(
    ("rates", "packets", "flows"), [({"packet_rate": 60}, 60, None), ({"connection_rate": 15}, None, 15)]
)
def test_a_node_keeps_to_its_rates(rates, packets, flows):
    """One pod, without the large transfer, whose number of packets depends on what the kernel merges."""
    with responders() as listeners:
        targets = [one for one in find_targets(endpoints(), listeners, CHECKS) if family_of(one.address) == "ipv4"]
        source = [one for one in sources() if one.name == "a1"]

        def run(**given):
            with Namespaces() as entered, sent_packets("a1") as sent:
                cells = probe(source, targets, ProbeSettings("test", transfer=0, timeout=2, **given), entered)
            assert {cell.outcome for cell in cells} == {"reachable"}
            begun = {}
            for at, flow in sent:
                begun.setdefault(flow, at)
            begun.pop(None)
            return [at for at, _flow in sent], sorted(begun.values())

        free, limited = run(), run(**rates)
    # Five targets, three attempts; a flow for each of tcp and udp, and one for the path MTU.
    assert len(free[1]) == len(limited[1]) == 5 * (3 + 3 + 1)
    for number, most in enumerate((packets, flows)):
        if most:
            # An answer that comes late moves a few packets into the next second.
            assert busiest(limited[number]) <= most * 1.15 + 2
            assert busiest(free[number]) > 1.5 * most


@contextmanager
def legacy_masquerade(name, network):
    """Masquerade packets that leave a namespace, by the packet filter before nftables."""
    rule = ["POSTROUTING", "-s", network, "-o", "eth0", "-j", "MASQUERADE"]
    namespaces.inside(name, "iptables-legacy", "-t", "nat", "-A", *rule)
    try:
        yield
    finally:
        namespaces.inside(name, "iptables-legacy", "-t", "nat", "-D", *rule)


@pytest.mark.skipif(not shutil.which("iptables-legacy"), reason="needs iptables-legacy")
def test_masquerade_by_legacy_iptables():
    found, _text = diagnose(legacy_masquerade("a", "10.98.1.0/24"))
    pairs = {(source, target) for source in ("a1", "a2") for target in ("b", "b1", "b2")}
    assert {pair: checks - {"mtu"} for pair, checks in found.items()} == all_of(pairs, "tcp", "udp")


def test_a_smaller_mtu_on_the_path():
    smaller = [changed(ROUTER, f"link set to-{node} mtu 1400", f"link set to-{node} mtu 1500") for node in NODES]
    found, text = diagnose(*smaller)
    pairs = {(source, target) for source in ("a", "a1", "a2") for target in ("b", "b1", "b2")}
    assert found == all_of(pairs | {pair[::-1] for pair in pairs}, "mtu")
    assert any("1400" in line and "1500" in line for line in text), text


def test_large_packets_dropped_without_a_word():
    """The router sends no error: a connection opens, and stalls when it transfers bytes."""
    fault = rules(
        ROUTER, "ip daddr 10.98.2.0/24 meta length > 1300 drop", "ip6 daddr fd00:98:2::/64 meta length > 1300 drop"
    )
    found, text = diagnose(fault)
    # What is sent to b's pods, and what a's pods' connections from there carry back.
    assert {pair for pair, checks in found.items() if "mtu" in checks} == {
        (source, target) for source in ("a", "a1", "a2") for target in ("b1", "b2")
    }
    assert {pair for pair, checks in found.items() if "tcp" in checks} == {
        pair for here in ("a", "a1", "a2") for there in ("b1", "b2") for pair in ((here, there), (there, here))
    }
    assert all(checks <= {"mtu", "tcp"} for checks in found.values())
    assert any("1300" in line and "1500" in line for line in text), text


def test_every_third_packet_lost():
    found, text = diagnose(rules("b1", "icmp type echo-request numgen inc mod 3 == 0 drop", hook="input"))
    # Of a source's three attempts not one in particular is lost, but of all fifteen a third.
    assert {target for _source, target in found} == {"b1"}
    assert set().union(*found.values()) == {"icmp"}
    assert any("flapping" in line for line in text), text


def test_a_responder_that_died():
    with responders("b1") as listeners:
        judgements, _seconds = verify(listeners)
    found = failures(judgements)
    assert found == all_of({(one.name, "b1") for one in endpoints() if one.name != "b1"}, "tcp", "udp", "mtu")
    assert any("refused" in line for line in sentences(judgements))


def test_what_is_dropped_takes_one_timeout_and_no_more():
    timeout = 3.0
    with responders() as listeners, rules(ROUTER, "drop"):
        judgements, seconds = verify(listeners, timeout=timeout)
    across = set(failures(judgements))
    assert across == {
        pair for here in ("a", "a1", "a2") for there in ("b", "b1", "b2") for pair in ((here, there), (there, here))
    }
    # One attempt after another would take three.
    assert timeout <= seconds < 2.5 * timeout


# The effect of a deny-all policy for b1 on the pods of a: it drops new connections, not answers, in both families.
DENY = ("ip saddr 10.98.1.0/24 ip daddr 10.98.2.11 ct state new drop",)
DENY += ("ip6 saddr fd00:98:1::/64 ip6 daddr fd00:98:2::11 ct state new drop",)
ROUND = 2 * 0.15 + TIMEOUT  # seconds that a round of polling takes at most, on a machine that does nothing else
SLACK = 3.0  # seconds, for a machine that does something else too; who does not stop goes on for 30


def said_of_b1(allowed, listeners):
    """The expected cells from the pods of a to b1."""
    at_b1 = [(one.port, one.protocol.upper(), family_of(one.address)) for one in listeners if one.endpoint == "b1"]
    at_b1 += [(None, "ICMP", family) for family in FAMILIES]
    return [ExpectedCell(source, "b1", *where, allowed, "deny-b1") for source in ("a1", "a2") for where in at_b1]


def wait_for(cells, listeners, timeout=30.0):
    """Wait until all sources show these cells, and return the convergence."""
    with Namespaces() as entered:
        targets = find_targets(endpoints(), listeners, CHECKS)
        return converge(sources(), targets, Goal(cells, timeout), ProbeSettings("test", timeout=TIMEOUT), entered)


@contextmanager
def meanwhile(change, after):
    """Have a change made by a thread so many seconds from now, and yield a list that will have its begin and end."""
    start, moments = time.monotonic(), []

    def work():
        moments.append(time.monotonic() - start)
        change()
        moments.append(time.monotonic() - start)

    timer = threading.Timer(after, work)
    timer.start()
    try:
        yield moments
    finally:
        timer.join()


@pytest.mark.parametrize("allowed", [True, False])
def test_the_probe_waits_until_what_policies_say_is_so(allowed):
    with responders() as listeners, ExitStack() as stack:
        cells = said_of_b1(allowed, listeners)
        assert len({cell.key for cell in cells}) == 12
        if allowed:
            stack.enter_context(rules(ROUTER, *DENY))
        change = stack.close if allowed else lambda: stack.enter_context(rules(ROUTER, *DENY))
        with meanwhile(change, 1.2) as moments:
            found = wait_for(cells, listeners)
        judgements, _seconds = verify(listeners, cells)
    assert (found.cells, found.wrong) == (12, ())
    assert found.rounds > 1
    # What was under way when it happened may show the new state; what comes after it begins a round later at most.
    # The probe's clock begins a little later than this one.
    assert moments[0] - 0.5 <= found.seconds <= moments[1] + ROUND + SLACK
    # And then the matrix, probed once, is as policies say.
    assert failures(judgements) == {}


def test_the_probe_says_what_never_becomes_as_policies_say():
    with responders() as listeners:
        cells = said_of_b1(False, listeners)
        with rules(ROUTER, DENY[0]):
            found = wait_for(cells, listeners, timeout=1.0)
            judgements, _seconds = verify(listeners, cells)
    # IPv6 was forgotten.
    assert [one["family"] for one in found.as_dict()["wrong"]] == ["ipv6"] * 6
    assert set(found.wrong) == {cell for cell in cells if cell.family == "ipv6"}
    assert found.cells == 12
    assert found.rounds > 1
    assert 1.0 <= found.seconds < 1.0 + ROUND + SLACK
    assert failures(judgements) == all_of({("a1", "b1"), ("a2", "b1")}, *EVERYTHING)
    (text,) = sentences(judgements)
    assert text.startswith("8 cells: ") and text.endswith("ipv6: reachable, should be blocked: deny-b1"), text


def test_responders_end_by_themselves():
    with Namespaces() as entered:
        bound = responder.bind([responder.Place("a1", namespaces.path("a1"), ("10.98.1.11",))], entered)
    responder.start(bound, "test", 0.3)
    end = time.monotonic() + 5
    while "podnet.kubernetes/responder" in SOCKETS.read_text() and time.monotonic() < end:
        time.sleep(0.05)
    assert not responder.stop()


def test_who_is_not_of_the_run_gets_no_answer():
    with responders() as listeners:
        targets = find_targets(endpoints(), listeners, ["tcp", "udp"])
        with Namespaces() as entered:
            source = Source("a1", namespaces.path("a1"), ("10.98.1.11",))
            cells = probe([source], targets, ProbeSettings("another", timeout=0.2, attempts=1), entered)
    assert {cell.outcome for cell in cells} == {"blocked"}


@pytest.mark.parametrize("version", NODE_VERSIONS)
def test_every_python_that_a_node_may_have(version):
    """Without Ansible, which brings its modules' code to nodes that have Python and nothing else."""
    program = find(version)
    if program is None:
        pytest.skip(f"there is no Python {version} here")
    script = Path(__file__).with_name("probe_once.py")
    here = Path(__file__).resolve().parent
    environment = {"PYTHONPATH": f"{here}{os.pathsep}{here.parents[1] / '.collections'}", "PATH": os.environ["PATH"]}
    done = subprocess.run([program, script], env=environment, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    # Four checks in two families of b1, from a1.
    assert done.stdout.split() == ["reachable"] * 8
