# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.podnet.kubernetes.plugins.filter.flannel_wrong_choices import FilterModule

mod = FilterModule().filters()["flannel_wrong_choices"]


def test_values_of_nodes():
    assert mod({"a": ["eth0"], "b": ["eth0"]}, {}) == []
    with pytest.raises(AnsibleFilterError, match=r"^flannel_wrong_choices: choices is 7: give a dict"):
        mod(7, {})
