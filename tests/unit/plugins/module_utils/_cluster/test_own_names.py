# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.own_names import stem_of

# RFC 1035, as Kubernetes asks of the names of Services; and RFC 1123, of pods' host names.
SERVICE = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?")
HOST = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
LABEL = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", fullmatch=True)
NAMES = st.lists(LABEL, min_size=1, max_size=4).map(".".join).filter(lambda name: len(name) <= 253)


@pytest.mark.parametrize("node", ["node1", "7", "ip-10-0-1-2", "a" * 58])
def test_a_name_that_fits_stays(node):
    assert stem_of(node) == node


@pytest.mark.parametrize("node", ["a" * 59, "a" * 63, "web.1", "node1.example.org", ".".join(["a" * 63] * 3)])
def test_a_name_that_does_not_fit_keeps_its_beginning(node):
    stem = stem_of(node)
    assert stem != node
    assert stem[:3] == node[:3].replace(".", "-")
    assert stem == stem_of(node)


def test_names_that_differ_only_in_dots_or_far_behind_have_other_objects():
    nodes = ["web.1", "web-1", "web-.1", *("a" * 60 + last for last in ("b", "c"))]
    nodes += [stem_of(node) for node in nodes]  # somebody may call a node like our objects
    assert len({stem_of(node) for node in dict.fromkeys(nodes)}) == len(dict.fromkeys(nodes))


@given(NAMES, NAMES)
def test_no_two_nodes_share_a_name_and_every_name_is_one_that_kubernetes_takes(one, other):
    for node in (one, other):
        assert SERVICE.fullmatch(f"on-{stem_of(node)}")
        assert HOST.fullmatch(f"{stem_of(node)}-9999")
        assert max(len(f"on-{stem_of(node)}"), len(f"{stem_of(node)}-9999")) <= 63
    assert (stem_of(one) == stem_of(other)) == (one == other)


@pytest.mark.parametrize("node", ["", None])
def test_a_node_without_a_name(node):
    with pytest.raises(InputError, match=r"^the name of a node is "):
        stem_of(node)
