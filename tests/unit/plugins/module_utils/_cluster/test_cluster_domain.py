# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
import yaml

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.cluster_domain import find_cluster_domain

KUBELETS = {
    "kubelet": "apiVersion: kubelet.config.k8s.io/v1beta1\nclusterDNS: [10.96.0.10]\nclusterDomain: a.example\n"
}
KUBEADM = {"ClusterConfiguration": "networking:\n  dnsDomain: b.example\n  podSubnet: 10.244.0.0/16\n"}
COREDNS = {
    "Corefile": """.:53 {
    errors
    # kubernetes old.example {
    kubernetes c.example in-addr.arpa ip6.arpa {
       pods insecure
       fallthrough in-addr.arpa ip6.arpa
    }
    forward . /etc/resolv.conf
}
"""
}
DEFAULT = "Kubernetes' default, because no configuration was found that names one"


def config_map(name, data):
    return {"metadata": {"namespace": "kube-system", "name": name}, "data": data}


def parse(text):
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError:
        return None


def find(*maps, kubelet=None):
    found = find_cluster_domain([config_map(*one) for one in maps], parse, kubelet)
    return found.name, found.origin


@pytest.mark.parametrize(
    ("maps", "domain", "origin"),
    [
        pytest.param([], "cluster.local", DEFAULT, id="none"),
        pytest.param(
            [("kubelet-config", KUBELETS)], "a.example", "ConfigMap kube-system/kubelet-config", id="kubelets"
        ),
        pytest.param(
            [("kubelet-config-1.23", KUBELETS)], "a.example", "ConfigMap kube-system/kubelet-config-1.23", id="old"
        ),
        pytest.param([("kubeadm-config", KUBEADM)], "b.example", "ConfigMap kube-system/kubeadm-config", id="kubeadm"),
        # k3s, RKE2 and MicroK8s have only this, under different names.
        pytest.param([("coredns", COREDNS)], "c.example", "ConfigMap kube-system/coredns", id="CoreDNS"),
        pytest.param(
            [("coredns", COREDNS), ("kubeadm-config", KUBEADM), ("kubelet-config", KUBELETS)],
            "a.example",
            "ConfigMap kube-system/kubelet-config (ConfigMap kube-system/kubeadm-config has b.example, "
            "ConfigMap kube-system/coredns has c.example)",
            id="all differ",
        ),
        pytest.param(
            [("kubelet-config", {"kubelet": "a: [1"}), ("o", None)], "cluster.local", DEFAULT, id="unreadable"
        ),
        pytest.param([("kubelet-config", {"kubelet": "- 1"})], "cluster.local", DEFAULT, id="a list"),
        pytest.param([("kubelet-config", {"kubelet": "clusterDomain: ''"})], "cluster.local", DEFAULT, id="empty"),
        pytest.param([("other", KUBELETS)], "cluster.local", DEFAULT, id="an application's"),
    ],
)
def test_the_place_that_names_the_domain(maps, domain, origin):
    assert find(*maps) == (domain, origin)


def test_places_that_agree_are_not_named_twice():
    corefile = {"Corefile": COREDNS["Corefile"].replace("c.example", "A.example.")}
    assert find(("kubelet-config", KUBELETS), ("coredns", corefile)) == (
        "a.example",
        "ConfigMap kube-system/kubelet-config",
    )


@pytest.mark.parametrize(
    ("corefile", "domain"),
    [
        ("cluster.example:53 {\n  kubernetes\n}\n", "cluster.example"),
        ("example.org, dns://d.example:1053 {\n  kubernetes {\n  }\n}", "example.org"),
        (".:53 {\n\tkubernetes in-addr.arpa d.example\n}", "d.example"),
        (".:53 {\n\tkubernetes 10.0.0.0/8 d.example {\n", "d.example"),
        (".:53 {\n  kubernetesx d.example\n  hosts d.example {\n  }\n}", "cluster.local"),
        (".:53 {\n  kubernetes\n}", "cluster.local"),
    ],
)
def test_the_zones_of_coredns(corefile, domain):
    assert find(("rke2-coredns-rke2-coredns", {"Corefile": corefile}))[0] == domain


def test_the_file_of_a_kubelet_comes_last():
    found = find_cluster_domain([], parse, KUBELETS["kubelet"])
    assert (found.name, found.origin, found.found) == ("a.example", "the kubelet's configuration on a node", True)
    assert find(("coredns", COREDNS), kubelet=KUBELETS["kubelet"])[0] == "c.example"


def test_something_else_than_config_maps():
    with pytest.raises(InputError, match=r"^config_maps is an object"):
        find_cluster_domain({"items": []}, parse)
