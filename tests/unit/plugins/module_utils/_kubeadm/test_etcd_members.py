# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import ClusterError
from ansible_collections.podnet.kubernetes.plugins.module_utils._kubeadm.etcd_members import (
    Member,
    find_endpoints,
    find_leaving,
    is_voting,
    parse_members,
)

MASTER = Member("1", "master", ("https://10.0.0.1:2380",), False)
SECOND = Member("18446744073709551615", "master2", ("https://10.0.0.2:2380",), False)
LEARNER = Member("3", "master3", ("https://10.0.0.3:2380",), True)
UNSTARTED = Member("4", "", ("https://10.0.0.4:2380",), False)
UNSTARTED6 = Member("5", "", ("https://[fd00::5]:2380",), False)
ALL = [MASTER, SECOND, LEARNER, UNSTARTED, UNSTARTED6]


def test_the_answer_of_etcd():
    """An identity has 64 bits. The gateway writes it as a text, and leaves out fields that are empty."""
    answer = {
        "header": {"raft_term": "2"},
        "members": [
            {"ID": "1", "name": "master", "peerURLs": ["https://10.0.0.1:2380"], "clientURLs": []},
            {"ID": "18446744073709551615", "name": "master2", "peerURLs": ["https://10.0.0.2:2380"]},
            {"ID": "3", "name": "master3", "peerURLs": ["https://10.0.0.3:2380"], "isLearner": True},
            {"ID": "4", "peerURLs": ["https://10.0.0.4:2380"]},
        ],
    }
    assert parse_members(json.dumps(answer)) == ALL[:4]
    assert [*map(str, ALL[:4])] == [
        "master",
        "master2",
        "master3",
        "a member at https://10.0.0.4:2380 that never started",
    ]


@pytest.mark.parametrize("text", ["", "[]", "404 page not found", '{"members": 3}', '{"members": [{"name": "x"}]}'])
def test_another_answer(text):
    with pytest.raises(ClusterError, match="etcd's answer is no list of members"):
        parse_members(text)


@pytest.mark.parametrize(
    ("names", "addresses", "leaving"),
    [
        ([], [], []),
        (["master2"], [], [SECOND]),
        (["master3", "master"], [], [LEARNER, MASTER]),
        (["node1"], ["10.0.0.9"], []),
        (["master4"], ["10.0.0.4"], [UNSTARTED]),
        (["master5"], ["fd00::5"], [UNSTARTED6]),
        # A member that started has a name, and the address of another one is no reason to remove it.
        (["master9"], ["10.0.0.1"], []),
    ],
)
def test_the_members_that_leave(names, addresses, leaving):
    assert find_leaving(ALL, names, addresses) == leaving


@pytest.mark.parametrize(
    ("name", "voting"), [("master", True), ("master3", False), ("node1", False), ("", False)], ids=str
)
def test_who_votes(name, voting):
    assert is_voting(ALL[:3], name) is voting


def test_the_members_that_a_manifest_names():
    manifest = (
        "    - --initial-cluster=master=https://10.0.0.1:2380,master2=https://[fd00::2]:2380\n"
        "    - --initial-cluster-state=existing\n"
    )
    assert find_endpoints(manifest) == ["https://127.0.0.1:2379", "https://10.0.0.1:2379", "https://[fd00::2]:2379"]
    assert find_endpoints("") == ["https://127.0.0.1:2379"]
