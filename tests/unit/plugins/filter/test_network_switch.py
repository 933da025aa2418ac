# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.podnet.kubernetes.plugins.filter.network_switch import network_switch

NODE = {"metadata": {"name": "node1"}, "spec": {"podCIDR": "10.244.0.0/24"}}


def cluster(configuration):
    config_map = {
        "metadata": {"namespace": "kube-system", "name": "kubeadm-config"},
        "data": {"ClusterConfiguration": configuration},
    }
    return {"nodes": [NODE], "pods": [], "daemon_sets": [], "policies": [], "config_maps": [config_map], "files": {}}


def test_the_plan_is_plain_data():
    given = {"podnet_pod_network": "10.244.0.0/16", "calico_pod_network": ""}
    plan = network_switch(cluster("networking:\n  podSubnet: 10.244.0.0/16\n"), "calico", ["node1"], given)
    assert plan == {
        "faults": [],
        "notes": [],
        "present": [],
        "leaving": [],
        "installs": True,
        "pod_network": "10.244.0.0/16",
        "started": None,
        "unready": [],
        "policies": False,
    }


def test_a_text_that_is_no_yaml_names_no_network():
    assert "names no podSubnet" in network_switch(cluster("[:"), "calico", ["node1"])["faults"][0]


def test_wrong_options_are_refused():
    with pytest.raises(AnsibleFilterError, match="network_switch: target is 3"):
        network_switch(cluster(""), 3, ["node1"])
    with pytest.raises(AnsibleFilterError, match="network_switch: nodes is None"):
        network_switch({}, "calico", [])
