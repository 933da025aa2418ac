# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError
from diagnosis_world import World, diagnosis


def test_the_result_has_the_findings_and_their_account():
    world = World()
    world.nodes["node1"]["sysctls"]["net.ipv4.ip_forward"]["value"] = "0"
    result = world.diagnose()
    assert [one["id"] for one in result["findings"]] == ["forwarding_off"]
    keys = {"id", "severity", "nodes", "cause", "evidence", "remedy", "explains", "explained_cells", "may_follow_from"}
    assert set(result["findings"][0]) == keys
    assert (result["failed_cells"], result["unexplained"], result["not_looked_at"]) == (0, [], [])
    assert result["lines"][0] == "1 finding"


def test_only_chosen_findings():
    world = World()
    world.nodes["node1"]["sysctls"]["net.ipv4.ip_forward"]["value"] = "0"
    assert world.found("mtu") == []


@pytest.mark.parametrize(
    ("arguments", "options", "text"),
    [
        (([],), {}, "^the input is"),
        (({},), {"only": ["nothing"]}, "^only has 'nothing', which is no finding"),
        (({},), {"report": {}}, r"^report is no report\.json"),
        (({"node1": {"x": 1}},), {}, "^node1 has"),
    ],
)
def test_other_input_is_refused(arguments, options, text):
    with pytest.raises(AnsibleFilterError, match=text):
        diagnosis(*arguments, **options)
