# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.podnet.kubernetes.plugins.filter.cluster_hosts import FilterModule

cluster_hosts = FilterModule().filters()["cluster_hosts"]


def test_the_patterns():
    groups = {"all": ["a", "b"], "cp": ["a"], "nodes": ["b"]}
    assert cluster_hosts(groups, "cp") == {"cluster": "cp:nodes", "find_on": "cp"}
    assert cluster_hosts(groups, group="k3s") == {"cluster": "k3s", "find_on": "k3s"}
    assert cluster_hosts(groups, group=["k3s"]) == cluster_hosts(groups)


def test_bad_input():
    with pytest.raises(AnsibleFilterError, match=r"^cluster_hosts: groups is \[\]: "):
        cluster_hosts([])
