"""A cluster goes from 1.36.3 to 1.36.4 and 1.37.1, Flannel from 0.28.4 to 0.28.10. A web server answers throughout."""

from __future__ import annotations

import subprocess
import time

import pytest
from cluster import IMAGE
from machines import ROOT
from web_server import NAME, Prober, objects

UPGRADE = ("playbooks/upgrade.yml", "--extra-vars")
NODES = ["master", "node1", "node2"]
MARK = "podnet.kubernetes/upgrade"


@pytest.fixture(scope="module")
def addresses(kubectl):
    return [
        address["address"]
        for node in kubectl.items("nodes")
        for address in node["status"]["addresses"]
        if address["type"] == "InternalIP"
    ]


@pytest.fixture(scope="module", autouse=True)
def web(kubectl):
    kubectl.make(objects())
    kubectl.output("rollout", "status", f"deployment/{NAME}", "--timeout=90s")
    return


def versions(kubectl):
    return {one["metadata"]["name"]: one["status"]["nodeInfo"]["kubeletVersion"] for one in kubectl.items("nodes")}


def cordoned(kubectl):
    return {one["metadata"]["name"] for one in kubectl.items("nodes") if one["spec"].get("unschedulable")}


def marked(kubectl):
    return {one["metadata"]["name"] for one in kubectl.items("nodes") if MARK in one["metadata"]["annotations"]}


def images(kubectl, component, namespace="kube-system"):
    return {
        one["spec"]["containers"][0]["image"].rpartition(":")[2]
        for one in kubectl.items("pods", f"--namespace={namespace}", f"--selector={component}")
    }


def is_upgraded(kubectl, version):
    """Whether all parts have the version, and no node is cordoned or marked."""
    parts = ["component=kube-apiserver", "component=kube-controller-manager", "component=kube-scheduler"]
    assert versions(kubectl) == dict.fromkeys(NODES, f"v{version}")
    assert {part: images(kubectl, part) for part in parts} == {part: {f"v{version}"} for part in parts}
    kubectl.output("rollout", "status", "daemonset/kube-proxy", "--namespace=kube-system", "--timeout=90s")
    assert images(kubectl, "k8s-app=kube-proxy") == {f"v{version}"}
    assert (cordoned(kubectl), marked(kubectl)) == (set(), set())


@pytest.mark.parametrize(
    ("version", "fault"),
    [
        ("1.36.2", "Kubernetes does not go back to an older version; set podnet_kubernetes_version to 1.36.3 or newer"),
        ("1.38.0", "kubeadm skips no minor version; set podnet_kubernetes_version to a version of 1.37 first"),
        ("1.36.9", "has 1.36.3, 1.36.4: set podnet_kubernetes_version to a version that is there"),
    ],
)
def test_a_wrong_version_is_refused_before_anything_is_changed(play, changes, kubectl, version, fault):
    refused = play(*UPGRADE, f"podnet_kubernetes_version={version}")
    assert refused.returncode == 2
    assert fault in " ".join(refused.stdout.split())
    assert (cordoned(kubectl), marked(kubectl)) == (set(), set())


def test_another_playbook_refuses_the_version(play, kubectl):
    refused = play("playbooks/cluster.yml", "--extra-vars", "podnet_kubernetes_version=1.36.4")
    assert refused.returncode == 2
    assert "playbooks/upgrade.yml gives a running cluster another one" in " ".join(refused.stdout.split())


def test_check_mode_says_what_would_happen_on_each_node(play, kubectl):
    done = play(*UPGRADE, "podnet_kubernetes_version=1.36.4", "--check")
    said = " ".join(done.stdout.split())
    assert done.returncode == 0, said
    assert "master: package kubeadm 1.36.3 to 1.36.4, kubeadm upgrade apply, drain, kubelet 1.36.3 to 1.36.4" in said
    for name in ("node1", "node2"):
        assert f"{name}: package kubeadm 1.36.3 to 1.36.4, kubeadm upgrade node, drain, kubelet 1.36.3 to" in said
    assert versions(kubectl) == dict.fromkeys(NODES, "v1.36.3")
    assert (cordoned(kubectl), marked(kubectl)) == (set(), set())


def test_a_pod_that_may_not_leave_is_named_before_anything_is_changed(play, kubectl):
    spec = {"nodeName": "node2", "containers": [{"name": "pause", "image": IMAGE}]}
    lonely = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "lonely", "namespace": "default"}, "spec": spec}
    kubectl.output("apply", "--filename=-", data=lonely)
    refused = play(*UPGRADE, "podnet_kubernetes_version=1.36.4", "--check")
    kubectl.output("delete", "pod", "lonely", "--now")
    assert refused.returncode == 2
    said = "node2 was not upgraded: no controller makes these pods again: default/lonely. upgrade_drain_timeout sets"
    assert said in " ".join(refused.stdout.split())


def test_a_patch_version_with_a_run_that_is_killed(play, changes, kubectl, addresses, inventory, tmp_path):
    """The run is killed while the first worker is cordoned, and the second run goes on. No request fails."""
    command = ["ansible-playbook", "--inventory", str(inventory.path), *UPGRADE, "podnet_kubernetes_version=1.36.4"]
    log, end = tmp_path / "run", time.monotonic() + 600
    with Prober(addresses) as prober:
        with (
            log.open("w") as output,
            subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=output, start_new_session=True) as run,
        ):
            try:
                # The API does not answer while kubeadm restarts it.
                while kubectl.run("get", "node", "node1", "--output=json").stdout.find(MARK) < 0:
                    assert run.poll() is None and time.monotonic() < end, log.read_text()[-3000:]
                    time.sleep(1)
            finally:
                run.kill()
        assert versions(kubectl)["master"] == "v1.36.4"
        done = play(*UPGRADE, "podnet_kubernetes_version=1.36.4")
        changes(done)
        assert "master: has 1.36.4 already" in done.stdout
    is_upgraded(kubectl, "1.36.4")
    print(f"{prober.answers} requests were answered, and {len(prober.failures)} failed")
    assert prober.failures == []
    assert prober.answers > 1000


def test_a_second_run_changes_nothing(play, changes):
    assert set(changes(play(*UPGRADE, "podnet_kubernetes_version=1.36.4")).values()) == {0}


def test_a_restart_of_containerd_leaves_pods_alone(kubectl, addresses, on):
    def restarts():
        return {
            (pod["metadata"]["uid"], one["containerID"])
            for pod in kubectl.items("pods", "--all-namespaces")
            for one in pod["status"]["containerStatuses"]
        }

    before = restarts()
    with Prober(addresses) as prober:
        for name in NODES:
            on(name).check_output("systemctl restart containerd")
        time.sleep(10)
    assert prober.failures == []
    assert restarts() == before


def test_flannel_goes_to_the_next_version(play, changes, kubectl, addresses):
    """The older manifest copies its configuration in another way, has another plugin and no probes."""
    assert images(kubectl, "app=flannel", "kube-flannel") == {"v0.28.4"}
    with Prober(addresses) as prober:
        changes(play("playbooks/flannel.yml", "--skip-tags=cluster"))
    assert images(kubectl, "app=flannel", "kube-flannel") == {"v0.28.10"}
    print(f"{prober.answers} requests were answered, and {len(prober.failures)} failed")
    assert prober.failures == []
    assert prober.answers > 1000


def test_the_next_minor_version_keeps_what_the_user_cordoned(play, changes, kubectl, addresses):
    kubectl.output("cordon", "node2")
    with Prober(addresses) as prober:
        changes(play(*UPGRADE, "podnet_kubernetes_version=1.37.1"))
    assert cordoned(kubectl) == {"node2"}
    kubectl.output("uncordon", "node2")
    is_upgraded(kubectl, "1.37.1")
    print(f"{prober.answers} requests were answered, and {len(prober.failures)} failed")
    assert prober.failures == []
    assert prober.answers > 1000


def test_the_network_is_proved_afterwards(play):
    done = play("playbooks/verify.yml")
    assert done.returncode == 0, done.stdout
