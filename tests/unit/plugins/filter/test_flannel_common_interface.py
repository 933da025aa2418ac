# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.podnet.kubernetes.plugins.filter.flannel_common_interface import FilterModule

mod = FilterModule().filters()["flannel_common_interface"]


def test_values_of_nodes():
    assert mod("eth0", {"a": ["eth0"], "b": ["eth1"]}, {}) == "eth0"
    assert (
        mod("10.0.0.0/24", {"a": []}, {"a": {"address": "10.0.0.1"}}, {"a": {"address": "fd00::1"}})
        == "^(10[.]0[.]0[.]1|fd00::1)$"
    )
    with pytest.raises(AnsibleFilterError, match=r"^flannel_common_interface: choices is 7: give a dict"):
        mod("eth0", 7, {})
