# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Before its first probe the role looks for room in the connection tracking of each node."""

from __future__ import annotations

import pytest

PODS = {"default/a": ("node1", "10.0.0.1"), "default/b": ("node2", "10.0.0.2")}
SCOPE = [{"name": name, "kind": "pod", "node": node, "addresses": [address]} for name, (node, address) in PODS.items()]
TARGETS = [
    {"name": name, "kind": "pod", "address": address, "tries": [{"check": "tcp", "port": 80}]}
    for name, (_node, address) in PODS.items()
]
# On each node the pod's three attempts to both pods, and the three of the other.
NEEDED = 9


@pytest.fixture
def track(run_entry):
    """Returns a function that runs the check with so many free entries on node2."""

    def run(free):
        return run_entry(
            "tracking",
            {},
            __network_policies_scope={"endpoints": SCOPE},
            __network_policies_targets=TARGETS,
            connectivity_responders={"node": "node2", "conntrack": {"used": 100, "most": 100 + free}},
        )

    return run


def test_a_step_that_fits_goes_on(track):
    done = track(NEEDED)
    assert done.returncode == 0, done.stdout


def test_a_node_with_too_little_room_is_named_before_any_packet(track):
    said = " ".join(track(NEEDED - 1).stdout.split())
    assert f"node2: the probes make up to {NEEDED} entries in the connection tracking, and {NEEDED - 1} are" in said
    assert "prove fewer pods (network_policies_namespaces)" in said
    assert "raise net.netfilter.nf_conntrack_max there" in said
