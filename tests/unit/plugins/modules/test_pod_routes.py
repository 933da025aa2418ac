# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import os
import stat

import pytest
from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.testing import patch_module_args

from ansible_collections.podnet.kubernetes.plugins.modules import pod_routes

NIC = {
    "ifname": "enp0s8",
    "flags": ["UP"],
    "mtu": 1500,
    "operstate": "UP",
    "addr_info": [
        {"family": "inet", "local": "10.100.198.200", "prefixlen": 24, "scope": "global"},
        {"family": "inet6", "local": "fd00:100::200", "prefixlen": 64, "scope": "global"},
    ],
}
ASKED = {"fd00:22:2::/64": "fd00:100::201", "10.22.2.0/24": "10.100.198.201"}
LINES = [
    "route add 10.22.2.0/24 via 10.100.198.201 dev enp0s8 proto 140",
    "route add fd00:22:2::/64 via fd00:100::201 dev enp0s8 proto 140",
]
SHOWN = "10.22.2.0/24 via 10.100.198.201 dev enp0s8\nfd00:22:2::/64 via fd00:100::201 dev enp0s8\n"


def entry(destination, gateway, protocol="140"):
    """A route as ip shows it."""
    return {"dst": destination, "gateway": gateway, "dev": "enp0s8", "protocol": protocol, "flags": []}


PRESENT = {
    "-4": [entry("10.22.2.0/24", "10.100.198.201")],
    "-6": [{**entry("fd00:22:2::/64", "fd00:100::201"), "metric": 1024, "pref": "medium"}],
}


@pytest.fixture
def path(tmp_path):
    """The file, whose directory is not there yet."""
    return tmp_path / "podnet.kubernetes" / "routes"


@pytest.fixture
def run(monkeypatch, capsys, path):
    """A function that runs the module on a node with these routes, and returns its result and the batches of ip."""

    def run_module(options, present=None, batch=(0, "", ""), program="/sbin/ip", fail=None, meanwhile=None):
        present, batches = dict(present or {}), []

        def run_command(self, command, data=None, **keywords):
            assert keywords == {"environ_update": {"LC_ALL": "C"}}
            name, *arguments = command
            assert name == program
            if fail and fail in arguments:
                return 255, "", 'Option "-N" is unknown, try "ip -help".\n'
            if arguments == ["-details", "-json", "address", "show"]:
                return 0, json.dumps([NIC]), ""
            if arguments[1:] == ["-N", "-json", "route", "show", "table", "main"]:
                return 0, json.dumps(present.get(arguments[0], [])), ""
            assert arguments == ["-batch", "-"]
            batches.append((data.splitlines(), path.exists()))
            present.update(meanwhile or {})
            return batch

        monkeypatch.setattr(AnsibleModule, "get_bin_path", lambda self, name, **keywords: program)
        monkeypatch.setattr(AnsibleModule, "run_command", run_command)
        options = {"device": "enp0s8", "path": str(path), **options}
        with patch_module_args(options), pytest.raises(SystemExit) as ended:
            pod_routes.main()
        result = json.loads(capsys.readouterr().out)
        assert bool(ended.value.code) == result.get("failed", False)
        return result, batches

    return run_module


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_missing_routes_are_set_after_the_file_is_written(run, path):
    result, batches = run({"routes": ASKED})
    assert (result["changed"], result["changed_routes"]) == (True, 2)
    assert batches == [(LINES, True)]
    assert path.read_text().splitlines()[1:] == LINES
    assert mode(path) == 0o644
    assert [one.name for one in path.parent.iterdir()] == ["routes"]


def test_the_diff_shows_the_routes_and_the_file(run, path):
    result, _batches = run({"routes": ASKED, "_ansible_diff": True}, {"-4": [entry("10.22.9.0/24", "10.100.198.209")]})
    routes, file = result["diff"]
    assert routes == {
        "before_header": "routes of protocol 140",
        "after_header": "routes of protocol 140",
        "before": "10.22.9.0/24 via 10.100.198.209 dev enp0s8\n",
        "after": SHOWN,
    }
    assert file == {
        "before_header": str(path),
        "after_header": str(path),
        "before": "",
        "after": path.read_text(),
    }


def test_the_second_run_changes_nothing(run, path):
    run({"routes": ASKED})
    before = path.stat().st_mtime_ns
    result, batches = run({"routes": ASKED}, PRESENT)
    assert (result["changed"], result["changed_routes"]) == (False, 0)
    assert batches == []
    assert path.stat().st_mtime_ns == before


def test_check_mode_reports_the_same_and_changes_nothing(run, path):
    result, batches = run({"routes": ASKED, "_ansible_diff": True, "_ansible_check_mode": True})
    assert batches == []
    assert not path.parent.exists()
    assert result == run({"routes": ASKED, "_ansible_diff": True})[0]


@pytest.mark.parametrize("check_mode", [False, True])
@pytest.mark.parametrize("damage", ["content", "mode", "absence"])
def test_a_file_that_differs_is_a_change_of_its_own(run, path, damage, check_mode):
    run({"routes": ASKED})
    right = path.read_text()
    if damage == "content":
        path.write_bytes(b"\xff\n")
    elif damage == "mode":
        path.chmod(0o600)
    else:
        path.unlink()
    result, batches = run({"routes": ASKED, "_ansible_check_mode": check_mode}, PRESENT)
    assert result["changed"] is True
    assert batches == []
    assert (path.exists() and path.read_text(errors="replace") == right and mode(path) == 0o644) is not check_mode


def test_the_result_does_not_repeat_the_routes(run, show_options):
    """With 1,000 nodes, the controller would hold a million routes for each copy."""
    routes = {f"10.22.{number}.0/24": "10.100.198.201" for number in range(11)}
    result, _batches = run({"routes": routes, **show_options})
    assert set(result) == {"changed", "changed_routes", "invocation"}
    assert result["invocation"]["module_args"]["routes"] == "11 entries"


def test_an_empty_dict_removes_the_own_routes_and_the_file(run, path):
    run({"routes": ASKED})
    present = {"-4": [*PRESENT["-4"], entry("10.22.9.0/24", "10.100.198.209", "4")], "-6": PRESENT["-6"]}
    result, batches = run({"routes": {}, "device": None}, present)
    deleted = [line.replace("add", "delete") for line in LINES]
    assert result["changed"] is True
    assert batches == [(deleted, False)]
    assert not path.exists()
    result, batches = run({"routes": {}})
    assert (result["changed"], batches) == (False, [])


def test_the_protocol_is_an_option(run, path):
    present = {"-4": [entry("10.22.2.0/24", "10.100.198.201", "141"), entry("10.22.3.0/24", "10.100.198.202")]}
    wanted = {"10.22.2.0/24": "10.100.198.201"}
    result, batches = run({"routes": wanted, "protocol": 141}, present)
    assert batches == []
    assert path.read_text().endswith("proto 141\n")
    assert result["changed"] is True


@pytest.mark.parametrize(
    ("options", "present", "message"),
    [
        ({"protocol": 4}, {}, "protocol 4 (static) belongs to another program"),
        ({"device": "eth1"}, {}, "device eth1 is not a NIC of this node"),
        ({"device": None}, {}, "device is not given"),
        (
            {"routes": {"10.22.2.0/24": "10.0.2.2"}},
            {},
            "routes: gateway 10.0.2.2 of 10.22.2.0/24 is on no network of enp0s8 (10.100.198.0/24, fd00:100::/64): ",
        ),
        (
            {},
            {"-4": [entry("10.22.2.0/24", "10.100.198.201", "16")]},
            "routes: another program has set routes to the same destinations: "
            "10.22.2.0/24 via 10.100.198.201 dev enp0s8 (protocol 16 (dhcp)): ",
        ),
    ],
)
def test_bad_input_is_one_clear_error_before_any_change(run, path, options, present, message):
    result, batches = run({"routes": ASKED, **options}, present)
    assert result["msg"].startswith(message)
    assert batches == []
    assert not path.parent.exists()


def test_a_node_without_iproute2(run):
    result, _batches = run({"routes": {}}, program=None)
    assert result["msg"] == ("ip is not on this node: install the package iproute2 (Fedora and RHEL: iproute)")


def test_an_iproute2_that_is_too_old(run):
    result, _batches = run({"routes": {}}, fail="-N")
    assert result["msg"] == (
        "'ip -4 -N -json route show table main' ended with 255: "
        'Option "-N" is unknown, try "ip -help".: iproute2 5.3 or newer is needed on this node'
    )


def test_a_batch_that_fails_names_the_route(run):
    result, _batches = run(
        {"routes": ASKED}, batch=(1, "", "RTNETLINK answers: No route to host\nCommand failed -:2\n")
    )
    assert result["msg"] == (
        f"the routes were not all set: RTNETLINK answers: No route to host | 'ip {LINES[1]}' failed"
    )


def test_a_route_that_the_service_set_first_is_no_failure(run):
    """ip(8) then says "File exists", and leaves out the rest of the batch."""
    failed = (2, "", "RTNETLINK answers: File exists\nCommand failed -:1\n")
    result, batches = run({"routes": ASKED}, batch=failed, meanwhile=PRESENT)
    assert (result["changed"], [lines for lines, _file in batches]) == (True, [LINES])


def test_what_a_failed_batch_left_out_is_tried_again(run):
    result, batches = run({"routes": ASKED}, batch=(2, "", "x"), meanwhile={"-4": PRESENT["-4"]})
    assert result["msg"] == "the routes were not all set: x"
    assert [lines for lines, _file in batches] == [LINES, LINES[1:]]


def test_the_file_is_whole_before_it_gets_its_name(run, monkeypatch, path):
    """A machine that loses its power has its old or its new routes."""
    sizes = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: sizes.append(os.fstat(descriptor).st_size))
    run({"routes": ASKED})
    assert sizes == [path.stat().st_size]


def test_a_file_that_can_not_be_written_fails_before_the_routes_change(run, path):
    path.parent.write_text("not a directory")
    result, batches = run({"routes": ASKED})
    assert result["msg"].startswith(f"path {path}: the file cannot be read: ")
    assert batches == []
