# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.podnet.kubernetes.plugins.filter.other_networks import FilterModule

other_networks = FilterModule().filters()["other_networks"]


def test_files_of_other_networks():
    files = ["/etc/cni/net.d/10-flannel.conflist", "/etc/cni/net.d/10-mynet.conflist", "/etc/kubernetes/05-x.conf"]
    assert other_networks(files, "10-flannel.conflist", ["10-mynet.conflist"]) == ["10-mynet.conflist"]
    assert other_networks(files, "10-flannel.conflist") == []
    with pytest.raises(AnsibleFilterError, match=r"^other_networks: paths is .*: give a list$"):
        other_networks("10-flannel.conflist", "10-flannel.conflist")
