"""Runs every module and prints all results as JSON. test_every_python.py starts it with each Python that it finds.

It needs only what a node has: Python, and the code that Ansible sends with a module.
"""

from __future__ import annotations

import importlib
import io
import json
import os
import sys
from contextlib import redirect_stdout, suppress
from pathlib import Path

from ansible.module_utils.testing import patch_module_args

from ansible_collections.podnet.kubernetes.plugins.module_utils._kubeadm import node as _kubeadm_node
from ansible_collections.podnet.kubernetes.plugins.module_utils._reset import machine as _machine
from ansible_collections.podnet.kubernetes.plugins.modules import kubeadm_certificates

HERE = {"name": "here", "kind": "node", "node": "here", "addresses": ["127.0.0.1"]}


def run(module: str, **options: object) -> dict[str, object]:
    """Run a module and read its result."""
    loaded = importlib.import_module(f"ansible_collections.podnet.kubernetes.plugins.modules.{module}")
    output = io.StringIO()
    with patch_module_args(options), redirect_stdout(output), suppress(SystemExit):
        loaded.main()
    return json.loads(output.getvalue())


def run_nodes_modules(folder: Path) -> dict[str, object]:
    """Run the modules that need no root, on a node whose programs and files are in the folder."""
    for name in ("ADMIN_CONF", "CA", "KUBELET_CONF", "KUBELET_FLAGS", "API_SERVER_MANIFEST", "_LOCK"):
        setattr(_kubeadm_node, name, folder / "kubernetes" / name.lower())
    (folder / "kubernetes").mkdir()
    routes = {"10.22.2.0/24": "10.100.198.202"}
    discovery = {"discovery": {"bootstrapToken": {"apiServerEndpoint": "10.100.198.200:6443"}}}
    places = [str(folder / "none"), str(folder / "ip")]
    return {
        "node_survey": run("node_survey", name="node1", sysctls={"net.ipv4.ip_forward": 1}),
        "kubeconfig_find": run("kubeconfig_find", places=places, host="master", address="10.100.198.200"),
        "node_address": run("node_address", network="10.100.198.0/24"),
        "pod_routes": run("pod_routes", routes=routes, device="enp0s8", path=str(folder / "routes")),
        "subnet_allocation": run(
            "subnet_allocation",
            networks=["10.22.0.0/16", "fd10:22::/48"],
            nodes=["master"],
            path=str(folder / "allocation.json"),
        ),
        "kubeadm_init": run("kubeadm_init", config=str(folder / "kubeadm.yaml")),
        "kubeadm_token": run("kubeadm_token"),
        "pod_network_info": run("pod_network_info", timeout=20),
        "kubeadm_join": run("kubeadm_join", name="node1", token="abcdef.0123456789abcdef", configuration=discovery),
    }


def run_life_modules(folder: Path) -> dict[str, object]:
    """Run the modules that take things away and renew them, on an empty machine and in check mode."""
    root = folder / "root"
    for path in ("sys/class/net", "proc/self"):
        (root / path).mkdir(parents=True)
    (root / "proc/self/mountinfo").write_text("1 0 0:1 / / rw - x x rw\n")
    (root / "proc/stat").write_text("btime 1800000000\n")
    _machine.ROOT = kubeadm_certificates.ROOT = root
    check = {"_ansible_check_mode": True}
    return {
        "node_reset": run("node_reset", **check),
        "pod_network_traces": run("pod_network_traces", configuration="/etc/cni/net.d/10-flannel.conflist", **check),
        "etcd_members": run("etcd_members", absent=["master2"], **check),
        "kubeadm_certificates": run("kubeadm_certificates", **check),
        "node_settings": run(
            "node_settings",
            keys=[{"url": "http://127.0.0.1/key", "path": str(folder / "key")}],
            files=[{"path": str(folder / "conf"), "content": "x"}],
            sysctls={"a": 1},
            **check,
        ),
        "containerd": run("containerd", config="x", kubernetes_version="1.36.3", **check),
        "secrets_encryption": run("secrets_encryption", path=str(folder / "encryption.yaml")),
        "kubeadm_upgrade": run("kubeadm_upgrade", version="1.36.4", command="node", **check),
    }


def run_probes() -> dict[str, object]:
    """Have this machine probe itself, by its responder on the loopback link. Only root can."""
    started = run("connectivity_responder", endpoints=[HERE], node="here", run="python")
    ports = {one["protocol"]: one["port"] for one in started["listeners"]}
    tries = [
        {"check": check, "port": ports.get(check, ports["udp"]), "answers": "podnet"} for check in ("tcp", "udp", "mtu")
    ]
    target = {"name": "itself", "kind": "node", "address": "127.0.0.1", "tries": [{"check": "icmp"}, *tries]}
    found = run("connectivity_probe", endpoints=[HERE], targets=[target], node="here", run="python")
    ended = run("connectivity_responder", state="absent")
    return {"connectivity_probe": found, "connectivity_responder": ended}


def run_trail() -> dict[str, object]:
    """Have this machine follow its own packets over the loopback link. Only root can."""
    there = {"name": "there", "kind": "node", "node": "there", "addresses": ["127.0.0.2"]}
    pair = {"source": "here", "target": "there"}
    pairs = [{**pair, "check": "icmp"}, {**pair, "check": "tcp", "port": 1}]
    options = {"endpoints": [HERE, there], "pairs": pairs, "node": "here", "run": "python", "seconds": 1}
    return {"packet_trail": run("packet_trail", **options)}


def main() -> None:
    """Print the results by the names of the modules."""
    results = run_nodes_modules(Path(sys.argv[1]))
    results.update(run_life_modules(Path(sys.argv[1])))
    if os.geteuid() == 0:
        results.update(run_probes())
        results.update(run_trail())
    print(json.dumps(results))


if __name__ == "__main__":
    main()
