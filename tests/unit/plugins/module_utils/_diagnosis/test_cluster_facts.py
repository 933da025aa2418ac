# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from diagnosis_world import World

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.cluster_facts import load_cluster


def config(text):
    return {"metadata": {"namespace": "kube-system", "name": "kubeadm-config"}, "data": {"ClusterConfiguration": text}}


def test_the_cluster_of_the_lab():
    cluster = load_cluster(World("flannel").objects)
    node = next(one for one in cluster.nodes if one.name == "node1")
    assert node.internal[0] == "10.100.198.201"
    assert node.announced == ("Flannel", "10.100.198.201")
    assert node.vtep_mac is not None
    assert len(node.vtep_mac.split(":")) == 6
    assert node.ready[0] == "True"
    assert [one.control_plane for one in cluster.nodes] == [one.name == "master" for one in cluster.nodes]
    assert cluster.pod_networks[0] == cluster.flannel_network == "10.244.0.0/16"
    assert cluster.api_addresses == ("10.100.198.200",)
    assert {pod.app for pod in cluster.pods} == {"flannel", "kube-dns", "kube-proxy"}
    assert all(pod.ready and not pod.why for pod in cluster.pods)


@pytest.mark.parametrize(
    ("text", "pods", "size"),
    [
        ("networking:\n  podSubnet: 10.244.0.0/16,fd00::/56\n", ("10.244.0.0/16", "fd00::/56"), 24),
        (
            'networking:\n  podSubnet: "10.0.0.0/8"\ncontrollerManager:\n  extraArgs:\n    node-cidr-mask-size: "26"\n',
            ("10.0.0.0/8",),
            26,
        ),
        ('controllerManager:\n  extraArgs:\n  - name: node-cidr-mask-size-ipv4\n    value: "27"\n', (), 27),
        ("", (), 24),
    ],
)
def test_the_networks_of_kubeadm(text, pods, size):
    cluster = load_cluster({"nodes": [], "config_maps": [config(text)]})
    assert (cluster.pod_networks, cluster.mask_size) == (pods, size)


def test_a_pod_that_does_not_run_and_why():
    state = {"waiting": {"reason": "ImagePullBackOff", "message": "Back-off\n pulling"}}
    last = {"terminated": {"exitCode": 1, "reason": "Error"}}
    pod = {
        "metadata": {"namespace": "a", "name": "b", "labels": {"k8s-app": "kube-proxy"}},
        "status": {"containerStatuses": [{"name": "c", "restartCount": 3, "state": state, "lastState": last}]},
    }
    pending = {
        "metadata": {"name": "p"},
        "status": {
            "conditions": [{"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "taints"}]
        },
    }
    one, other = load_cluster({"nodes": [], "pods": [pod, pending]}).pods
    assert one.why == "c: ImagePullBackOff, Back-off pulling, it ended with 1: Error"
    assert (one.restarts, one.ready) == (3, False)
    assert other.why == "Unschedulable: taints"


def test_secrets_in_the_last_words_of_a_container_are_no_fact():
    """With FallbackToLogsOnError the message holds lines of its log. Findings may be uploaded."""
    token = "abcdefgh12345678"
    message = f"dial https://admin:hunter2@etcd:2379 failed, token={token}" + " and so on" * 25
    last = {"terminated": {"exitCode": 1, "message": message}}
    waiting = {"waiting": {"reason": "ImagePullBackOff", "message": message}}
    pod = {
        "metadata": {"namespace": "kube-system", "name": "b"},
        "status": {"containerStatuses": [{"name": "c", "state": waiting, "lastState": last}]},
    }
    (one,) = load_cluster({"nodes": [], "pods": [pod]}).pods
    assert "and so on" in one.why
    for text in (one.why, one.images[0].message):
        assert "hunter2" not in text
        # Also not the end of one whose beginning was cut off.
        assert token[-8:] not in text


@pytest.mark.parametrize("objects", [None, [], {}, {"nodes": 3}, {"nodes": ["x"]}, {"nodes": [], "pods": ["x"]}])
def test_other_objects_are_refused(objects):
    with pytest.raises(InputError, match="objects"):
        load_cluster(objects)


def test_annotations_with_nonsense_announce_no_mac():
    metadata = {"name": "a", "annotations": {"flannel.alpha.coreos.com/backend-data": "{"}}
    (node,) = load_cluster({"nodes": [{"metadata": metadata}]}).nodes
    assert (node.vtep_mac, node.announced, node.internal) == (None, None, ())
