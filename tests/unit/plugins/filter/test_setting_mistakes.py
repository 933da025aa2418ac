# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.podnet.kubernetes.plugins.filter.setting_mistakes import FilterModule

setting_mistakes = FilterModule().filters()["setting_mistakes"]


@pytest.mark.parametrize(
    ("option", "value", "mistakes"),
    [
        ("attempts", 1, []),
        ("attempts", "100", []),  # as -e gives it
        ("attempts", 101, ["shop is 101: it must be from 1 to 100"]),
        ("attempts", "many", ["shop is many: it must be from 1 to 100"]),
        ("timeout", 0.001, ["shop is 0.001: it must be from 0.01 to 60"]),
        ("overhead", None, []),
        ("port", [80, 0], ["shop is 0: it must be from 1 to 65535"]),
        ("port", [70000, 0], [f"shop is {port}: it must be from 1 to 65535" for port in (70000, 0)]),
        ("port", [], []),
    ],
)
def test_the_range_of_a_setting(option, value, mistakes):
    assert setting_mistakes([{"name": "shop", "option": option, "value": value}]) == mistakes


def test_an_option_without_a_range():
    with pytest.raises(AnsibleFilterError, match="option is 'patience': choose from attempts, "):
        setting_mistakes([{"name": "shop", "option": "patience", "value": 1}])
