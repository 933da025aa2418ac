# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from pathlib import Path

import pytest
from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.testing import patch_module_args

from ansible_collections.podnet.kubernetes.plugins.modules import node_address

OUTPUTS = Path(__file__).parent.parent / "ip_address_show"


@pytest.fixture
def run(monkeypatch, capsys):
    """A function that runs the module with the options, on a machine that answers ip(8) like that."""

    def run_module(options, answer, program="/sbin/ip"):
        calls = []

        def run_command(self, command, **keywords):
            calls.append((command, keywords))
            return answer

        monkeypatch.setattr(AnsibleModule, "get_bin_path", lambda self, name, **keywords: program)
        monkeypatch.setattr(AnsibleModule, "run_command", run_command)
        with patch_module_args(options), pytest.raises(SystemExit) as ended:
            node_address.main()
        result = json.loads(capsys.readouterr().out)
        assert bool(ended.value.code) == result.get("failed", False)
        return result, calls

    return run_module


def recorded(name):
    return 0, (OUTPUTS / f"{name}.json").read_text(), ""


@pytest.mark.parametrize("check_mode", [False, True])
def test_the_address_and_the_candidates_are_returned(run, check_mode):
    options = {"interface": "enp0s8", "network": "10.100.0.0/16", "_ansible_check_mode": check_mode}
    result, calls = run(options, recorded("vagrant_flannel"))
    assert result["changed"] is False
    assert result["node_address"] == {
        "address": "10.100.198.201",
        "prefix_length": 24,
        "network": "10.100.198.0/24",
        "interface": "enp0s8",
        "mtu": 1500,
        "family": "ipv4",
    }
    assert [one["address"] for one in result["candidates"]] == [
        "10.0.2.15",
        "10.100.198.201",
        "10.244.1.0",
        "10.244.1.1",
    ]
    assert set(result["candidates"][0]) == {*result["node_address"], "left_out"}
    assert calls == [(["/sbin/ip", "-details", "-json", "address", "show"], {"environ_update": {"LC_ALL": "C"}})]


def test_the_family_is_an_option(run):
    result, _calls = run({"family": "ipv6"}, recorded("vagrant"))
    assert result["node_address"]["address"] == "fd17:625c:f037:2:a00:27ff:fe8d:c04d"
    assert [one["family"] for one in result["candidates"]] == ["ipv6"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "this node has more than one address on a network that the nodes may share, "),
        ({"interface": "eth1"}, "interface eth1: no usable IPv4 address of this node fits "),
        ({"network": "10.0.2.15/24"}, "network 10.0.2.15/24 has host bits set: the network is 10.0.2.0/24"),
        ({"family": "ipv5"}, "value of family must be one of: ipv4, ipv6, got: ipv5"),
    ],
)
def test_bad_input_is_one_clear_error(run, options, message):
    result, _calls = run(options, recorded("vagrant"))
    assert result["msg"].startswith(message)


def test_a_node_without_iproute2(run):
    result, calls = run({}, recorded("vagrant"), program=None)
    assert result["msg"] == ("ip is not on this node: install the package iproute2 (Fedora and RHEL: iproute)")
    assert calls == []


def test_an_ip_that_fails(run):
    result, _calls = run({}, (255, "", 'Option "-json" is unknown, try "ip -help".\n'))
    assert result["msg"] == (
        '\'/sbin/ip -details -json address show\' ended with 255: Option "-json" is unknown, try "ip -help".: '
        "iproute2 4.14 or newer is needed on this node"
    )


def test_an_ip_that_writes_something_else(run):
    result, _calls = run({}, (0, "1: lo: <LOOPBACK>", ""))
    assert result["msg"].startswith(
        "the output of 'ip -details -json address show' is not what iproute2 4.14 and newer "
    )
