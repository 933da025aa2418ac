"""The diagnosis names faults that only a real cluster can have, and nothing after their remedies."""

from __future__ import annotations

import time

import pytest

NODE = "node1"
IMAGE = "203.0.113.1:5000/molecule/none:1"  # nothing listens there
METADATA = {"name": "molecule-findings"}
WEBHOOK = {
    "apiVersion": "admissionregistration.k8s.io/v1",
    "kind": "ValidatingWebhookConfiguration",
    "metadata": METADATA,
    "webhooks": [
        {
            "name": "findings.molecule.example",
            "clientConfig": {"service": {"namespace": "default", "name": "molecule-gone"}},
            "rules": [{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}],
            # No namespace has the label, so nothing is refused.
            "namespaceSelector": {"matchLabels": {"molecule": "findings"}},
            "admissionReviewVersions": ["v1"],
            "sideEffects": "None",
        }
    ],
}
POD = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {**METADATA, "namespace": "default"},
    "spec": {
        "nodeName": NODE,
        "terminationGracePeriodSeconds": 0,
        "containers": [{"name": "none", "image": IMAGE}],
    },
}
PORT = "INPUT -p udp -m udp --dport 8472 -j DROP"


@pytest.fixture
def faults(lab, kubectl, on):
    """A webhook without a server, an image of a registry that does not answer, and a closed port of VXLAN."""

    def mend():
        on(NODE).check_output(f"iptables -D {PORT}")
        kubectl.output("delete", "validatingwebhookconfiguration", "molecule-findings")
        kubectl.output("delete", "pod", "molecule-findings", "--namespace=default")

    kubectl.make([WEBHOOK, POD])
    on(NODE).check_output(f"iptables -I {PORT}")
    try:
        for _attempt in range(120):
            (pod,) = kubectl.items("pods", "--namespace=default", "--field-selector=metadata.name=molecule-findings")
            waiting = [one["state"].get("waiting", {}) for one in pod["status"].get("containerStatuses", [])]
            if any(one.get("reason") in ("ErrImagePull", "ImagePullBackOff") for one in waiting):
                break
            time.sleep(0.5)
    except BaseException:
        mend()
        raise
    return mend


def test_each_fault_is_named_and_gone_after_its_remedy(faults, diagnose):
    try:
        _done, found = diagnose()
    finally:
        faults()
    named = {one["id"]: one for one in found["findings"]}
    assert set(named) == {"image_pull", "port_closed", "webhook_down"}, found["findings"]
    assert named["image_pull"]["nodes"] == named["port_closed"]["nodes"] == [NODE]
    (evidence,) = named["image_pull"]["evidence"]
    assert evidence.startswith(f"{NODE}: https://203.0.113.1:5000/v2/")
    rule, *tries = named["port_closed"]["evidence"]
    assert rule == f"table filter: -A {PORT}"
    assert any("does not answer through flannel.1" in one for one in tries)
    assert "ValidatingWebhookConfiguration molecule-findings" in named["webhook_down"]["evidence"][0]
    done, found = diagnose()
    assert (done.returncode, found["findings"]) == (0, []), done.stdout
