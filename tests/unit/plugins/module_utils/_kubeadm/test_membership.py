# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._kubeadm.membership import (
    explain_moved_control_plane,
    find_foreign_ca,
    read_node_ip,
    with_node_ip,
)

OURS, OTHER = "sha256:0a", "sha256:0b"
CA, CONF = "/etc/kubernetes/pki/ca.crt", "/etc/kubernetes/kubelet.conf"
# As kubeadm v1.36.3 writes it.
FLAGS = 'KUBELET_KUBEADM_ARGS="--node-ip=10.100.198.201 --pod-infra-container-image=registry.k8s.io/pause:3.10.2"\n'


@pytest.mark.parametrize(
    ("own", "wanted"),
    [
        pytest.param({}, (OURS,), id="a fresh node"),
        pytest.param({}, (), id="a fresh cluster"),
        pytest.param({CA: (OURS,), CONF: (OURS,)}, (OURS,), id="a node of the cluster"),
        pytest.param({CA: (OTHER, OURS)}, (OURS,), id="a node with the old CA and the new one"),
        pytest.param({CA: ()}, (OURS,), id="an empty file"),
    ],
)
def test_a_node_that_may_stay(own, wanted):
    assert find_foreign_ca("node1", own, wanted) is None


@pytest.mark.parametrize(
    ("own", "wanted", "words"),
    [
        pytest.param(
            {CA: (OTHER,)},
            (OURS,),
            f"node1 belongs to another cluster (CA {OTHER} instead of {OURS}): reset it, by "
            f"playbooks/reset.yml --limit node1; {CA} holds that CA",
            id="a stale ca.crt alone",
        ),
        pytest.param(
            {CA: (OURS,), CONF: (OTHER,)},
            (OURS,),
            f"node1 belongs to another cluster (CA {OTHER} instead of {OURS}): reset it, by "
            f"playbooks/reset.yml --limit node1; {CONF} holds that CA",
            id="stale credentials alone",
        ),
        pytest.param(
            {CA: (OTHER,)},
            (),
            f"node1 belongs to another cluster (CA {OTHER} instead of none, because the control plane has no CA yet): "
            f"reset it, by playbooks/reset.yml --limit node1; {CA} holds that CA",
            id="a control plane that was reset",
        ),
    ],
)
def test_a_node_of_another_cluster(own, wanted, words):
    assert find_foreign_ca("node1", own, wanted) == words


@pytest.mark.parametrize(
    ("flags", "addresses"),
    [
        (FLAGS, ("10.100.198.201",)),
        ('KUBELET_KUBEADM_ARGS="--x=y --node-ip=10.0.0.1,fd00::1"', ("10.0.0.1", "fd00::1")),
        ("KUBELET_KUBEADM_ARGS='--node-ip 10.0.0.1'", ("10.0.0.1",)),
        ("A=--node-ip=10.0.0.1\nB=--node-ip=10.0.0.2\n", ("10.0.0.2",)),
        ('KUBELET_KUBEADM_ARGS="--hostname-override=node-ip"', ()),
        ("", ()),
    ],
)
def test_the_address_that_a_kubelet_announces(flags, addresses):
    assert read_node_ip(flags) == addresses


def test_a_new_address_takes_the_place_of_the_old_one_alone():
    changed = with_node_ip(FLAGS, ["10.100.198.9", "fd00::9"])
    assert changed == FLAGS.replace("10.100.198.201", "10.100.198.9,fd00::9")
    assert read_node_ip(changed) == ("10.100.198.9", "fd00::9")


def test_a_control_plane_that_moved():
    told = explain_moved_control_plane("master", ("10.0.0.1",), ("10.0.0.2",))
    assert told.startswith("the address of master was 10.0.0.1 and is 10.0.0.2 now, and master is a control plane: ")
