# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from diagnosis_world import NETWORKS, World
from fuzzing import with_value

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.cluster_facts import load_cluster
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.diagnosis import load_gathered
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.node_facts import load_node
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.shapes import is_network


@pytest.mark.parametrize("network", NETWORKS)
def test_what_the_lab_showed_has_the_shapes(network):
    world = World(network)
    assert len(load_gathered(world.nodes, world.objects).nodes) == len(world.nodes)


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        (("links", 0, "mtu"), "big", r"node1\.links\[0\]\.mtu is 'big', not a whole number"),
        (("routes", 0, "routes", 0), "0.0.0.0/0 nowhere", r"node1\.routes\[0\]\.routes\[0\] is '.*', not a network, "),
        (
            ("cni", "configurations", 0, "plugins", 0, "type"),
            None,
            r"node1\.cni\.configurations\[0\]\.plugins\[0\]\.type",
        ),
        (("certificates", 0, "not_after"), "soon", r"node1\.certificates\[0\]\.not_after is 'soon', not a number"),
    ],
)
def test_the_error_names_the_node_and_the_field(path, value, sentence):
    node = with_value(World().nodes["node1"], path, value)
    with pytest.raises(InputError, match=sentence):
        load_node(node, (), "node1")


def test_the_error_names_the_object_and_the_field():
    objects = with_value(World().objects, ("pods", 0, "metadata", "name"), 7)
    with pytest.raises(InputError, match=r"^objects\.pods\[0\]\.metadata\.name is 7, not a text$"):
        load_cluster(objects)


def test_a_cell_of_no_endpoint_is_refused():
    world = World()
    world.fail(lambda _source, _target, _check: True)
    report = {**world.report(), "endpoints": []}
    with pytest.raises(InputError, match="which is none of its endpoints"):
        load_gathered(world.nodes, world.objects, report)


@pytest.mark.parametrize(
    ("text", "fits"),
    [("10.0.0.0/8", True), ("10.0.0.1", True), ("fd00::1/64", True), ("10.0.0.0/255.0.255.0", False), ("", False)],
)
def test_networks(text, fits):
    assert is_network(text) is fits
