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


@pytest.mark.parametrize(
    ("names", "foreign"),
    [
        (("10-canal.conflist", "10-flannel.conflist"), 0),
        # Canal as upstream installs it: no role knows it.
        (("10-canal.conflist",), 1),
        (("05-other.conf", "10-canal.conflist", "10-flannel.conflist"), 1),
    ],
)
@pytest.mark.parametrize("target", ["basic_cni", "flannel"])
def test_the_file_of_calicos_policies_belongs_to_flannel(names, foreign, target):
    found = find_evidence({**EMPTY, "files": {"node1": [{"path": f"/etc/cni/net.d/{name}"} for name in names]}})
    faults = list(found.foreign_faults(target, False))
    assert len(faults) == foreign
    assert all("10-canal.conflist, 10-flannel" not in fault for fault in faults)
