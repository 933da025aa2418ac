# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.podnet.kubernetes.plugins.filter.policy_listeners import FilterModule

policy_listeners = FilterModule().filters()["policy_listeners"]


def test_the_listeners_at_the_ports():
    listeners = [{"endpoint": "shop/api", "protocol": protocol, "port": 80} for protocol in ("tcp", "udp")]
    assert policy_listeners(listeners, [{"port": 80}]) == listeners[:1]
    with pytest.raises(AnsibleFilterError, match="ports is empty"):
        policy_listeners(listeners, [])
