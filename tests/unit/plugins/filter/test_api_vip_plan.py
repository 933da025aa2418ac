# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.podnet.kubernetes.plugins.filter.api_vip_plan import api_vip_plan

MASTER = {"address": "10.100.198.200", "network": "10.100.198.0/24", "interface": "enp0s8"}


def test_the_plan():
    assert api_vip_plan({"master": MASTER}, ["master", "master2"], "10.100.198.200") == {
        "peers": [{"name": "master", "address": "10.100.198.200"}],
        "silent": ["master2"],
        "faults": [
            "podnet_api_vip 10.100.198.200 is the address of master: give a free address of 10.100.198.0/24",
        ],
    }


def test_another_input():
    with pytest.raises(AnsibleFilterError, match=r"^api_vip_plan: the address is ''"):
        api_vip_plan({}, [], "")
