"""The proof works when something is wrong: a dead kubelet, a host without SSH, a webhook or a policy in the way."""

from __future__ import annotations

import json
import time
from contextlib import contextmanager

import pytest

OWN = "podnet-connectivity"
NODE = "node2"
WAIT = 400  # seconds that a wait for pods on a dead node would take
WEBHOOK = {
    "apiVersion": "admissionregistration.k8s.io/v1",
    "kind": "ValidatingWebhookConfiguration",
    "metadata": {"name": "molecule-guard"},
    "webhooks": [
        {
            "name": "pods.molecule.example",
            "clientConfig": {"service": {"namespace": "default", "name": "molecule-gone", "port": 8443}},
            "rules": [{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}],
            "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": OWN}},
            "admissionReviewVersions": ["v1"],
            "sideEffects": "None",
        }
    ],
}
LABELS = {"app.kubernetes.io/managed-by": "podnet.kubernetes", "pod-security.kubernetes.io/enforce": "restricted"}
LIMITED = [
    {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": OWN, "labels": LABELS}},
    {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"namespace": OWN, "name": "limits"},
        "spec": {"hard": {"requests.cpu": 8, "limits.cpu": 8, "requests.memory": "1Gi", "limits.memory": "1Gi"}},
    },
]


@pytest.fixture
def verify(play, inventory):
    """A function that verifies with variables, and gives the run, its report and its seconds."""

    def run(name, *arguments, **variables):
        values = json.dumps({"connectivity_name": name, **variables})
        began = time.monotonic()
        done = play("playbooks/verify.yml", "--extra-vars", values, *arguments)
        path = inventory.output / "reports" / name / "report.json"
        return done, json.loads(path.read_text()) if path.exists() else None, time.monotonic() - began

    return run


def stays(kubectl):
    """Whether the namespace of our own pods, with something in it, is there a moment after a run."""
    for _attempt in range(90):
        if not kubectl.output("get", "namespace", OWN, "--ignore-not-found"):
            return False
        time.sleep(1)
    return True


@contextmanager
def stopped(host, unit):
    """Stop a unit of a node for a while."""
    host.check_output("systemctl stop %s", unit)
    try:
        yield
    finally:
        host.check_output("systemctl start %s", unit)


def test_a_webhook_whose_server_is_down_is_named(verify, kubectl, lab):
    kubectl.output("apply", "--filename=-", data=WEBHOOK)
    try:
        done, _report, _seconds = verify("webhook")
    finally:
        kubectl.output("delete", "validatingwebhookconfiguration", "molecule-guard")
        gone = not stays(kubectl)
    assert done.returncode == 2
    assert "the webhook pods.molecule.example (ValidatingWebhookConfiguration molecule-guard) does not answer: its" in (
        " ".join(done.stdout.split())
    )
    assert "Service default/molecule-gone, port 8443" in " ".join(done.stdout.split())
    assert gone


def test_our_pods_pass_a_quota_that_demands_limits_and_the_restricted_standard(verify, kubectl, lab):
    kubectl.make(LIMITED)
    done, report, _seconds = verify("quota")
    assert done.returncode == 0, done.stdout
    assert {cell["verdict"] for cell in report["cells"]} == {"passed"}
    assert not stays(kubectl)


def test_a_host_without_ssh_is_missing_although_its_node_is_ready(verify, on, lab, monkeypatch):
    # Without a connection that is open already.
    monkeypatch.setenv("ANSIBLE_SSH_ARGS", "-o ControlMaster=no -o ControlPath=none")
    with stopped(on(NODE), "ssh"):
        done, report, _seconds = verify("no-ssh")
    assert done.returncode == 2
    (missing,) = report["missing_nodes"]
    assert missing["name"] == NODE
    # What follows is Ansible's, and there are two: ssh may end before Ansible has sent it anything.
    assert missing["reason"].startswith(f"{NODE}: host {NODE} is unreachable: ")
    check_matrix(report)
    (found,) = report["findings"]
    assert (found["id"], found["nodes"]) == ("node_missing", [NODE])
    assert found["explained_cells"] == report["summary"]["not_probed"] > 0


def check_matrix(report):
    """Check that the cells of the node are not probed, and that all others passed."""
    there = {one["name"] for one in report["endpoints"] if one.get("missing")}
    assert NODE in there
    for cell in report["cells"]:
        gone = {cell["source"], cell["target"]} & there
        assert cell["verdict"] == ("not probed" if gone else "passed"), cell
    assert report["summary"]["passed"] > 100


@pytest.mark.more
def test_a_dead_kubelet_costs_no_time_and_the_rest_is_proved(verify, on, kubectl, lab):
    healthy = verify("healthy")[2]
    with stopped(on(NODE), "kubelet"):
        kubectl.output("wait", "--for=condition=Ready=Unknown", f"node/{NODE}", "--timeout=180s")
        done, report, seconds = verify("dead-kubelet", connectivity_wait_timeout=WAIT)
        # Kubernetes may have put all pods of the DNS on that node.
        left_out = verify("left-out", connectivity_exclude_nodes=[NODE], connectivity_dns_service=None)
    kubectl.output("wait", "--for=condition=Ready", f"node/{NODE}", "--timeout=180s")
    reason = f"{NODE} is not ready: NodeStatusUnknown: Kubelet stopped posting node status."
    assert done.returncode == 2
    assert report["missing_nodes"] == [{"name": NODE, "reason": reason}]
    assert f"cells: not probed: {reason}" in " ".join(done.stdout.split())
    check_matrix(report)
    # The machine may be much busier than before.
    assert seconds < healthy + WAIT / 2
    done, report, _seconds = left_out
    assert done.returncode == 0, done.stdout
    assert report["excluded_nodes"] == [
        {"name": NODE, "reason": f"{NODE} is left out by connectivity_exclude_nodes or --limit ({NODE})"}
    ]
    assert NODE not in {one["name"] for one in report["endpoints"]}
