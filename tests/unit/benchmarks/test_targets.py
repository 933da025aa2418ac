# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tests of the benchmark of make's targets, without a lab."""

from __future__ import annotations

import commands
import pytest
import targets


@pytest.fixture
def ran(monkeypatch):
    """The commands that a part times; each takes as many seconds as commands came before it."""
    done = []

    def seconds_of(*command, expected=0, **environment):
        done.append((" ".join(command), expected, sorted(environment)))
        return float(len(done))

    monkeypatch.setattr(commands, "seconds_of", seconds_of)
    monkeypatch.setattr(targets, "kubectl", lambda *words: done.append((" ".join(words[:3]), 0, [])))
    return done


def test_a_cluster_is_made_from_bare_nodes_and_again(ran):
    rows = targets.clusters()
    assert [one[0] for one in ran[1:4]] == ["make lab-destroy", "make flannel", "make flannel"]
    assert [(row.name, row.values) for row in rows[:2]] == [
        ("`make flannel`, with the programs built", (3.0,)),
        ("a second `make flannel`", (4.0,)),
    ]


def test_a_dead_node_fails_the_verification_and_comes_back(ran):
    rows = targets.playbooks()
    names = [one[0] for one in ran]
    assert names[2] == "podman kill podnet-node2"
    assert [one[1] for one in ran[3:7]] == [2, 0, 2, 2]
    assert names[4] == "wait node/node2 --for=condition=Ready=Unknown"
    assert names[-2] == "ansible-playbook lab/reboot.yml -e lab_reboot=node2"
    assert [row.values for row in rows] == [(1.0, 2.0), (4.0,), (6.0, 7.0)]


def test_a_dead_node_comes_back_after_a_verification_that_ends_in_another_way(ran, monkeypatch):
    seconds_of = commands.seconds_of

    def ends(*command, **options):
        if "playbooks/verify.yml" in command:
            raise SystemExit("4")
        return seconds_of(*command, **options)

    monkeypatch.setattr(commands, "seconds_of", ends)
    with pytest.raises(SystemExit):
        targets.playbooks()
    assert ran[-2][0] == "ansible-playbook lab/reboot.yml -e lab_reboot=node2"


def test_what_is_built_cold_is_built_in_an_empty_place(ran, monkeypatch):
    monkeypatch.setattr(targets, "IMAGES", ["echo", "sha256:1 sha256:1 sha256:2"])
    [row] = targets.cold()
    assert ran[1][0] == "podman rmi --force sha256:1 sha256:2"
    assert ran[2] == ("make flannel", 0, ["GOCACHE", "GOMODCACHE", "XDG_CACHE_HOME"])
    assert row.values == (3.0,)
