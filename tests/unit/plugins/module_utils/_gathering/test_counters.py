# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._gathering.counters import read_counters


@pytest.mark.parametrize(
    ("text", "counters"),
    [
        ("Tcp: MaxConn InCsumErrors\nTcp: -1 7\nUdp: InDatagrams InCsumErrors\nUdp: 9 8\n", {"Tcp": 7, "Udp": 8}),
        ("Tcp: OutRsts\nTcp: 3\n", {}),
        ("Tcp: InCsumErrors\nUdp: 9\n", {}),
        ("nonsense", {}),
        ("", {}),
    ],
)
def test_counters_of_wrong_checksums(text, counters):
    assert read_counters(text) == {f"{name}.InCsumErrors": value for name, value in counters.items()}


def test_the_counter_of_refused_sources():
    assert read_counters("TcpExt: A IPReversePathFilter\nTcpExt: 1 5\n") == {"TcpExt.IPReversePathFilter": 5}
