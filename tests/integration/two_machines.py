"""Two nodes for the diagnosis, made of namespaces with a bridge each: their files, Flannel's links, what is found."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from pathlib import Path

import namespaces
import pytest
from namespaces import changed, inside, path

from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.diagnosis import load_gathered
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.judgement import judge
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.registry import chosen

GATHER = """
import json, sys
from pathlib import Path
from ansible_collections.podnet.kubernetes.plugins.module_utils._gathering.node import gather
from ansible_collections.podnet.kubernetes.plugins.module_utils._gathering.reader import Reader
print(json.dumps({**gather(Reader(Path(sys.argv[1]), timeout=20)), "host": sys.argv[2]}))
"""
SUBNETS = {"a": "10.98.1.0/24", "b": "10.98.2.0/24"}
MACS = {"a": "02:00:00:00:98:01", "b": "02:00:00:00:98:02"}


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
        for place in ("etc/cni/net.d", "etc/sysctl.d", "opt/cni/bin", "proc", "run/flannel", "var/lib/kubelet"):
            (roots[node] / place).mkdir(parents=True)
        (roots[node] / "proc/sys").symlink_to("/proc/sys")
        (roots[node] / "proc/net").symlink_to("/proc/self/net")
        (roots[node] / "sys").symlink_to("/sys")
        for program in ("bridge", "host-local", "loopback", "flannel"):
            (roots[node] / "opt/cni/bin" / program).touch()
        (roots[node] / "etc/cni/net.d/10-net.conflist").write_text(json.dumps(configuration(node)))
        # Without the API, the address of the DNS tells where Services are.
        (roots[node] / "var/lib/kubelet/config.yaml").write_text("clusterDNS:\n- 10.96.0.10\n")
    yield roots
    namespaces.remove()


@pytest.fixture
def diagnose(machines):
    """A function that reads both nodes and returns the findings, with their evidence."""

    def run(*ids, addresses=None):
        nodes = {}
        for node, root in machines.items():
            command = ["ip", "netns", "exec", Path(path(node)).name, sys.executable, "-c", GATHER, str(root), node]
            environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2] / ".collections")}
            done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
            nodes[node] = json.loads(done.stdout)
            nodes[node]["kubelet"]["flags"] = {
                "node-ip": (addresses or {}).get(node, namespaces.node_addresses(node)[0])
            }
        return [
            (one.id, one.found.nodes, one.found.evidence)
            for one in judge(load_gathered(nodes), chosen(list(ids))).findings
        ]

    return run


@contextmanager
def flannel(machines, device, addresses):
    """Have Flannel's links, routes and files on both nodes; addresses: of the nodes on the link that carries VXLAN."""
    with ExitStack() as stack:
        for node, other in (("a", "b"), ("b", "a")):
            own, far = (SUBNETS[one].partition("/")[0] for one in (node, other))
            file = machines[node] / "etc/cni/net.d/10-net.conflist"
            stack.callback(file.write_text, file.read_text())
            file.write_text(json.dumps(configuration(node, "flannel")))
            env = machines[node] / "run/flannel/subnet.env"
            env.write_text(f"FLANNEL_NETWORK=10.98.0.0/16\nFLANNEL_SUBNET={own[:-1]}1/24\nFLANNEL_MTU=1450\n")
            stack.callback(env.unlink)
            vxlan = f"type vxlan id 1 dev {device} local {addresses[node]} dstport 8472 nolearning noudpcsum"
            link = f"link add flannel.1 mtu 1450 address {MACS[node]} {vxlan}"
            stack.enter_context(changed(node, link, "link delete flannel.1"))
            inside(node, "ip", "address", "add", f"{own}/32", "dev", "flannel.1")
            inside(node, "ip", "link", "set", "flannel.1", "up")
            inside(node, "ip", "neighbour", "add", far, "lladdr", MACS[other], "dev", "flannel.1", "nud", "permanent")
            inside(node, "bridge", "fdb", "append", MACS[other], "dev", "flannel.1", "dst", addresses[other])
            inside(node, "ip", "route", "add", SUBNETS[other], "via", far, "dev", "flannel.1", "onlink")
        yield
