# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
from pathlib import Path

import pytest
import yaml

from ansible_collections.podnet.kubernetes.plugins.module_utils._kubeadm.hardening import (
    KERNEL,
    encryption_configuration,
    find_hardening_faults,
    find_kernel_faults,
    is_hardened,
)

ROLES = Path(__file__).resolve().parents[5] / "roles"
MANIFEST = """\
spec:
  containers:
  - command:
    - kube-apiserver
    - --enable-admission-plugins=NodeRestriction
"""


def test_the_role_common_sets_what_the_kubelet_asks_for():
    found = yaml.safe_load((ROLES / "common/vars/main.yml").read_text())
    assert found["__common_kubelet_sysctls"] == KERNEL


@pytest.mark.parametrize(
    ("sysctls", "named"),
    [
        pytest.param(KERNEL, [], id="as the role sets them"),
        pytest.param({"net.ipv4.ip_forward": 1}, [], id="none of them"),
        pytest.param({**KERNEL, "kernel.panic": "10"}, [], id="a text"),
        pytest.param(
            {**KERNEL, "vm.overcommit_memory": 2, "kernel.panic": 0},
            ["vm.overcommit_memory", "kernel.panic"],
            id="a user's",
        ),
    ],
)
def test_kernel_parameters_that_the_kubelet_refuses(sysctls, named):
    assert [one.split()[2] for one in find_kernel_faults(sysctls)] == named


def test_the_sentence_about_a_kernel_parameter():
    assert list(find_kernel_faults({"vm.overcommit_memory": 2})) == [
        "common_sysctls sets vm.overcommit_memory to 2, and with common_hardening the kubelet starts only with 1: "
        "remove it from common_sysctls, or set common_hardening to false"
    ]


def test_the_api_server_of_a_hardened_cluster():
    ours = f"{MANIFEST}    - --encryption-provider-config=/etc/kubernetes/hardening/encryption.yaml\n"
    assert is_hardened(ours)
    assert not is_hardened(MANIFEST)
    assert not is_hardened(f"{MANIFEST}    - --encryption-provider-config=/etc/kubernetes/mine.yaml\n")


@pytest.mark.parametrize("wish", [False, True])
@pytest.mark.parametrize("made", [False, True, None])
def test_machines_that_fit(wish, made):
    told = list(find_hardening_faults({"master": wish, "node1": wish}, made, "master"))
    assert bool(told) == (made is not None and made != wish)


def test_the_sentences_about_machines_that_do_not_fit():
    assert list(find_hardening_faults({"master": True, "node1": False, "node2": False}, None, "master")) == [
        "common_hardening is false on node1, node2, and true on other machines: give all machines of a cluster the same"
    ]
    assert list(find_hardening_faults({"node1": False}, True, "")) == [
        "common_hardening is false on node1, and the cluster was made with it, which cannot change later: set it to "
        "true for all machines, or reset the cluster (playbooks/reset.yml) and make it again"
    ]
    [told] = find_hardening_faults({"master": True}, False, "master")
    assert "and the cluster was made without it, which cannot change later: set it to false for all machines" in told
    assert list(find_hardening_faults({}, None, "")) == []


def test_the_configuration_of_the_encryption():
    key = bytes(range(32))
    found = yaml.safe_load(encryption_configuration(key))
    assert (found["apiVersion"], found["kind"]) == ("apiserver.config.k8s.io/v1", "EncryptionConfiguration")
    [resource] = found["resources"]
    assert resource["resources"] == ["secrets"]
    # Without the provider identity, which would read Secrets that are not encrypted.
    [provider] = resource["providers"]
    assert base64.b64decode(provider["secretbox"]["keys"][0]["secret"], validate=True) == key
