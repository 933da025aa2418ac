# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.cluster_hosts import find_cluster_hosts

BOTH = {"all": ["a", "b"], "control_plane": ["a"], "nodes": ["b"]}


@pytest.mark.parametrize(
    ("groups", "group", "cluster", "find_on"),
    [
        (BOTH, None, "control_plane:nodes", "control_plane"),
        ({**BOTH, "nodes": []}, None, "control_plane:nodes", "control_plane"),
        ({"all": ["a", "b"], "control_plane": ["a"]}, None, "all:!localhost", "control_plane"),
        ({**BOTH, "control_plane": []}, None, "all:!localhost", "all:!localhost"),
        ({"all": ["localhost", "a"]}, None, "all:!localhost", "all:!localhost"),
        ({"all": ["localhost"]}, None, "all", "all"),
        ({"all": []}, None, "all", "all"),
        (BOTH, "k8s", "k8s", "control_plane"),
        ({"all": ["a"]}, "k8s", "k8s", "k8s"),
    ],
)
def test_hosts(groups, group, cluster, find_on):
    found = find_cluster_hosts(groups, "control_plane", "nodes", group)
    assert (found.cluster, found.find_on) == (cluster, find_on)
