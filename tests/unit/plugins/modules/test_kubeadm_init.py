# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._kubeadm.answers import INIT_OBJECTS, missing_objects
from ansible_collections.podnet.kubernetes.plugins.modules import kubeadm_init

EVERYTHING = list(missing_objects(""))
OPTIONS = {"config": "/etc/kubernetes/kubeadm.yaml", "timeout": 0}


def with_api(node, found):
    """Make the node one whose API answers, with these objects of INIT_OBJECTS."""
    node.has("admin.conf", "manifests/kube-apiserver.yaml", "pki/ca.crt")
    node.answer("/readyz", (0, "ok", ""))
    for namespace in ("kube-system", "kube-public"):
        names = "".join(f"{name}\n" for where, name in found if where == namespace)
        node.answer(f"-n {namespace}", (0, names, ""))


@pytest.mark.parametrize("check_mode", [False, True])
def test_a_first_run(run_module, node, check_mode):
    node.answer("kubeadm init", (0, "Your Kubernetes control-plane has initialized successfully!", ""))
    result = run_module(kubeadm_init, **OPTIONS, check_mode=check_mode)
    assert result["changed"] is True
    assert result["missing"] == EVERYTHING
    assert len(node.ran("kubeadm init")) == (0 if check_mode else 1)


@pytest.mark.parametrize("check_mode", [False, True])
def test_a_run_that_was_killed_is_finished(run_module, node, check_mode):
    with_api(node, INIT_OBJECTS[:-1])
    node.answer("kubeadm init", (0, "", ""))
    result = run_module(kubeadm_init, **OPTIONS, ignore_preflight_errors=["NumCPU"], check_mode=check_mode)
    assert result["changed"] is True
    assert result["missing"] == ["kube-system/rolebinding.rbac.authorization.k8s.io/kube-proxy"]
    ran = node.ran("kubeadm init")
    assert len(ran) == (0 if check_mode else 1)
    assert all(",NumCPU,Port-10250," in command for command in ran)


@pytest.mark.parametrize("check_mode", [False, True])
def test_a_control_plane_that_is_whole_is_left_alone(run_module, node, check_mode):
    with_api(node, INIT_OBJECTS)
    result = run_module(kubeadm_init, **OPTIONS, check_mode=check_mode)
    assert result["changed"] is False
    assert result["missing"] == []
    assert node.ran("kubeadm init") == []


def test_an_init_that_fails(run_module, node):
    node.answer("kubeadm init", (1, "[preflight] Running\n", "\t[ERROR Mem]: the system RAM is too small\n"))
    node.is_silent()
    result = run_module(kubeadm_init, **OPTIONS)
    assert result["msg"] == "kubeadm init failed: [ERROR Mem]: the system RAM is too small"


def test_a_configuration_is_needed(run_module, node):
    assert run_module(kubeadm_init)["msg"] == "missing required arguments: config"
    assert node.calls == []


def test_the_address_of_the_cluster(run_module, node):
    node.answer("ClusterConfiguration", (0, "controlPlaneEndpoint: api.example.org:6443\n", ""))
    with_api(node, INIT_OBJECTS)
    result = run_module(kubeadm_init, **OPTIONS, check_mode=True)
    assert (result["endpoint"], result["begun"]) == ("api.example.org:6443", True)


def test_a_machine_without_a_cluster(run_module, node):
    result = run_module(kubeadm_init, **OPTIONS, check_mode=True)
    assert (result["endpoint"], result["begun"]) == ("", False)
