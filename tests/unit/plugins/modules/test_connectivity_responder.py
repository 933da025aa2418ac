# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import itertools
import json
import os
import socket

import pytest
from ansible.module_utils.basic import AnsibleModule

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import ClusterError
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing import responder
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.links import mtu_of
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.pod_namespaces import NoNodeError
from ansible_collections.podnet.kubernetes.plugins.modules import connectivity_responder

HERE = "127.0.0.1"
ENDPOINTS = [
    {"name": "node1", "kind": "node", "addresses": [HERE], "node": "node1"},
    {"name": "podnet/own", "kind": "pod", "addresses": ["127.0.0.2"], "node": "node1", "own": True},
    {"name": "shop/web", "kind": "pod", "addresses": ["127.0.0.3"], "node": "node1"},
    {"name": "node2", "kind": "node", "addresses": ["192.0.2.2"], "node": "node2"},
]
NUMBERS = itertools.count()


@pytest.fixture(autouse=True)
def located(monkeypatch):
    """A node with two pods, all in this process's namespace, and a control socket that is ours alone."""
    asked = []

    def locate(endpoints, node):
        asked.append((endpoints, node))
        return "node1", [(one, "") for one in endpoints if one.node == "node1"]

    monkeypatch.setattr(connectivity_responder, "locate", locate)
    monkeypatch.setattr(connectivity_responder, "link_overheads", lambda: {"ipv4": 50, "ipv6": 70})
    monkeypatch.setattr(responder, "_CONTROL", f"\0podnet.kubernetes/module-{os.getpid()}-{next(NUMBERS)}")
    yield asked
    responder.stop()


def free_port(address):
    with socket.create_server((address, 0)) as server:
        return server.getsockname()[1]


def ask(listener, run):
    """Ask over TCP which endpoint answers."""
    with socket.create_connection((listener["address"], listener["port"]), timeout=5) as sock:
        sock.sendall(f"podnet1 {run} 0 0\n".encode())
        return json.loads(sock.makefile("rb").readline())["endpoint"]


def test_the_result_does_not_repeat_the_endpoints_of_a_large_cluster(run_module, show_options):
    others = [{**ENDPOINTS[3], "name": f"n{number}"} for number in range(20)]
    result = run_module(connectivity_responder, endpoints=[*ENDPOINTS, *others], run="run1", **show_options)
    assert result["invocation"]["module_args"]["endpoints"] == "24 entries"


def test_a_machine_that_is_no_node_is_named_and_left_out(run_module, monkeypatch):
    def locate(_endpoints, _node):
        raise NoNodeError("this machine, bastion, is none of the nodes node1")

    warnings = []
    monkeypatch.setattr(connectivity_responder, "locate", locate)
    monkeypatch.setattr(AnsibleModule, "warn", lambda _module, warning: warnings.append(warning))
    result = run_module(connectivity_responder, endpoints=ENDPOINTS, run="run1")
    assert result["left_out"] == "this machine, bastion, is none of the nodes node1"
    assert "node" not in result
    assert not result.get("failed")
    assert warnings == ["this machine, bastion, is none of the nodes node1. The machine is left out."]
    assert responder.stop() is False


def test_responders_are_started_and_ended(run_module):
    result = run_module(connectivity_responder, endpoints=ENDPOINTS, run="run1", node="node1")
    assert (result["changed"], result["node"]) == (False, "node1")
    assert (result["overhead"], result["overhead_ipv6"]) == (50, 70)
    # The MTU is that of the NIC with the address, which is looked for by each NIC's first address.
    assert [{**one, "port": None} for one in result["listeners"]] == [
        {
            "endpoint": endpoint,
            "address": address,
            "protocol": protocol,
            "port": None,
            "answers": "podnet",
            **({"mtu": mtu_of(HERE)} if address == HERE else {}),
        }
        for endpoint, address in (("node1", HERE), ("podnet/own", "127.0.0.2"), ("shop/web", "127.0.0.3"))
        for protocol in ("tcp", "udp")
    ]
    over_tcp = [one for one in result["listeners"] if one["protocol"] == "tcp"]
    assert [ask(one, "run1") for one in over_tcp] == ["node1", "podnet/own", "shop/web"]
    ended = run_module(connectivity_responder, state="absent")
    assert (ended["changed"], ended["running"]) == (False, True)
    with pytest.raises(ConnectionRefusedError):
        ask(over_tcp[0], "run1")
    assert run_module(connectivity_responder, state="absent")["running"] is False


def test_a_second_run_takes_the_place_of_the_first(run_module):
    port = free_port("127.0.0.2")
    for run in ("run1", "run2"):
        result = run_module(connectivity_responder, endpoints=ENDPOINTS, run=run, ports=[port])
        own = next(one for one in result["listeners"] if one["endpoint"] == "podnet/own")
        assert (own["port"], own["answers"]) == (port, "podnet")
        assert ask(own, run) == "podnet/own"
    assert result["changed"] is False


def test_ports_are_for_whom_they_are_meant(run_module):
    ports = {"ports": [free_port("127.0.0.2")], "other_ports": [free_port("127.0.0.3")]}
    listeners = run_module(connectivity_responder, endpoints=ENDPOINTS, run="run1", **ports)["listeners"]
    found = {(one["endpoint"], one["protocol"]): one["port"] for one in listeners}
    for protocol in ("tcp", "udp"):
        assert found["podnet/own", protocol] == ports["ports"][0]
        assert found["shop/web", protocol] == ports["other_ports"][0]
        assert found["node1", protocol] not in (ports["ports"][0], ports["other_ports"][0])


def test_a_port_that_the_pod_has_taken(run_module):
    with socket.create_server(("127.0.0.3", 0)) as server:
        port = server.getsockname()[1]
        listeners = run_module(connectivity_responder, endpoints=ENDPOINTS, run="run1", other_ports=[port])["listeners"]
    assert [(one["protocol"], one["answers"]) for one in listeners if one["endpoint"] == "shop/web"] == [
        ("tcp", "nothing"),
        ("udp", "podnet"),
    ]


def test_check_mode_starts_and_ends_nothing(run_module, located):
    result = run_module(connectivity_responder, endpoints=ENDPOINTS, run="run1", check_mode=True)
    assert (result["changed"], result["node"], result["listeners"]) == (False, "node1", [])
    assert len(located) == 1
    assert responder.stop() is False
    run_module(connectivity_responder, endpoints=ENDPOINTS, run="run1")
    assert run_module(connectivity_responder, state="absent", check_mode=True)["changed"] is False
    assert responder.stop() is True


@pytest.mark.parametrize("check_mode", [False, True])
@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"ports": [0]}, "ports has 0: a port is a number from 1 to 65535"),
        ({"other_ports": [80, 65536]}, "other_ports has 65536: a port is a number from 1 to 65535"),
        ({"endpoints": [{"pod": "a"}]}, "endpoint has no field pod: it has "),
        ({"state": "present"}, "value of state must be one of: absent, started, got: present"),
    ],
)
def test_bad_input_is_one_clear_error_before_anything_is_looked_for(run_module, located, more, message, check_mode):
    given = {"endpoints": ENDPOINTS, "run": "run1", **more}
    assert run_module(connectivity_responder, **given, check_mode=check_mode)["msg"].startswith(message)
    assert located == []


@pytest.mark.parametrize("run", ["", "run 1"])
def test_a_run_that_fits_into_no_request(run_module, run):
    result = run_module(connectivity_responder, endpoints=ENDPOINTS, run=run)
    assert result["msg"] == f"run is {run!r}: it must be 1 to 64 letters and digits"
    assert responder.stop() is False


def test_a_pod_that_is_not_found(run_module, monkeypatch):
    def locate(endpoints, node):
        raise ClusterError("pod shop/web (10.244.1.2): no process on this node is in a cgroup with its UID")

    monkeypatch.setattr(connectivity_responder, "locate", locate)
    result = run_module(connectivity_responder, endpoints=ENDPOINTS, run="run1", check_mode=True)
    assert result["msg"].startswith("pod shop/web (10.244.1.2): no process")
