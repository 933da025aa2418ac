# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What this machine says, and what stand-ins say that look like its programs."""

from __future__ import annotations

import json
import os

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import Endpoint
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.network_namespace import Namespaces
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail import surroundings
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.pairs import load_pairs
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.watch import WatchedPlace

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root enters namespaces")
HERE = WatchedPlace("here", "")


@pytest.fixture
def programs(tmp_path, monkeypatch):
    """A function that puts a program of this name and output in place of the machine's own ones."""

    def put(**outputs):
        for name, script in outputs.items():
            path = tmp_path / name.replace("_", "-")
            path.write_text(f"#!/bin/sh\n{script}\n")
            path.chmod(0o755)

    monkeypatch.setattr(surroundings, "_SEARCHED", str(tmp_path))
    return put


@pytest.fixture
def net(tmp_path, monkeypatch):
    """A directory in place of /proc/thread-self/net."""
    monkeypatch.setattr(surroundings, "_NET", tmp_path)
    return tmp_path


def counters():
    with Namespaces() as namespaces:
        return surroundings.read_all_counters(HERE, [HERE], namespaces)


def test_the_files_of_the_kernel_are_there():
    files = counters().files["here"]
    assert "lo:" in files["dev"]
    assert files["snmp"].startswith("Ip:")
    assert "TcpExt:" in files["netstat"]


def test_a_node_without_programs(programs):
    assert set(counters().rules.values()) == {""}
    with Namespaces() as namespaces:
        assert surroundings.list_links(HERE, namespaces) == []


def test_programs_are_asked_for_counters(programs):
    programs(iptables_save='echo "$0 $*"', nft='echo "$*"', ip6tables_save="echo half; exit 1")
    rules = counters().rules
    assert rules["iptables"].endswith("iptables-save -c\n")
    assert rules["nft"] == "-a -t list ruleset\n"
    assert rules["ip6tables"] == ""  # it failed
    assert "iptables-legacy" not in rules


def test_the_older_packet_filter_is_asked_only_where_it_is_loaded(programs, net):
    programs(iptables_save="echo '# v1.8 (nf_tables)'", iptables_legacy_save="echo old")
    assert "iptables-legacy" not in counters().rules
    (net / "ip_tables_names").write_text("filter\n")
    assert counters().rules["iptables-legacy"] == "old\n"


def test_a_program_that_hangs(programs, monkeypatch):
    monkeypatch.setattr(surroundings, "_PATIENCE", 0.2)
    programs(nft="exec sleep 30")
    assert counters().rules["nft"] == ""


def pairs():
    endpoints = [Endpoint(name, "pod", (address,), "n") for name, address in (("a", "10.1.0.1"), ("b", "10.2.0.1"))]
    return load_pairs([{"source": "a", "target": "b", "check": "icmp"}], endpoints)


def flows():
    with Namespaces() as namespaces:
        return surroundings.read_flows(HERE, pairs(), namespaces)


LINE = "ipv4 2 icmp 1 29 src=10.1.0.1 dst=10.2.0.1 id=1 [UNREPLIED] src=10.2.0.1 dst=10.1.0.1 id=1\n"


def test_connection_tracking_from_the_kernel_or_from_its_program(programs, net):
    assert flows() == []
    programs(conntrack=f"echo '{LINE.strip()}'")
    assert [one.replied for one in flows()] == [False]
    (net / "nf_conntrack").write_text(LINE.replace("[UNREPLIED] ", ""))
    assert [one.replied for one in flows()] == [True]


def test_links_of_this_machine():
    with Namespaces() as namespaces:
        names = {link.name: link for link in surroundings.list_links(HERE, namespaces)}
    assert "127.0.0.1" in names["lo"].addresses


def test_neighbours_that_do_not_answer(programs):
    with Namespaces() as namespaces:
        assert surroundings.list_silent([HERE], namespaces) == []
        programs(ip=f"echo '{json.dumps([{'dst': '192.0.2.9', 'dev': 'eth0'}] * 50)}'")
        assert surroundings.list_silent([HERE], namespaces) == ["here: 192.0.2.9 on eth0"] * 10
        programs(ip="echo nonsense")
        assert surroundings.list_silent([HERE], namespaces) == []


def test_routes_to_the_addresses_of_pairs(programs):
    programs(ip="""echo '[{"dst": "default", "dev": "'$2$6'"}]'""")
    with Namespaces() as namespaces:
        assert surroundings.list_routes(HERE, pairs(), namespaces) == {
            "10.2.0.1": "default dev -410.2.0.1",
            "10.1.0.1": "default dev -410.1.0.1",
        }
        programs(ip="exit 1")
        assert surroundings.list_routes(HERE, pairs(), namespaces) == {}


def test_programs_that_say_something_else(programs):
    programs(ip="echo nonsense", bridge=f"echo '{json.dumps([])}'")
    with Namespaces() as namespaces:
        assert surroundings.list_links(HERE, namespaces) == []
