# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.cni_files import other_networks

KNOWN = ["10-mynet.conflist", "10-flannel.conflist", "10-calico.conflist"]


@pytest.mark.parametrize(
    ("files", "others"),
    [
        ([], []),
        (["10-flannel.conflist"], []),
        (["10-flannel.conflist", "10-mynet.conflist"], ["10-mynet.conflist"]),
        (["99-foreign.conflist"], []),
        (["05-foreign.conf", "10-calico.conflist"], ["05-foreign.conf", "10-calico.conflist"]),
    ],
)
def test_known_files_and_those_that_come_first_belong_to_others(files, others):
    paths = [f"/etc/cni/net.d/{name}" for name in files]
    assert other_networks([*paths, "/etc/kubernetes/05-mynet.conf"], "10-flannel.conflist", KNOWN) == others


def test_without_known_files_the_order_decides():
    paths = ["/etc/cni/net.d/10-calico.conflist", "/etc/cni/net.d/10-mynet.conflist"]
    assert other_networks(paths, "10-flannel.conflist", []) == ["10-calico.conflist"]


def test_bad_input():
    with pytest.raises(InputError, match=r"^paths is .*: give a list$"):
        other_networks("10-flannel.conflist", "10-flannel.conflist", [])
