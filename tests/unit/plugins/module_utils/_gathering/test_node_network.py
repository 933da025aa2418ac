# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._gathering.node_network import read_node_network
from ansible_collections.podnet.kubernetes.plugins.module_utils._gathering.reader import Reader


def link(name, kind, addresses, **more):
    held = [
        {"local": one.partition("/")[0], "prefixlen": int(one.partition("/")[2]), "scope": "global"}
        for one in addresses
    ]
    info = {"linkinfo": {"info_kind": kind}} if kind else {"link_type": more.pop("link_type", "ether")}
    return {"ifname": name, "mtu": 1450, "addr_info": held, "flags": [], **info, **more}


LINKS = [
    link("lo", None, ["127.0.0.1/8"], link_type="loopback"),
    link("eth0", None, ["192.0.2.1/24", "fe80::1/64"]),
    link("veth1", "veth", [], master="cni0"),
    link("cni0", "bridge", ["10.244.1.1/24"]),
    link("kube-ipvs0", "dummy", ["10.96.0.1/32"]),
]
ROUTES = [
    {"dst": "default", "gateway": "192.0.2.254", "dev": "eth0"},
    {"dst": "192.0.2.0/24", "dev": "eth0", "protocol": "kernel"},
    {"dst": "10.244.2.0/24", "gateway": "10.244.2.0", "dev": "flannel.1"},
    {"dst": "10.244.3.0/24", "via": {"family": "inet6", "host": "fd00::3"}, "dev": "eth0"},
    {"dst": "10.244.1.7", "dev": "cali1"},
]


@pytest.fixture
def outputs(monkeypatch):
    """What ip prints, by its arguments."""
    outputs = {("-details", "-json", "address"): json.dumps(LINKS), ("-4", "-json", "route"): json.dumps(ROUTES)}
    monkeypatch.setattr(Reader, "output", lambda _self, _part, *command: outputs.get(command[1:4]))
    return outputs


def test_links_to_pods_and_routes_of_the_kernel_are_left_out(outputs):
    assert read_node_network(Reader()) == {
        "links": [
            {"name": "eth0", "kind": "ether", "mtu": 1450, "addresses": ["192.0.2.1/24"]},
            {"name": "cni0", "kind": "bridge", "mtu": 1450, "addresses": ["10.244.1.1/24"]},
        ],
        "routes": ["10.244.2.0/24 via 10.244.2.0 dev flannel.1", "10.244.3.0/24 via fd00::3 dev eth0"],
    }


@pytest.mark.parametrize("text", [None, "", "nonsense", "{}", "[1]"])
def test_what_cannot_be_read_is_missing(outputs, text):
    for key in outputs:
        outputs[key] = text
    assert read_node_network(Reader()) == {"links": [], "routes": []}


def test_a_large_node_has_no_endless_lists(outputs):
    many = [{"dst": f"10.{n // 256}.{n % 256}.0/24", "gateway": "192.0.2.2", "dev": "eth0"} for n in range(500)]
    outputs["-4", "-json", "route"] = json.dumps(many)
    assert len(read_node_network(Reader())["routes"]) == 100
