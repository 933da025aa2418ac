"""`reset.yml` takes away what the collection made, and nothing else. The tests of this file are one story."""

from __future__ import annotations

import json

import pytest
from cluster import IMAGE

# The tests compare with snapshots of the lab that prepare.yml takes.
pytestmark = pytest.mark.usefixtures("lab")

RULE = "FORWARD -s 198.51.100.0/24 -m comment --comment molecule-foreign -j DROP"
ROUTE = "blackhole 198.51.100.0/24"
FILES = (
    # Of podman. Before a cluster is made, the survey refuses files of unknown programs.
    "/etc/cni/net.d/87-podman.conflist",
    "/etc/kubernetes/audit-policy.yaml",
    "/var/lib/kubelet/config.json",
    "/srv/foreign",
)
# A container in containerd's namespace of Kubernetes that no kubelet made.
IMAGES = "ctr --namespace k8s.io images list --quiet"
CONTAINERS = "ctr --namespace k8s.io containers list --quiet"
# A pod with a port of its node, for which the plugin portmap makes rules.
HOST_PORT = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "host-port", "namespace": "default"},
    "spec": {
        "nodeName": "node2",
        "containers": [{"name": "web", "image": IMAGE, "ports": [{"containerPort": 80, "hostPort": 8099}]}],
    },
}
CONFIRMED = ("--extra-vars", "podnet_reset_confirmed=true")
# Where containers, pods and the kubelet leave their state.
TRACES = (
    "ls -A /var/lib/kubelet /var/lib/etcd /var/log/pods /var/log/containers /run/netns"
    " /run/containerd/io.containerd.grpc.v1.cri/sandboxes 2>/dev/null"
    "; grep -o ' /var/lib/kubelet/[^ ]*' /proc/self/mounts; iptables-save | grep KUBE-"
)
# The headlines of ls, and the foreign file.
ALLOWED = {
    "/var/lib/kubelet:",
    "/var/log/pods:",
    "/var/log/containers:",
    "/run/netns:",
    "/var/lib/etcd:",
    "/run/containerd/io.containerd.grpc.v1.cri/sandboxes:",
    "config.json",
}


@pytest.fixture(scope="module")
def foreign(on, inventory):
    """Foreign rules, routes, files and containers on each node; taken away after the tests."""
    for name in inventory.nodes:
        host = on(name)
        host.check_output(f"iptables -A {RULE} && ip route add {ROUTE}")
        for file in FILES:
            host.check_output(f"echo '{{}}' > {file}")
        pause, *_others = (one for one in host.check_output(IMAGES).split() if "pause" in one and "@" not in one)
        host.check_output(f"ctr --namespace k8s.io run --detach {pause} foreign")
    yield
    for name in inventory.nodes:
        host = on(name)
        host.run(f"iptables -D {RULE}; ip route del {ROUTE}; rm -f {' '.join(FILES)}")
        host.run(
            "ctr --namespace k8s.io tasks delete --force foreign; ctr --namespace k8s.io containers delete foreign"
        )


def check_foreign(host):
    """Check that what others made is there."""
    host.check_output(f"iptables -C {RULE}")
    assert ROUTE in host.check_output("ip route show type blackhole")
    assert [file for file in FILES if not host.file(file).exists] == []
    assert host.check_output(CONTAINERS).split() == ["foreign"]
    assert "RUNNING" in host.check_output("ctr --namespace k8s.io tasks list")


def left(host):
    """List what the kubelet, etcd and containerd left."""
    names = {line.strip() for line in host.run(TRACES).stdout.splitlines()} - {""}
    return sorted(names - ALLOWED)


@pytest.fixture(scope="module")
def as_prepared(on, state, scratch, differences):
    """A function that compares a node with its snapshot from before the cluster, without foreign additions."""

    def check(name):
        before = json.loads((scratch / "prepared" / f"{name}.json").read_text())
        now = state(on(name))
        for file in FILES:
            now["files"].pop(file, None)
        now["files"] = {path: one for path, one in now["files"].items() if path != "/etc/kubernetes"}
        now["routes"] = [route for route in now["routes"] if "198.51.100.0/24" not in json.dumps(route)]
        now["firewall"] = {
            program: [rule for rule in rules if "molecule-foreign" not in rule]
            for program, rules in now["firewall"].items()
        }
        assert differences(before, now) == []

    return check


def test_without_a_terminal_nothing_is_reset(play, kubectl, inventory):
    refused = play("playbooks/reset.yml")
    assert refused.returncode == 2
    said = " ".join(refused.stdout.split())
    assert "The reset of master, node1, node2 is not confirmed" in said
    assert "set podnet_reset_confirmed to true" in said
    assert "changed=0" in refused.stdout
    kubectl.output("wait", "--for=condition=Ready", "nodes", "--all", "--timeout=60s")


def test_a_worker_is_reset_while_the_others_go_on(foreign, play, changes, kubectl, on, as_prepared, pods):
    pods.start()
    kubectl.output("apply", "--filename=-", data=HOST_PORT)
    kubectl.output("wait", "--for=condition=Ready", "pod/host-port", "--timeout=180s")
    assert "CNI-HOSTPORT-DNAT" in on("node2").check_output("iptables-save --table nat")
    uids = {name: pod["metadata"]["uid"] for name, pod in pods.found().items()}
    foretold = changes(play("playbooks/reset.yml", "--limit", "node2", *CONFIRMED, "--check"))
    counts = changes(play("playbooks/reset.yml", "--limit", "node2", *CONFIRMED))
    assert counts["node2"] > 0
    assert foretold["node2"] == counts["node2"]
    assert {one["metadata"]["name"] for one in kubectl.items("nodes")} == {"master", "node1"}
    assert pods.fetches("node1", pods.found()["master"]["status"]["podIP"])
    assert {name: pods.found()[name]["metadata"]["uid"] for name in ("master", "node1")} == {
        name: uids[name] for name in ("master", "node1")
    }
    check_foreign(on("node2"))
    assert left(on("node2")) == []
    as_prepared("node2")


def test_a_second_reset_changes_nothing(play, changes):
    assert changes(play("playbooks/reset.yml", "--limit", "node2", *CONFIRMED))["node2"] == 0


def test_a_reset_machine_joins_the_same_cluster_at_once(play, pods):
    done = play("playbooks/flannel.yml")
    assert done.returncode == 0, done.stdout
    pods.start()
    assert pods.unreachable() == set()
    pods.delete()


def test_all_machines_are_reset_with_broken_programs(foreign, play, changes, on, inventory, kubeconfig, as_prepared):
    """containerd does not start on one node, and another one has no kubeadm."""
    broken, bare = on("node1"), on("node2")
    broken.check_output("cp /etc/containerd/config.toml /root/config.toml && echo '[' > /etc/containerd/config.toml")
    broken.run("systemctl restart containerd")
    bare.check_output("mv /usr/bin/kubeadm /root/kubeadm")
    try:
        done = play("playbooks/reset.yml", *CONFIRMED)
        assert done.returncode == 0, done.stdout
        assert "containerd does not answer" in done.stdout + done.stderr  # where Ansible warns
        assert broken.run("pgrep --exact kube-proxy").rc != 0
        counts = changes(play("playbooks/reset.yml", *CONFIRMED))
        assert {name: counts[name] for name in inventory.nodes} == dict.fromkeys(inventory.nodes, 0)
    finally:
        broken.check_output("cp /root/config.toml /etc/containerd/config.toml && rm /root/config.toml")
        broken.check_output("systemctl restart containerd")
        bare.check_output("mv /root/kubeadm /usr/bin/kubeadm")
    assert not kubeconfig.exists()
    # containerd forgets the pods that ended without it.
    assert changes(play("playbooks/reset.yml", *CONFIRMED))["node1"] == 1
    for name in inventory.nodes:
        check_foreign(on(name))
        assert left(on(name)) == []
        as_prepared(name)


def test_the_machines_make_another_cluster_at_once(play, kubectl):
    done = play("playbooks/flannel.yml")
    assert done.returncode == 0, done.stdout
    kubectl.output("wait", "--for=condition=Ready", "nodes", "--all", "--timeout=180s")
