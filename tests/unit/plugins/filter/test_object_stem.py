# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.podnet.kubernetes.plugins.filter.object_stem import object_stem


def test_a_long_name_gets_shorter():
    assert object_stem("node1") == "node1"
    assert len(object_stem("n" * 253)) == 58


def test_a_wrong_name_is_an_error_of_the_filter():
    with pytest.raises(AnsibleFilterError, match=r"^object_stem: the name of a node is ''"):
        object_stem("")
