# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.podnet.kubernetes.plugins.filter.chain_removal import FilterModule

chain_removal = FilterModule().filters()["chain_removal"]


def test_input_for_iptables_restore():
    saved = "*nat\n:FLANNEL-A - [0:0]\n-A POSTROUTING -m comment --comment flanneld -j ACCEPT\nCOMMIT\n"
    assert chain_removal(saved, "FLANNEL-") == "*nat\n-F FLANNEL-A\n-X FLANNEL-A\nCOMMIT\n"
    assert "-D POSTROUTING" in chain_removal(saved, "FLANNEL-", "flanneld")
    with pytest.raises(AnsibleFilterError, match=r"^chain_removal: prefix is ''"):
        chain_removal(saved, "")
