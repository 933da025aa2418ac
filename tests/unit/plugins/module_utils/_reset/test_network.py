# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._reset.network import (
    network_name,
    network_patterns,
    unused_memory,
)


def test_the_results_of_a_network_are_found_by_its_name():
    assert network_name('{"name": "cbr0", "plugins": []}') == "cbr0"
    assert network_patterns("cbr0") == ("/var/lib/cni/results/cbr0-*",)
    assert network_patterns(None) == ()


@pytest.mark.parametrize("text", ["", "{", "[]", "3", "{}", '{"name": 3}', '{"name": "../*"}', '{"name": ""}'])
def test_another_text_names_no_network(text):
    assert network_name(text) is None


MEMORY = ["/var/lib/cni/networks/cbr0/10.244.1.2", "/var/lib/cni/networks/other/lock"]


def test_the_memory_is_unused_when_only_locks_are_left():
    assert unused_memory(MEMORY, ["/var/lib/cni/networks/cbr0"])
    assert unused_memory([], [])
    assert not unused_memory(MEMORY, [])
    # A path is no part of a path with a longer name.
    assert not unused_memory(MEMORY, ["/var/lib/cni/networks/cbr"])
    assert not unused_memory(["/var/lib/cni/results/foreign-1-eth0"], ["/var/lib/cni/networks"])
