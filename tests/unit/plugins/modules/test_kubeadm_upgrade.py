# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.modules import kubeadm_upgrade


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("apply", "kubeadm upgrade apply v1.36.4 --yes --ignore-preflight-errors=Swap"),
        ("node", "kubeadm upgrade node --ignore-preflight-errors=Swap"),
    ],
)
def test_a_node_is_upgraded(run_module, node, command, expected):
    node.answer("kubeadm upgrade", (0, "", ""))
    result = run_module(kubeadm_upgrade, version="1.36.4", command=command, ignore_preflight_errors=["Swap"])
    assert (result["changed"], result["command"]) == (True, expected)
    assert node.ran("kubeadm") == [expected]


def test_check_mode_upgrades_none(run_module, node):
    result = run_module(kubeadm_upgrade, check_mode=True, version="1.36.4", command="node")
    assert (result["changed"], result["command"]) == (True, "kubeadm upgrade node")
    assert node.calls == []


def test_a_failure_is_kubeadms_own_sentence(run_module, node):
    node.answer("kubeadm upgrade", (1, "[upgrade] x\n", "error execution phase preflight: [CoreDNSMigration] bad\n"))
    for command in ("journalctl", "crictl"):
        node.answer(command, (0, "", ""))
    result = run_module(kubeadm_upgrade, version="1.36.4", command="apply")
    assert result["msg"].startswith(
        "kubeadm upgrade apply failed: error execution phase preflight: [CoreDNSMigration] bad"
    )
