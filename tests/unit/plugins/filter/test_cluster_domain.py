# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.podnet.kubernetes.plugins.filter.cluster_domain import cluster_domain

MAPS = [{"metadata": {"namespace": "kube-system", "name": "kubelet-config"}, "data": {"kubelet": "clusterDomain: a.b"}}]


def test_what_the_cluster_has():
    origin = "ConfigMap kube-system/kubelet-config"
    assert cluster_domain(MAPS) == {"name": "a.b", "origin": origin, "found": True}
    assert cluster_domain([], kubelet="clusterDomain: c.d")["name"] == "c.d"
    assert cluster_domain([], kubelet="{")["found"] is False


def test_what_the_user_gives_decides():
    assert cluster_domain(MAPS, "c.d") == {"name": "c.d", "origin": None, "found": True}


def test_wrong_input_is_an_error_of_the_filter():
    with pytest.raises(AnsibleFilterError, match=r"^cluster_domain: given is 7"):
        cluster_domain(MAPS, 7)
