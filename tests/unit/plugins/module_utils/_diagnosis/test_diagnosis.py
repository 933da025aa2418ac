# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from diagnosis_world import World

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.diagnosis import load_gathered


def test_what_was_not_looked_at():
    world = World()
    del world.nodes["node1"]
    world.nodes["node2"] = None
    world.nodes["master"]["unread"] = {"nftables": "nft failed"}
    gathered = load_gathered(world.nodes, world.objects, not_looked_at={"the API": "it hangs\n there"})
    assert gathered.unread == (
        "the API: it hangs there",
        "node2: it did not answer",
        "node1: it is in the cluster, and not in the inventory",
        "master: nftables: nft failed",
    )


def test_a_host_that_is_no_node_is_left_out():
    world = World()
    stranger = {**world.nodes["node1"], "host": "lb", "kubelet": {"flags": {}, "settings": {}}}
    stranger["units"] = {"kubelet": {"LoadState": "not-found"}}
    stranger["sysctls"] = {"net.ipv4.ip_forward": {"value": "0", "files": []}}
    world.nodes["lb"] = stranger
    result = world.diagnose()
    assert result["findings"] == []
    assert result["not_looked_at"] == ["lb: it is no node of the cluster, and has no kubelet"]
    stranger["units"]["kubelet"]["LoadState"] = "loaded"
    assert "forwarding_off" in world.found()


def test_two_networks_of_the_nodes():
    for networks in ("10.100.198.0/24,fd10:100:198::/64", "fd10:100:198::/64, 10.100.198.0/24"):
        gathered = load_gathered(World().nodes, node_network=networks)
        assert str(gathered.node_network) == "10.100.198.0/24"


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (([],), "the input is"),
        (({}, {}), "objects"),
        (({}, None, {}), "report"),
        (({}, None, None, "x"), "is not a network"),
    ],
)
def test_other_input_is_refused(arguments, text):
    with pytest.raises(InputError, match=text):
        load_gathered(*arguments)
