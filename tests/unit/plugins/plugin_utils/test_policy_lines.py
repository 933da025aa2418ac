# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
import yaml
from page_samples import DENY, WEB, policy

from ansible_collections.podnet.kubernetes.plugins.plugin_utils.policy_lines import policy_lines


def part(found, rule):
    first, last = found["rules"][rule]
    return "\n".join(found["lines"][first : last + 1])


def test_the_lines_are_the_policy_without_what_the_api_adds():
    found = policy_lines(WEB)
    assert found["name"] == "shop/web"
    assert yaml.safe_load("\n".join(found["lines"])) == {**WEB, "metadata": {"name": "web", "namespace": "shop"}}


@pytest.mark.parametrize("number", [0, 1])
def test_a_rule_has_its_lines_and_no_other(number):
    found = policy_lines(WEB)
    assert yaml.safe_load(part(found, f"ingress[{number}]")) == [WEB["spec"]["ingress"][number]]
    assert yaml.safe_load(part(found, "selector")) == {"podSelector": {"matchLabels": {"app": "db"}}}


def test_empty_parts_have_their_line():
    found = policy_lines(policy("all", {"podSelector": {}, "egress": [{}], "policyTypes": ["Egress"]}))
    assert part(found, "egress[0]").strip() == "- {}"
    assert part(found, "selector").strip() == "podSelector: {}"
    assert set(policy_lines(DENY)["rules"]) == {"selector"}


def test_the_manifest_that_kubectl_keeps_is_left_out():
    given = policy("web", {})
    given["metadata"]["annotations"] = {"kubectl.kubernetes.io/last-applied-configuration": "{}"}
    assert not any("annotations" in line for line in policy_lines(given)["lines"])
