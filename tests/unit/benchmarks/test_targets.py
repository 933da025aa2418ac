# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tests of the benchmark of make's targets, without a lab."""

from __future__ import annotations

import pytest
import targets


@pytest.fixture
def commands(monkeypatch):
    """The commands that a part times; each takes as many seconds as commands came before it."""
    done = []

    def timed(*command, expected=0, **environment):
        done.append((" ".join(command), expected, sorted(environment)))
        return float(len(done))

    monkeypatch.setattr(targets, "timed", timed)
    monkeypatch.setattr(targets, "kubectl", lambda *_command: "")
    return done


def test_a_cluster_is_made_from_bare_nodes_and_again(commands):
    rows = targets.clusters()
    assert [one[0] for one in commands[1:4]] == ["make lab-destroy", "make flannel", "make flannel"]
    assert [(row.name, row.values) for row in rows[:2]] == [
        ("`make flannel`, with the programs built", (3.0,)),
        ("a second `make flannel`", (4.0,)),
    ]


def test_a_dead_node_fails_the_verification_and_comes_back(commands):
    rows = targets.playbooks()
    names = [one[0] for one in commands]
    assert names[2] == "podman kill podnet-node2"
    assert [one[1] for one in commands[3:5]] == [2, 2]
    assert names[-1] == "ansible-playbook lab/reboot.yml -e lab_reboot=node2"
    assert [row.values for row in rows] == [(1.0, 2.0), (4.0, 5.0)]


def test_a_dead_node_comes_back_after_a_verification_that_ends_in_another_way(commands, monkeypatch):
    timed = targets.timed

    def ends(*command, **options):
        if "playbooks/verify.yml" in command:
            raise SystemExit("4")
        return timed(*command, **options)

    monkeypatch.setattr(targets, "timed", ends)
    with pytest.raises(SystemExit):
        targets.playbooks()
    assert commands[-1][0] == "ansible-playbook lab/reboot.yml -e lab_reboot=node2"


def test_what_is_built_cold_is_built_in_an_empty_place(commands, monkeypatch):
    monkeypatch.setattr(targets, "IMAGES", ["echo", "sha256:1 sha256:1 sha256:2"])
    [row] = targets.cold()
    assert commands[1][0] == "podman rmi --force sha256:1 sha256:2"
    assert commands[2] == ("make flannel", 0, ["GOCACHE", "GOMODCACHE", "XDG_CACHE_HOME"])
    assert row.values == (3.0,)


def test_a_command_that_ends_in_another_way_is_shown():
    assert targets.timed("false", expected=1) < 60
    with pytest.raises(SystemExit, match=r"^sh -c echo so; exit 3: 3\nso"):
        targets.timed("sh", "-c", "echo so; exit 3")
