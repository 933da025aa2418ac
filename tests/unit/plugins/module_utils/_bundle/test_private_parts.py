# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from dataclasses import asdict, replace

import pytest
from diagnosis_world import NETWORKS, World, across

from ansible_collections.podnet.kubernetes.plugins.module_utils._bundle.bundle import BundleParts
from ansible_collections.podnet.kubernetes.plugins.module_utils._bundle.private_parts import without_private_parts
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.account import account_document
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.registry import causes

SECRET = "c0ffee5ecret"
KEY = f"-----BEGIN PRIVATE KEY-----\n{SECRET}\n-----END PRIVATE KEY-----"
IN_TEXTS = [
    f"password={SECRET}",
    f"--token {SECRET}",
    f"https://user:{SECRET}@registry.example/v2",
    f"Bearer {SECRET}",
    KEY,
    f"eyJhbGciOi.{SECRET}.sig",
]


def parts_of(network="flannel"):
    world = World(network)
    world.fail(across("node1"))
    allocation = {"schema": "x", "allocation": {"node1": ["10.1.0.0/24"]}}
    return BundleParts(world.nodes, world.objects, world.report(), allocation, "10.0.0.0/8", {"the API": "away"})


def planted(value, secret):
    """The same data, with the secret at the end of each text, and in a field more of each object."""
    if isinstance(value, dict):
        more = {"password": SECRET, "bootstrap-token": [SECRET], "clientKeyData": {"x": SECRET}, secret: 1}
        return {**{key: planted(one, secret) for key, one in value.items()}, **more}
    if isinstance(value, list):
        return [*(planted(one, secret) for one in value), secret]
    return f"{value} {secret}" if isinstance(value, str) else value


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("secret", IN_TEXTS)
def test_a_secret_in_any_field_does_not_go_in(network, secret):
    whole = asdict(parts_of(network))
    data = {name: planted(value, secret) for name, value in whole.items() if name != "node_network"}
    data["nodes"] = {host: planted(facts, secret) for host, facts in whole["nodes"].items()}
    data["not_looked_at"] = {"the API": secret}
    assert SECRET in json.dumps(data)
    cleaned = json.dumps(asdict(without_private_parts(BundleParts(**data))))
    assert cleaned.count(SECRET) == 0, cleaned[cleaned.index(SECRET) - 100 :][:200]


@pytest.mark.parametrize("network", NETWORKS)
def test_what_the_diagnosis_judges_stays(network):
    parts = parts_of(network)
    cleaned = without_private_parts(parts)
    for one in (replace(parts, allocation=None), replace(cleaned, allocation=None)):
        assert account_document(one.judged(causes()))["findings"] == []
    assert (cleaned.nodes, cleaned.report) == (parts.nodes, parts.report)
    assert [one["metadata"]["name"] for one in cleaned.objects["pods"]]


def pod(**spec):
    container = {"name": "web", "image": "nginx", **spec}
    return {"metadata": {"name": "web", "namespace": "shop"}, "spec": {"nodeName": "node1", "containers": [container]}}


OBJECTS = {
    "pods": [
        pod(env=[{"name": "DB", "value": SECRET}]),
        pod(command=["run", SECRET]),
        pod(args=[SECRET]),
        pod(livenessProbe={"httpGet": {"httpHeaders": [{"name": "X", "value": SECRET}]}}),
        pod(lifecycle={"preStop": {"exec": {"command": [SECRET]}}}),
        {"kind": "Secret", "metadata": {"name": "s"}, "data": {"x": SECRET}},
        {"metadata": {"name": "s"}, "type": "Opaque", "data": {"x": SECRET}},
        {"metadata": {"name": "s"}, "type": "Opaque", "stringData": {"x": SECRET}},
        {"metadata": {"name": "p", "annotations": {"kubectl.kubernetes.io/last-applied-configuration": SECRET}}},
        {"metadata": {"name": "p", "annotations": {"example.com/note": SECRET}}},
        {"metadata": {"name": "p", "managedFields": [{"x": SECRET}]}},
        {"metadata": {"name": "p"}, "spec": {"volumes": [{"csi": {"volumeAttributes": {"x": SECRET}}}]}},
        {"metadata": {"name": "p"}, "spec": {"imagePullSecrets": [{"name": SECRET}]}},
        SECRET,
    ],
    "secrets": [{"metadata": {"name": "s"}, "data": {"x": SECRET}}],
    "config_maps": [
        {
            "metadata": {"name": "kubeadm-config", "namespace": "kube-system"},
            "data": {
                "ClusterConfiguration": (
                    "apiServer:\n  extraArgs:\n  - name: oidc-client-id\n"
                    f"    value: {SECRET}\nnetworking:\n  podSubnet: 10.244.0.0/16\ncontrollerManager:\n  extraArgs:\n"
                    f"  - name: node-cidr-mask-size\n    value: '25'\n  - name: x\n    value: {SECRET}\n"
                )
            },
        },
        {
            "metadata": {"name": "kube-flannel-cfg", "namespace": "kube-flannel"},
            "data": {
                "net-conf.json": json.dumps(
                    {
                        "Network": "10.244.0.0/16",
                        "Backend": {"Type": "wireguard", "PSK": SECRET, "X": SECRET},
                        "Y": SECRET,
                    }
                ),
                "other.conf": SECRET,
            },
        },
    ],
}


@pytest.mark.parametrize("number", range(len(OBJECTS["pods"])))
def test_parts_of_objects_that_may_hold_a_secret_do_not_go_in(number):
    objects = {"nodes": [], "pods": OBJECTS["pods"][number : number + 1]}
    assert SECRET not in json.dumps(without_private_parts(BundleParts({}, objects)).objects)


@pytest.mark.parametrize("key", ["env", "path", "images", "auth", "token"])
def test_the_keys_of_labels_and_selectors_stay(key):
    """Without one of them, a selector would select other pods, and the findings of the bundle would be wrong."""
    labels = {key: "new"}
    selector = {"podSelector": {"matchLabels": labels}, "policyTypes": ["Egress"]}
    objects = {
        "pods": [{"metadata": {"name": "a", "labels": labels}, "spec": {"nodeSelector": labels}}],
        "network_policies": [{"metadata": {"name": "p"}, "spec": selector}],
    }
    kept = without_private_parts(replace(parts_of(), objects=objects)).objects
    assert kept["network_policies"][0]["spec"] == selector
    assert kept["pods"][0]["metadata"]["labels"] == labels
    # A value that is a secret goes all the same.
    labels[key] = "eyJhbGciOi.eyJzdWIiOi.c2lnbmF0dXJl"
    assert "c2lnbmF0dXJl" not in str(without_private_parts(replace(parts_of(), objects=objects)).objects)


def test_lists_and_configurations_with_secrets_do_not_go_in():
    cleaned = without_private_parts(BundleParts({}, {"nodes": [], **OBJECTS})).objects
    assert SECRET not in json.dumps(cleaned)
    assert "secrets" not in cleaned
    config, flannel = cleaned["config_maps"]
    assert "podSubnet: 10.244.0.0/16" in config["data"]["ClusterConfiguration"]
    assert "- name: node-cidr-mask-size\n    value: '25'" in config["data"]["ClusterConfiguration"]
    assert json.loads(flannel["data"]["net-conf.json"]) == {
        "Network": "10.244.0.0/16",
        "Backend": {"Type": "wireguard"},
    }


def test_what_a_finding_reads_of_a_pod_stays():
    objects = {"nodes": [], "pods": [pod(env=[1])]}
    (kept,) = without_private_parts(BundleParts({}, objects)).objects["pods"]
    assert kept["spec"] == {"nodeName": "node1", "containers": [{"name": "web", "image": "nginx"}]}


def test_no_api_stays_no_api():
    assert without_private_parts(BundleParts({"node1": None})) == BundleParts({"node1": None})
