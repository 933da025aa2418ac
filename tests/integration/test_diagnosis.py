"""The diagnosis names what a real kernel shows of two nodes: settings, routes, packet filters, links and files."""

from __future__ import annotations

import json
import os
import shutil
from contextlib import ExitStack
from pathlib import Path

import pytest
from namespaces import changed, inside, rules
from two_machines import SUBNETS

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="network namespaces need root")

BRIDGE_FILTER = "net.bridge.bridge-nf-call-iptables"


def test_healthy_nodes_behind_a_router_have_no_finding(diagnose):
    assert diagnose() == []


@pytest.mark.parametrize("key", ["net.ipv4.ip_forward", BRIDGE_FILTER])
def test_the_kernel_does_not_forward_and_the_file_is_named(diagnose, machines, key):
    if not Path("/proc/sys", *key.split(".")).exists():
        pytest.skip(f"{key} needs the kernel's module br_netfilter")
    file = machines["a"] / "etc/sysctl.d/99-x.conf"
    file.write_text(f"# hardening\n{key} = 0\n")
    inside("a", "sysctl", "-qw", f"{key}=0")
    found = diagnose()
    file.unlink()
    inside("a", "sysctl", "-qw", f"{key}=1")
    assert found == [("forwarding_off", ("a",), ("a: /etc/sysctl.d/99-x.conf, line 2 sets it",))]
    assert diagnose() == []


@pytest.fixture
def with_routes():
    """Routes of each node to the other's pods, by the router."""
    routes = [("a", f"{SUBNETS['b']} via 10.99.1.254"), ("b", f"{SUBNETS['a']} via 10.99.2.254")]
    with ExitStack() as stack:
        for node, route in routes:
            stack.enter_context(changed(node, f"route add {route}", f"route delete {route}"))
        yield


def test_a_route_refuses_the_pods_of_the_other_node(diagnose):
    with changed("a", f"route add blackhole {SUBNETS['b']}", f"route delete blackhole {SUBNETS['b']}"):
        (found,) = diagnose()
    assert found == ("pod_routes", ("a",), (f"a: the way to {SUBNETS['b']} is blackhole {SUBNETS['b']}",))
    assert diagnose() == []


def test_routes_by_a_router_are_harmless(diagnose, with_routes):
    assert diagnose() == []


@pytest.mark.skipif(shutil.which("iptables") is None, reason="iptables sets the rules")
@pytest.mark.parametrize(
    ("add", "delete", "id", "evidence"),
    [
        (["-P", "FORWARD", "DROP"], ["-P", "FORWARD", "ACCEPT"], "forward_drop", ":FORWARD DROP"),
        (
            ["-A", "FORWARD", "-s", "10.98.0.0/16", "-j", "REJECT"],
            ["-F", "FORWARD"],
            "forward_drop",
            "-A FORWARD -s 10.98.0.0/16 -j REJECT --reject-with icmp-port-unreachable",
        ),
        (
            ["-t", "nat", "-A", "POSTROUTING", "-o", "eth0", "-j", "MASQUERADE"],
            ["-t", "nat", "-F", "POSTROUTING"],
            "masquerade",
            "-A POSTROUTING -o eth0 -j MASQUERADE",
        ),
    ],
)
def test_rules_of_iptables(diagnose, with_routes, add, delete, id, evidence):
    inside("a", "iptables", *add)
    found = diagnose()
    inside("a", "iptables", *delete)
    assert found == [(id, ("a",), (evidence,))]
    assert diagnose() == []


@pytest.mark.parametrize(
    ("lines", "is_found"),
    [
        (["policy drop;"], True),
        (["policy drop;", "ct state established,related accept"], True),
        (["policy drop;", "ip saddr 10.98.0.0/16 accept"], False),
        (["ct state invalid drop"], False),
    ],
)
def test_chains_of_nftables(diagnose, lines, is_found):
    with rules("a", *lines):
        found = diagnose()
    assert [one[0] for one in found] == (["forward_drop"] if is_found else [])


@pytest.mark.parametrize(
    ("do", "undo", "id"),
    [
        ("address replace 10.77.1.1/24 dev cni0", "address delete 10.77.1.1/24 dev cni0", None),
        ("route delete default", "route add default via 10.99.1.254", "no_default_route"),
        ("link set eth0 mtu 1400", "link set eth0 mtu 1500", None),
        ("link add vxlan.calico type bridge", "link delete vxlan.calico", "stale_links"),
        ("link add tunl0 type bridge", "link delete tunl0", None),
        ("link set eth0 address 02:00:00:00:00:77", "link set eth0 address {mac}", None),
    ],
)
def test_changes_of_links_and_routes(diagnose, do, undo, id):
    """Some of them look like a fault and are none: a second address, the MTU of a NIC of another network."""
    # The router keeps the MAC of the NIC for a while.
    (link,) = json.loads(inside("a", "ip", "-json", "link", "show", "eth0"))
    with changed("a", do, undo.format(mac=link["address"])):
        found = diagnose()
    assert [one[:2] for one in found] == ([(id, ("a",))] if id else [])
    assert diagnose() == []


def test_the_bridge_has_an_address_of_another_subnet(diagnose):
    with (
        changed("a", "address add 10.98.9.1/24 dev cni0", "address delete 10.98.9.1/24 dev cni0"),
        changed("a", "address delete 10.98.1.1/24 dev cni0", "address add 10.98.1.1/24 dev cni0"),
    ):
        found = diagnose("bridge_address")
    assert [one[:2] for one in found] == [("bridge_address", ("a",))]
    assert diagnose() == []


def test_a_plugin_is_missing(diagnose, machines):
    program = machines["a"] / "opt/cni/bin/bridge"
    program.unlink()
    found = diagnose()
    program.touch()
    assert [one[:2] for one in found] == [("missing_plugin", ("a",))]
    assert diagnose() == []


def test_containerd_looks_for_plugins_elsewhere(diagnose, machines):
    file = machines["a"] / "etc/containerd/config.toml"
    file.parent.mkdir()
    table = '[plugins."io.containerd.grpc.v1.cri".cni]'
    file.write_text(f'version = 2\n{table}\n  bin_dir = "/usr/lib/cni"\n')
    (machines["a"] / "usr/lib/cni").mkdir(parents=True)
    found = diagnose()
    shutil.rmtree(file.parent)
    assert [one[:2] for one in found] == [("missing_plugin", ("a",))]
    assert found[0][2][0].endswith("containerd looks in /usr/lib/cni, and they are in /opt/cni/bin")
    assert diagnose() == []


def test_a_second_configuration_of_cni(diagnose, machines):
    file = machines["a"] / "etc/cni/net.d/90-other.conflist"
    file.write_text(json.dumps({"name": "other", "plugins": [{"type": "bridge", "bridge": "other0"}]}))
    found = diagnose()
    file.unlink()
    order = "in the order in which containerd looks: 10-net.conflist (net, bridge), 90-other.conflist (other, bridge)"
    assert found == [("two_cni_configurations", ("a",), (order,))]
    assert diagnose() == []


def test_no_address_is_left(diagnose, machines):
    leases = machines["a"] / "var/lib/cni/networks/net"
    leases.mkdir(parents=True)
    for number in range(2, 255):
        (leases / f"10.98.1.{number}").touch()
    found = diagnose()
    (leases / "10.98.1.77").unlink()
    after = diagnose()
    shutil.rmtree(leases)
    assert [one[:2] for one in found] == [("pool_exhausted", ("a",))]
    assert after == []
