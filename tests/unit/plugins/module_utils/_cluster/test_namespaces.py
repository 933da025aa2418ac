# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.namespaces import read_namespaces


def test_namespaces_get_the_label_of_their_name():
    shop = {"metadata": {"name": "shop", "labels": {"team": "a"}}}
    assert read_namespaces([shop, {"metadata": {"name": "other"}}]) == {
        "shop": {"team": "a", "kubernetes.io/metadata.name": "shop"},
        "other": {"kubernetes.io/metadata.name": "other"},
    }


def test_a_second_namespace_of_a_name_is_refused():
    shop = {"metadata": {"name": "shop"}}
    with pytest.raises(InputError, match=r"^namespaces\[1\] is a second shop: give one object for each namespace$"):
        read_namespaces([shop, shop])
