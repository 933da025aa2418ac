# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.host_values import host_values

HOSTVARS = {
    "master": {"address": {"ipv4": "10.0.0.1", "ipv6": "fd00::1"}, "found": {"failed": False, "rc": 0}},
    "node1": {"address": {"ipv4": "10.0.0.2"}, "found": {"failed": True, "rc": 1}},
    "node2": {"address": None, "found": {"skipped": True}},
    "node3": {},
}


@pytest.mark.parametrize(
    ("hosts", "name", "values"),
    [
        ([], "address", {}),
        (["node1", "node2", "node3"], "address", {"node1": {"ipv4": "10.0.0.2"}}),
        (list(HOSTVARS), "address.ipv4", {"master": "10.0.0.1", "node1": "10.0.0.2"}),
        (list(HOSTVARS), "address.ipv4.more", {}),
        (
            ["node1", "master"],
            ["address.ipv4", "address.ipv6"],
            {"node1": ["10.0.0.2"], "master": ["10.0.0.1", "fd00::1"]},
        ),
    ],
)
def test_hosts_without_a_value_are_left_out(hosts, name, values):
    found = host_values(HOSTVARS, hosts, name)
    assert (found, list(found)) == (values, list(values))


@pytest.mark.parametrize("name", ["found", "found.rc"])
def test_results_of_tasks_that_did_not_succeed_are_left_out(name):
    assert list(host_values(HOSTVARS, list(HOSTVARS), name)) == ["master"]


def test_bad_input():
    with pytest.raises(InputError, match=r"^node9 has no variables in the input"):
        host_values(HOSTVARS, ["node9"], "address")
