# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.flow_table import read_flow_table


@pytest.mark.parametrize(
    ("count", "most", "found"),
    [
        ("4100\n", "65536\n", {"used": 4100, "most": 65536}),
        ("4100\n", "0\n", None),  # no limit
        ("4100\n", None, None),
        (None, "65536\n", None),
    ],
)
def test_the_table_of_a_node(tmp_path, count, most, found):
    for name, text in (("count", count), ("max", most)):
        if text is not None:
            (tmp_path / f"nf_conntrack_{name}").write_text(text)
    assert read_flow_table(tmp_path) == found
