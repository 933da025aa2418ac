# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import time

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._bundle.stand_ins import StandIns


@pytest.fixture
def stand_ins():
    made = StandIns(b"key")
    made.add("node", "alpha")
    made.add("node", "alpha.example.org")
    made.add("namespace", "shop")
    return made


@pytest.mark.parametrize(
    ("text", "replaced"),
    [
        ("alpha", "node-1"),
        ("alpha.example.org", "node-2"),
        ("pod of alpha on alpha.example.org", "pod of node-1 on node-2"),
        ("alphabet", "alphabet"),
        ("web-alpha", "web-node-1"),
        ("link aa:bb:cc:dd:ee:01 and AA:BB:CC:DD:EE:01", "link 02:00:00:00:00:01 and 02:00:00:00:00:01"),
        ("https://intern.example.net:8443/x", "https://host-1:8443/x"),
        ("/home/mary/file", "/home/user-1/file"),
        ("registry.k8s.io/pause:3.10", "registry.k8s.io/pause:3.10"),
        ("10.244.1.0/24 dev cni0", "10.244.1.0/24 dev cni0"),
    ],
)
def test_names_in_a_text(stand_ins, text, replaced):
    assert stand_ins.text(text) == replaced


def test_a_name_has_one_stand_in(stand_ins):
    assert stand_ins.add("pod", "alpha") == "node-1"
    assert stand_ins.add("pod", "kube-system") == "kube-system"
    assert stand_ins.reference("shop/alpha:80") == "namespace-1/node-1:80"


def test_a_value_stays_in_texts(stand_ins):
    assert stand_ins.value("value", "blue") == stand_ins.value("value", "blue") == "value-1"
    assert stand_ins.text("a blue sky") == "a blue sky"


@pytest.mark.parametrize("piece", ["a", "a.", "a-", "1.", "A1", "0:", "a@", "a/", "user ", "://"])
def test_a_line_of_a_megabyte_takes_no_minutes(piece):
    began = time.process_time()
    StandIns(b"key").text(piece * (10**6 // len(piece)))
    assert time.process_time() - began < 20  # it was an hour
