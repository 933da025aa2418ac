# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.service_routes import (
    find_route_faults,
    read_routes,
)

NETWORK = "10.96.0.0/16"
# From `ip -json -4 -details route show` on a node of the lab, shortened.
ROUTES = json.dumps(
    [
        {"type": "unicast", "dst": "default", "gateway": "10.0.2.2", "dev": "enp0s3", "flags": []},
        {"type": "unicast", "dst": "10.0.2.0/24", "dev": "enp0s3", "flags": []},
        {"type": "blackhole", "dst": "10.99.0.0/16", "flags": []},
        {"dst": "10.1.0.7", "dev": "enp0s3"},
    ]
)


def test_routes_are_read():
    assert read_routes(ROUTES, "-4") == [
        ("unicast", "0.0.0.0/0"),
        ("unicast", "10.0.2.0/24"),
        ("blackhole", "10.99.0.0/16"),
        ("unicast", "10.1.0.7/32"),
    ]
    assert read_routes('[{"type": "unicast", "dst": "default"}]', "-6") == [("unicast", "::/0")]
    assert read_routes("[ ]", "-4") == []


@pytest.mark.parametrize(
    "route",
    [
        ("unicast", "0.0.0.0/0"),
        ("unicast", "10.96.0.0/16"),
        ("unicast", "10.0.0.0/8"),
        ("local", "10.96.0.0/12"),
    ],
)
def test_a_route_that_serves(route):
    assert find_route_faults([route], [NETWORK]) == []


@pytest.mark.parametrize(
    "route",
    [
        ("unicast", "10.0.2.0/24"),
        ("unicast", "10.96.0.0/24"),
        ("unicast", "10.96.0.1/32"),
        ("unreachable", "0.0.0.0/0"),
        ("blackhole", "10.96.0.0/16"),
        ("unicast", "::/0"),
    ],
)
def test_a_route_that_does_not_serve(route):
    [fault] = find_route_faults([route], [NETWORK])
    assert fault.startswith(f"the node has no default route, and no other one to the Service network {NETWORK}: ")
    assert "common_service_route" in fault


def test_each_network_needs_a_route():
    both = [NETWORK, "fd00:96::/112"]
    assert len(find_route_faults([], both)) == 2
    assert len(find_route_faults([("unicast", "0.0.0.0/0")], both)) == 1
    assert find_route_faults([("unicast", "0.0.0.0/0"), ("unicast", "::/0")], both) == []
    assert find_route_faults([], []) == []


def test_a_network_that_is_none():
    with pytest.raises(InputError, match=r"^service_networks has 10\.96\.0\.1/16, which has host bits set: "):
        find_route_faults([], ["10.96.0.1/16"])
