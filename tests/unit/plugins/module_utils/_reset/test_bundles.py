# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._reset.bundles import (
    Bundle,
    processes_of,
    read_bundle,
    shims_of,
)

POD = {"io.kubernetes.cri.sandbox-id": "a" * 64}


def config(annotations, *namespaces):
    return json.dumps({"annotations": annotations, "linux": {"namespaces": list(namespaces)}})


def test_the_container_of_a_pod_and_its_network_namespace():
    text = config(POD, {"type": "pid"}, {"type": "network", "path": "/var/run/netns/cni-1"})
    assert read_bundle("a1", text) == Bundle("a1", "/run/netns/cni-1")
    text = config(POD, {"type": "network", "path": "/run/netns/cni-1"})
    assert read_bundle("a1", text) == Bundle("a1", "/run/netns/cni-1")


@pytest.mark.parametrize("path", ["/proc/1/ns/net", "/run/netns/../x", "/run/netns/a/b", None])
def test_a_namespace_that_is_no_file_of_its_own_is_left_alone(path):
    assert read_bundle("a1", config(POD, {"type": "network", "path": path})) == Bundle("a1")
    assert read_bundle("a1", config(POD)) == Bundle("a1")


@pytest.mark.parametrize(
    "text",
    [
        config({"nerdctl/name": "foreign"}),
        config(None),
        config([]),
        json.dumps({"annotations": POD}),
        json.dumps({"annotations": POD, "linux": {"namespaces": [3]}}),
        config(POD, {"type": "network", "path": 3}),
        "[]",
        "3",
        "{",
        "",
    ],
)
def test_other_containers_and_other_texts_are_no_pods(text):
    assert read_bundle("a1", text) is None


def test_processes_are_found_by_their_control_groups_in_both_drivers():
    cgroups = {
        1: "0::/init.scope\n",
        7: "0::/kubelet/kubepods/burstable/podx/aa1\n",
        9: "11:cpu:/kubepods.slice/kubepods-podx.slice/cri-containerd-aa1.scope\n",
        11: "0::/system.slice/docker-bb2.scope\n",
        13: "",
    }
    assert processes_of(["aa1"], cgroups) == [7, 9]
    assert processes_of([], cgroups) == []


def test_only_shims_of_the_containers_are_found():
    commands = {
        5: ["/usr/bin/containerd-shim-runc-v2", "-namespace", "k8s.io", "-id", "aa1", "-address", "x"],
        6: ["/usr/bin/containerd-shim-runc-v2", "-namespace", "k8s.io", "-id", "bb2"],
        7: ["tail", "aa1"],
        8: [""],
        9: [],
    }
    assert shims_of(["aa1"], commands) == [5]
