"""Packets of the lab end in the namespace that stands in for the internet, whatever is broken inside."""

from __future__ import annotations

import ctypes
import ipaddress
import json
import socket
import struct
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

pytestmark = pytest.mark.usefixtures("lab")

OUTSIDE = "podnet-outside"
ELSEWHERE = "198.51.100.7"  # RFC 5737: for documentation, so no host has it
PORT = 9
PACKETS = 3


def read(*command):
    """Run a command, which must succeed, and parse its JSON."""
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout or "[]")


@contextmanager
def count_outside():
    """Yield a function that counts the packets to ELSEWHERE that have reached the outside."""
    nft = ["ip", "netns", "exec", OUTSIDE, "nft"]
    rule = f"ip daddr {ELSEWHERE} udp dport {PORT} counter"
    lines = ["table ip molecule {", "chain seen {", "type filter hook prerouting priority -400", rule, "}", "}", ""]
    subprocess.run([*nft, "--file", "-"], input="\n".join(lines), text=True, check=True)

    def count():
        rule = read(*nft, "--json", "list", "table", "ip", "molecule")["nftables"][-1]["rule"]
        return rule["expr"][-1]["counter"]["packets"]

    try:
        yield count
    finally:
        subprocess.run([*nft, "delete", "table", "ip", "molecule"], check=True)


def is_silent(watcher):
    """Say whether the socket has received no packet."""
    try:
        watcher.recv(65536)
    except BlockingIOError:
        return True
    return False


@contextmanager
def watch_machine():
    """Yield a socket that receives each packet to ELSEWHERE on any link of the machine itself."""
    address = struct.unpack("!I", socket.inet_aton(ELSEWHERE))[0]
    # Classic BPF, on the IP header: load the word at 16 (destination); when it is the address, take all, else nothing.
    program = [(0x20, 0, 0, 16), (0x15, 0, 1, address), (0x06, 0, 0, 0xFFFF), (0x06, 0, 0, 0)]
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *line) for line in program))
    every = socket.htons(0x0003)  # ETH_P_ALL
    with socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, every) as watcher:
        attach_filter = 26  # SO_ATTACH_FILTER
        watcher.setsockopt(socket.SOL_SOCKET, attach_filter, struct.pack("HP", len(program), ctypes.addressof(code)))
        watcher.setblocking(False)
        while not is_silent(watcher):
            pass  # drop packets from before the filter
        yield watcher


def send_from_node(name, on, _pods):
    script = "import socket; s = socket.socket(type=socket.SOCK_DGRAM); "
    script += f"[s.sendto(b'x', ('{ELSEWHERE}', {PORT})) for _ in range({PACKETS})]"
    on(name).check_output(f'python3 -c "{script}"')


def send_from_pod(name, _on, pods):
    done = pods.execute(name, "bash", "-c", f"for _ in {{1..{PACKETS}}}; do echo > /dev/udp/{ELSEWHERE}/{PORT}; done")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("send", [send_from_node, send_from_pod])
def test_packets_to_elsewhere_end_outside(send, on, pods, inventory):
    expected = PACKETS * len(inventory.nodes)
    with watch_machine() as watcher, count_outside() as count:
        for name in inventory.nodes:
            send(name, on, pods)
        deadline = time.monotonic() + 15
        while count() < expected and time.monotonic() < deadline:
            time.sleep(0.1)
        assert count() == expected
        assert is_silent(watcher)


def test_the_watch_would_see_a_packet_of_the_machine():
    """Negative proof of the test before: the machine has the address on its loopback for a moment."""
    subprocess.run(["ip", "address", "add", f"{ELSEWHERE}/32", "dev", "lo"], check=True)
    try:
        with watch_machine() as watcher, socket.socket(type=socket.SOCK_DGRAM) as sender:
            sender.sendto(b"x", (ELSEWHERE, PORT))
            assert not is_silent(watcher)
    finally:
        subprocess.run(["ip", "address", "delete", f"{ELSEWHERE}/32", "dev", "lo"], check=True)


def test_outside_is_linked_to_nat_namespaces_only(inventory):
    namespaces = {entry["nsid"]: entry["name"] for entry in read("ip", "-n", OUTSIDE, "-json", "netns", "list-id")}
    links = {link["ifname"]: link for link in read("ip", "-n", OUTSIDE, "-json", "link")}
    own = {name for name, link in links.items() if "link_netnsid" not in link}
    assert own == {"lo", "nat"}
    peers = sorted(namespaces[link["link_netnsid"]] for link in links.values() if "link_netnsid" in link)
    assert peers == sorted(f"podnet-{name}-nat" for name in inventory.nodes)


def test_outside_has_no_way_on(lab):
    routes = read("ip", "-n", OUTSIDE, "-json", "route", "show", "table", "all")
    unicast = {route["dst"] for route in routes if route.get("type", "unicast") == "unicast"} - {"fe80::/64"}
    assert unicast == {lab["lab_outside_network"], lab["lab_outside_network_ipv6"]}


def test_outside_forwards_nothing():
    settings = ["net.ipv4.ip_forward", "net.ipv6.conf.all.forwarding"]
    command = ["ip", "netns", "exec", OUTSIDE, "sysctl", "--values", *settings]
    assert subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.split() == ["0", "0"]


def test_the_machine_does_not_forward_for_the_lab(lab):
    name = lab["lab_host_interface"]
    assert Path(f"/proc/sys/net/ipv4/conf/{name}/forwarding").read_text().strip() == "0"


def test_outside_answers_ping(node, lab):
    assert node.run(f"ping -c 1 -W 3 {lab['lab_outside_address']}").rc == 0


@pytest.mark.parametrize("protocol", ["http", "udp"])
def test_outside_says_which_source_it_saw(node, lab, protocol):
    address, port = lab["lab_outside_address"], lab["lab_outside_port"]
    script = {
        "http": "import urllib.request as r; "
        f"print(r.urlopen('http://{address}:{port}/clientip', timeout=5).read().decode())",
        "udp": "import socket; s = socket.socket(type=socket.SOCK_DGRAM); s.settimeout(5); "
        f"s.sendto(b'clientip', ('{address}', {port})); print(s.recv(100).decode())",
    }[protocol]
    seen = node.check_output(f'python3 -c "{script}"').strip().rsplit(":", 1)[0]
    assert ipaddress.ip_address(seen) in ipaddress.ip_network(lab["lab_outside_network"])
