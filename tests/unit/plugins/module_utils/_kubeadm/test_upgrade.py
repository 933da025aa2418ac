# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._kubeadm.upgrade import upgrade_command


@pytest.mark.parametrize(
    ("command", "ignored", "expected"),
    [
        ("apply", [], "kubeadm upgrade apply v1.36.4 --yes"),
        ("apply", ["Swap", "Mem"], "kubeadm upgrade apply v1.36.4 --yes --ignore-preflight-errors=Swap,Mem"),
        ("node", [], "kubeadm upgrade node"),
        ("node", ["Swap"], "kubeadm upgrade node --ignore-preflight-errors=Swap"),
    ],
)
def test_the_command(command, ignored, expected):
    assert upgrade_command(command, "1.36.4", ignored) == expected.split()
