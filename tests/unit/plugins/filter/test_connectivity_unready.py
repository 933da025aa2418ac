# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.podnet.kubernetes.plugins.filter.connectivity_unready import FilterModule

connectivity_unready = FilterModule().filters()["connectivity_unready"]


def test_pods_and_services_that_are_not_ready():
    service = {"metadata": {"namespace": "shop", "name": "web"}, "spec": {"ipFamilies": ["IPv4"]}}
    objects = {"pods": [], "services": [service], "endpoint_slices": []}
    assert connectivity_unready(objects) == []
    assert connectivity_unready(objects, services=["shop/web"], own_namespace="own", own_pods=1) == [
        "0 of 1 pods exist in own",
        "Service shop/web has no ready endpoint",
    ]
    with pytest.raises(AnsibleFilterError, match=r"^the input has no services"):
        connectivity_unready({"pods": []})
