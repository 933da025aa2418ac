# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from policy_world import AGENT, API, DB, ingress, place

from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.findings import (
    Finding,
    covered_rules,
    join,
    rules_of,
)


def test_the_surroundings_of_a_policy():
    subject, around = place(ingress({"from": [API]}), {**API, "ingress": [{}]}, {**AGENT, "egress": [{}]}, {**DB})
    assert around.names(around.selected(subject.policy)) == "shop/db"
    # A policy without rules for a direction rules none.
    assert around.names(around.ruled("ingress", subject.policy)) == "shop/api"
    assert around.names(around.ruled("egress", subject.policy)) == "shop/agent"


@pytest.mark.parametrize(
    ("mask", "names"),
    [(0, ""), (0b11, "shop/api, shop/db"), (0b11111, "shop/api, shop/db, lab/web and 2 more")],
)
def test_names_of_pods(mask, names):
    _subject, around = place({})
    assert around.names(mask) == names


def test_a_subject_makes_findings_of_its_policy():
    subject, _around = place({**DB, "ingress": None})
    finding = subject.finding("everyone", "spec.ingress", "is empty", "name the pods")
    assert finding == Finding("everyone", "shop/p", "spec.ingress", "spec.ingress is empty", "name the pods")
    assert subject.spec == DB


def test_the_rules_that_have_an_effect():
    subject, _around = place({**ingress({}, {"from": [API]}), "egress": [{}]})
    assert [(direction, path) for direction, path, _rule in covered_rules(subject.policy)] == [
        ("ingress", "spec.ingress[0]"),
        ("ingress", "spec.ingress[1]"),
    ]
    assert [len(rules_of(subject.policy, direction)) for direction in ("ingress", "egress")] == [2, 0]


def test_names_in_a_line():
    assert join([90, 91]) == "90, 91"
