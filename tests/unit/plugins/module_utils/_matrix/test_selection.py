# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.selection import PodSelector, load_selectors


def test_load_selectors():
    data = [
        {"namespace": "a"},
        {"namespace": "b", "match_labels": {"app": "web"}},
        {"namespace": "c", "match_labels": {}},
    ]
    assert load_selectors(data) == (PodSelector("a"), PodSelector("b", {"app": "web"}), PodSelector("c"))


@pytest.mark.parametrize(
    "data",
    [
        pytest.param("shop", id="text"),
        pytest.param({}, id="empty"),
        pytest.param({"namespace": ""}, id="empty namespace"),
        pytest.param({"namespace": 7}, id="number"),
        pytest.param({"namespace": "shop", "labels": {"app": "web"}}, id="another key"),
    ],
)
def test_bad_selectors(data):
    message = f"pod_selectors has {data!r}: give a dict with namespace and, perhaps, match_labels"
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        load_selectors([data])


@pytest.mark.parametrize("labels", [{"canary": True}, {"version": 1}, ["app=web"], "app=web"])
def test_bad_labels(labels):
    message = (
        f"pod_selectors has the match_labels {labels!r}: give a dict of texts, with quotes around numbers and true"
    )
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        load_selectors([{"namespace": "shop", "match_labels": labels}])
