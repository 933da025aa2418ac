# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.routes import read_route

DEFAULT = {"dst": "default", "gateway": "10.0.2.2", "dev": "enp0s3", "flags": []}
PODS = {"dst": "10.244.0.0/16", "dev": "cni0", "scope": "link", "flags": []}
NODE2 = {"dst": "10.244.2.0/24", "gateway": "10.244.2.0", "dev": "flannel.1", "flags": ["onlink"]}


@pytest.mark.parametrize(
    ("routes", "text"),
    [
        ([], "none"),
        ([{}], "none"),
        ([DEFAULT], "default via 10.0.2.2 dev enp0s3"),
        ([DEFAULT, PODS, NODE2], "10.244.2.0/24 via 10.244.2.0 dev flannel.1"),
        ([NODE2, {"dst": "10.244.2.7", "dev": "cali1"}], "10.244.2.7 dev cali1"),
        ([DEFAULT, {"type": "blackhole", "dst": "10.244.2.0/24", "flags": []}], "blackhole 10.244.2.0/24"),
        ([{**DEFAULT, "metric": 200}, {**DEFAULT, "dev": "enp0s8", "metric": 100}], "default via 10.0.2.2 dev enp0s8"),
        ([{"dst": "fd00::/64", "nexthops": [{}, {}]}], "fd00::/64 by several next hops"),
    ],
)
def test_the_most_specific_route(routes, text):
    assert read_route(json.dumps(routes)) == text


@pytest.mark.parametrize("text", ["", "{}", '[{"dev": "eth0"}]'])
def test_another_text_is_an_error(text):
    with pytest.raises(InputError):
        read_route(text)
