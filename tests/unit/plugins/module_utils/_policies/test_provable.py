# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.pods import Pod
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.provable import find_provable_namespaces


def pods(**counts):
    """Running pods, so many in each namespace."""
    return [
        Pod(namespace, f"pod-{number}", {}, {}, phase="Running")
        for namespace, count in counts.items()
        for number in range(count)
    ]


@pytest.mark.parametrize(
    ("having", "running", "chosen", "left_out", "found"),
    [
        (["shop", "shop", "bank"], pods(shop=2, bank=1, other=3), [], [], ["bank", "shop"]),
        (["shop", "empty"], pods(shop=2), [], [], ["shop"]),
        # One pod in two namespaces each is a pair, one pod in all is none.
        (["shop", "bank"], pods(shop=1, bank=1), [], [], ["bank", "shop"]),
        (["shop"], pods(shop=1, other=3), [], [], []),
        ([], pods(other=3), [], [], []),
        (["shop", "ours"], pods(shop=2, ours=6), [], ["ours"], ["shop"]),
        # A choice needs no policy, and may lead into the namespace that is otherwise left out.
        ([], pods(other=3), ["other"], [], ["other"]),
        (["ours"], pods(ours=2), ["ours"], ["ours"], ["ours"]),
        (["shop"], pods(shop=2, other=1), ["other"], [], []),
    ],
)
def test_namespaces(having, running, chosen, left_out, found):
    assert find_provable_namespaces(having, running, chosen, left_out) == found


@pytest.mark.parametrize(
    "fields", [{"phase": "Pending"}, {"phase": "Succeeded"}, {"host_network": True}, {"terminating": True}]
)
def test_pods_that_no_policy_concerns(fields):
    other = Pod("shop", "other", {}, {}, **{"phase": "Running", **fields})
    assert find_provable_namespaces(["shop"], [*pods(shop=1), other], [], []) == []
