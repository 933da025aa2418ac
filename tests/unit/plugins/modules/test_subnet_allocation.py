# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

import pytest
from ansible.module_utils.testing import patch_module_args

from ansible_collections.podnet.kubernetes.plugins.modules import subnet_allocation

WALKTHROUGH = {"master": ["10.22.1.0/24"], "node1": ["10.22.2.0/24"], "node2": ["10.22.3.0/24"]}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "subnets.json"


@pytest.fixture
def run(capsys, path):
    """A function that runs the module with the walkthrough's options and more, and returns its result."""

    def run_module(**options):
        walkthrough = {"networks": ["10.22.0.0/16"], "reserved": ["10.22.0.0/24"], "nodes": list(WALKTHROUGH)}
        arguments = {**walkthrough, "path": str(path), **options}
        with patch_module_args(arguments), pytest.raises(SystemExit) as ended:
            subnet_allocation.main()
        result = json.loads(capsys.readouterr().out)
        assert bool(ended.value.code) == result.get("failed", False)
        return result

    return run_module


def allocation_in(path):
    return json.loads(path.read_text())["allocation"]


def test_the_walkthrough_and_a_second_run(run, path):
    result = run()
    assert (result["changed"], result["allocation"], result["kept"]) == (True, WALKTHROUGH, {})
    assert result["diff"] == {
        "before": {},
        "after": WALKTHROUGH,
        "before_header": str(path),
        "after_header": str(path),
    }
    assert allocation_in(path) == WALKTHROUGH
    again = run()
    assert (again["changed"], again["allocation"], again["kept"]) == (False, WALKTHROUGH, {})
    assert again["diff"]["before"] == again["diff"]["after"] == WALKTHROUGH


def test_check_mode_reports_what_the_run_then_changes_and_changes_nothing(run, path):
    checked = run(_ansible_check_mode=True)
    assert list(path.parent.iterdir()) == []
    done = run()
    assert [checked[key] for key in ("changed", "allocation", "kept", "diff")] == [
        done[key] for key in ("changed", "allocation", "kept", "diff")
    ]
    assert run(_ansible_check_mode=True)["changed"] is False
    before = path.read_bytes()
    assert run(nodes=["node3"], _ansible_check_mode=True)["changed"] is True
    assert path.read_bytes() == before


def test_a_node_that_is_gone_is_kept_until_it_is_released(run, path):
    run()
    result = run(nodes=["node3", "master", "node2"])
    assert list(result["allocation"]) == ["node3", "master", "node2"]
    assert result["allocation"]["node3"] == ["10.22.4.0/24"]
    assert result["kept"] == {"node1": ["10.22.2.0/24"]}
    options = {"nodes": ["node3", "master", "node2"], "release": ["node1"]}
    released = run(**options)
    assert (released["changed"], released["kept"]) == (True, {})
    assert released["allocation"] == result["allocation"]
    assert "node1" not in allocation_in(path)
    assert run(**options)["changed"] is False


def test_a_lost_file_is_made_anew_from_the_cluster(run, path):
    known = {"master": ["10.22.9.0/24"], "node2": [], "node7": ["10.22.1.0/24"]}
    result = run(known=known)
    assert result["allocation"] == {
        "master": ["10.22.9.0/24"],
        "node1": ["10.22.2.0/24"],
        "node2": ["10.22.3.0/24"],
        "node7": ["10.22.1.0/24"],
    }
    assert allocation_in(path) == result["allocation"]


def test_a_run_on_a_part_of_the_nodes_returns_the_subnets_of_those_in_the_cluster(run, path):
    """Without them, the hosts of such a run would lose their routes to all other nodes."""
    run()
    result = run(
        nodes=["master", "node3"], known={**{name: [] for name in ("node3", "node5")}, "node1": WALKTHROUGH["node1"]}
    )
    assert result["allocation"] == {
        "master": WALKTHROUGH["master"],
        "node3": ["10.22.4.0/24"],
        "node1": WALKTHROUGH["node1"],
    }
    assert result["kept"] == {"node2": WALKTHROUGH["node2"]}


def test_a_dual_stack_pair_as_kubernetes_writes_it(run):
    result = run(
        networks="10.22.0.0/16,fd00:10:22::/56",
        pins={"node1": "10.22.100.0/24", "node2": ["10.22.7.0/24", "fd00:10:22:7::/64"]},
        prefix_lengths={"ipv4": 24},
    )
    assert result["allocation"] == {
        "master": ["10.22.1.0/24", "fd00:10:22::/64"],
        "node1": ["10.22.100.0/24", "fd00:10:22:1::/64"],
        "node2": ["10.22.7.0/24", "fd00:10:22:7::/64"],
    }


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"avoid": [{"name": "node network", "network": "10.22.7.0/24"}]},
            "pod network 10.22.0.0/16 (value of networks) overlaps the node network 10.22.7.0/24: "
            "choose another value of networks",
        ),
        (
            {"known": {"node1": ["10.22.9.0/24"]}},
            "10.22.2.0/24 of node1 ({path}) contradicts 10.22.9.0/24 of node1 (known), which the node has: "
            "the cluster decides: move the file away, and the next run makes it anew from the cluster",
        ),
        ({"prefix_lengths": {"ipv5": 24}}, "Unsupported parameters for "),
        ({"known": None}, "argument 'known' is of type NoneType"),
    ],
)
def test_an_error_changes_nothing(run, path, options, message):
    run()
    before = path.read_bytes()
    assert run(**options)["msg"].startswith(message.format(path=path))
    assert path.read_bytes() == before


@pytest.mark.parametrize("check_mode", [False, True])
def test_a_foreign_file_is_left(run, path, check_mode):
    path.write_text("apiVersion: v1\n")
    result = run(_ansible_check_mode=check_mode)
    assert result["msg"].startswith(f"{path} is not JSON: ")
    assert path.read_text() == "apiVersion: v1\n"
