"""The diagnosis names what a real kernel shows, on namespaces that stand in for two nodes with a bridge each."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import namespaces
import pytest
from namespaces import changed, inside, path, rules

from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.diagnosis import load_gathered
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.judgement import judge
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.registry import chosen

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="network namespaces need root")

GATHER = """
import json, sys
from pathlib import Path
from ansible_collections.podnet.kubernetes.plugins.module_utils._gathering.node import gather
from ansible_collections.podnet.kubernetes.plugins.module_utils._gathering.reader import Reader
print(json.dumps({**gather(Reader(Path(sys.argv[1]), timeout=20)), "host": sys.argv[2]}))
"""
SUBNETS = {"a": "10.98.1.0/24", "b": "10.98.2.0/24"}
FORWARD = "net.ipv4.ip_forward"


def configuration(node, kind="bridge"):
    """The CNI configuration of a node, and the state of its daemon."""
    if kind == "flannel":
        return {"name": "cbr0", "plugins": [{"type": "flannel"}]}
    ipam = {"type": "host-local", "ranges": [[{"subnet": SUBNETS[node]}]]}
    return {"name": "net", "plugins": [{"type": "bridge", "bridge": "cni0", "ipam": ipam}]}


@pytest.fixture(scope="module")
def machines(tmp_path_factory):
    """The namespaces, and a directory for the files of each node. Settings of the kernel are the namespace's own."""
    namespaces.make()
    roots = {}
    for node in SUBNETS:
        roots[node] = tmp_path_factory.mktemp(node)
        for place in ("etc/cni/net.d", "etc/sysctl.d", "opt/cni/bin", "proc", "run/flannel"):
            (roots[node] / place).mkdir(parents=True)
        (roots[node] / "proc/sys").symlink_to("/proc/sys")
        (roots[node] / "sys").symlink_to("/sys")
        for program in ("bridge", "host-local", "loopback", "flannel"):
            (roots[node] / "opt/cni/bin" / program).touch()
        (roots[node] / "etc/cni/net.d/10-net.conflist").write_text(json.dumps(configuration(node)))
    yield roots
    namespaces.remove()


@pytest.fixture
def diagnose(machines):
    """A function that reads both nodes and returns the findings, with their evidence."""

    def run(*ids):
        nodes = {}
        for node, root in machines.items():
            command = ["ip", "netns", "exec", Path(path(node)).name, sys.executable, "-c", GATHER, str(root), node]
            environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2] / ".collections")}
            done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
            nodes[node] = json.loads(done.stdout)
            nodes[node]["kubelet"]["flags"] = {"node-ip": namespaces.node_addresses(node)[0]}
        return [
            (one.id, one.found.nodes, one.found.evidence)
            for one in judge(load_gathered(nodes), chosen(list(ids))).findings
        ]

    return run


def test_healthy_nodes_behind_a_router_have_no_finding(diagnose):
    assert diagnose() == []


def test_the_kernel_does_not_forward_and_the_file_is_named(diagnose, machines):
    (machines["a"] / "etc/sysctl.d/99-x.conf").write_text(f"# hardening\n{FORWARD} = 0\n")
    inside("a", "sysctl", "-qw", f"{FORWARD}=0")
    found = diagnose()
    (machines["a"] / "etc/sysctl.d/99-x.conf").unlink()
    inside("a", "sysctl", "-qw", f"{FORWARD}=1")
    assert found == [("forwarding_off", ("a",), ("a: /etc/sysctl.d/99-x.conf, line 2 sets it",))]
    assert diagnose("forwarding_off") == []


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
        ("link set eth0 address 02:00:00:00:00:77", "link set eth0 address 02:00:00:00:00:78", None),
    ],
)
def test_changes_of_links_and_routes(diagnose, do, undo, id):
    """Some of them look like a fault and are none: a second address, the MTU of a NIC of another network."""
    with changed("a", do, undo):
        found = diagnose()
    assert [one[:2] for one in found] == ([(id, ("a",))] if id else [])


def test_the_bridge_has_an_address_of_another_subnet(diagnose):
    with (
        changed("a", "address add 10.98.9.1/24 dev cni0", "address delete 10.98.9.1/24 dev cni0"),
        changed("a", "address delete 10.98.1.1/24 dev cni0", "address add 10.98.1.1/24 dev cni0"),
    ):
        found = diagnose("bridge_address")
    assert [one[:2] for one in found] == [("bridge_address", ("a",))]


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
