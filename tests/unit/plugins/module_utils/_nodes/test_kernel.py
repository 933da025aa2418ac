# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.kernel import find_differing, sign_of_module


@pytest.mark.parametrize(
    ("name", "sign"),
    [
        ("overlay", "sys/module/overlay"),
        ("nf-conntrack", "sys/module/nf_conntrack"),
        ("br_netfilter", "proc/sys/net/bridge"),
    ],
)
def test_the_sign_of_a_module(name, sign):
    assert sign_of_module(name) == sign


@pytest.mark.parametrize(
    ("output", "wanted", "differing"),
    [
        ("net.ipv4.ip_forward = 1\n", {"net.ipv4.ip_forward": 1}, {}),
        ("net.ipv4.ip_forward = 0\n", {"net.ipv4.ip_forward": 1}, {"net.ipv4.ip_forward": "1"}),
        ("", {"net.ipv4.ip_forward": 1}, {"net.ipv4.ip_forward": "1"}),
        ("net.ipv4.tcp_rmem = 4096\t131072\t6291456\n", {"net.ipv4.tcp_rmem": "4096 131072 6291456"}, {}),
        ("kernel.core_pattern = |/a b=c\n", {"kernel.core_pattern": "|/a b=c"}, {}),
    ],
)
def test_parameters_that_differ(output, wanted, differing):
    assert find_differing(output, wanted) == differing
