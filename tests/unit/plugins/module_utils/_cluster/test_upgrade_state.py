# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.upgrade_state import (
    NodeVersions,
    Version,
    parse_version,
    read_state,
)


def node(name="node1", version="v1.36.3", ready="True", labels=None, annotations=None, **spec):
    return {
        "metadata": {"name": name, "labels": labels or {}, "annotations": annotations},
        "spec": spec,
        "status": {
            "nodeInfo": {"kubeletVersion": version},
            "conditions": [{"type": "Ready", "status": ready}],
        },
    }


def static_pod(program, node_name="master", image=None):
    return {
        "metadata": {
            "namespace": "kube-system",
            "name": f"{program}-{node_name}",
            "labels": {"component": program, "tier": "control-plane"},
        },
        "spec": {
            "nodeName": node_name,
            "containers": [{"image": image or f"registry.k8s.io/{program}:v1.36.3"}],
        },
    }


def config_map(version="v1.36.3"):
    text = f"clusterName: kubernetes\nkubernetesVersion: {version}\n"
    return {"metadata": {"namespace": "kube-system", "name": "kubeadm-config"}, "data": {"ClusterConfiguration": text}}


def kube_proxy(image="registry.k8s.io/kube-proxy:v1.36.4"):
    return {
        "metadata": {"namespace": "kube-system", "name": "kube-proxy"},
        "spec": {"template": {"spec": {"containers": [{"image": image}]}}},
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("v1.36.3", (1, 36, 3)),
        ("1.36.3-1.1", (1, 36, 3)),
        ("v1.37.0-rc.1", (1, 37, 0)),
        ("v1.36.10", (1, 36, 10)),
        ("v1.36.3+k3s1", (1, 36, 3)),
    ],
)
def test_versions(text, expected):
    assert parse_version(text, "it") == Version(*expected)


@pytest.mark.parametrize("text", ["", "1.36", "latest", None, 1.36, "v1.36.99999", "a1.2.3"])
def test_other_texts_are_no_version(text):
    with pytest.raises(InputError, match=r"^it is .*, not a version of three numbers, such as 1\.36\.3$"):
        parse_version(text, "it")


def test_versions_are_ordered_as_numbers():
    assert parse_version("1.36.10", "it") > parse_version("1.36.9", "it")
    assert str(parse_version("v1.36.10", "it")) == "1.36.10"


def test_the_state_of_a_cluster():
    marked = {"podnet.kubernetes/upgrade": "cordoned", "other": "x"}
    found = read_state(
        [
            node("master", labels={"node-role.kubernetes.io/control-plane": ""}),
            node("node1", "v1.36.4", "Unknown", annotations=marked, unschedulable=True),
        ],
        [static_pod("kube-apiserver"), static_pod("etcd"), {"metadata": {"name": "coredns"}}],
        [{"metadata": {"name": "other"}}, config_map()],
        [{"metadata": {"name": "flannel"}}, kube_proxy()],
        {"node1": {"kubeadm": "1.36.4-1.1", "containerd": "2.0~ds1"}},
    )
    old, new = Version(1, 36, 3), Version(1, 36, 4)
    assert found.nodes == {
        "master": NodeVersions("master", old, control_plane=True, static_pods={"kube-apiserver": old}),
        "node1": NodeVersions("node1", new, ready=False, takes_pods=False, mark="cordoned", packages={"kubeadm": new}),
    }
    assert (found.configured, found.kube_proxy) == (old, new)


def test_an_api_server_makes_a_control_plane_without_the_label():
    found = read_state([node("master")], [static_pod("kube-apiserver")], [], [], {})
    assert found.nodes["master"].control_plane
    assert (found.configured, found.kube_proxy) == (None, None)


@pytest.mark.parametrize(
    "image",
    [
        "10.100.198.2:5000/kube-apiserver:v1.36.3",
        "registry.k8s.io/kube-apiserver:v1.36.3@sha256:0123",
    ],
)
def test_the_tag_of_an_image_is_its_version(image):
    found = read_state([node("master")], [static_pod("kube-apiserver", image=image)], [], [], {})
    assert found.nodes["master"].static_pods == {"kube-apiserver": Version(1, 36, 3)}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([node(version="new")], [], [], [], {}), "node1: status.nodeInfo.kubeletVersion is 'new'"),
        (([], [static_pod("kube-apiserver", image="a:5000/b")], [], [], {}), "kube-apiserver-master: the tag of"),
        (([], [], [config_map("next")], [], {}), "kubeadm-config: ClusterConfiguration.kubernetesVersion is 'next'"),
        (([], [], [], [kube_proxy("kube-proxy:latest")], {}), "kube-proxy: the tag of"),
        (([node()], [], [], [], {"node1": {"kubelet": "none"}}), "node1: the package kubelet is 'none'"),
        (("nodes", [], [], [], {}), "nodes is 'nodes'"),
    ],
)
def test_what_is_no_version_is_refused(arguments, message):
    with pytest.raises(InputError, match=message):
        read_state(*arguments)
