# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re

import pytest
from policy_world import DB, NAMESPACES, PODS, policy

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.oracle import ask


def test_the_answer_has_the_matrix_and_how_to_read_it():
    for implementation, decides in (("calico", True), ("strict", False)):
        answer = ask(PODS, NAMESPACES, [policy(DB)], [{"port": 80}], implementation, [])
        assert [str(pod) for pod in answer.matrix.pods] == [
            "shop/api",
            "shop/db",
            "lab/web",
            "shop/agent",
            "kube-system/dns",
        ]
        assert (answer.decide_open, answer.warnings) == (decides, ())


def test_warnings_name_pods_and_values():
    late = {"metadata": {"namespace": "shop", "name": "late"}, "status": {"phase": "Pending"}}
    stored = policy({"podSelector": {"matchLabels": {"app": "a b"}}})
    answer = ask([*PODS, late], NAMESPACES, [], [{"port": 80}], "calico", [stored])
    assert answer.warnings == (
        "pod shop/late is Pending and has no address: it is left out",
        "shop/p: spec.podSelector.matchLabels[app] is 'a b', not a value of a label: give at most 63 letters, digits, "
        "'-', '_' and '.', the first and the last a letter or digit",
    )


def test_an_unknown_implementation_is_refused():
    message = "implementation is 'cilium': choose from calico, strict"
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        ask([], [], [], [], "cilium", [])
