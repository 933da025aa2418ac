# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.network_evidence import find_evidence

EMPTY = {"nodes": [], "daemon_sets": [], "files": {}}


def test_files_are_in_the_order_in_which_the_runtime_reads_them():
    files = [{"path": f"/etc/cni/net.d/{name}"} for name in ("99-b.conf", "10-flannel.conflist")]
    found = find_evidence({**EMPTY, "files": {"node1": files}})
    assert found.files == {"node1": ("10-flannel.conflist", "99-b.conf")}
    assert (found.present, found.removing, found.operator) == (("flannel",), False, False)


@pytest.mark.parametrize(
    ("taints", "removing"),
    [(None, False), ([{"key": "other"}], False), ([{"key": "a"}, {"key": "podnet.kubernetes/network-removal"}], True)],
)
def test_the_taint_of_a_removal_is_seen(taints, removing):
    nodes = [{"metadata": {"name": "node1"}}, {"metadata": {"name": "node2"}, "spec": {"taints": taints}}]
    assert find_evidence({**EMPTY, "nodes": nodes}).removing == removing


def test_a_daemon_set_of_the_same_name_elsewhere_is_another_network():
    other = {"metadata": {"namespace": "default", "name": "calico-node"}}
    assert find_evidence({**EMPTY, "daemon_sets": [other]}).present == ()
