# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import hashlib

import pytest
from mirror import misbehaving

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import ClusterError
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.downloads import fetch, find_checksum_fault

DATA = b"some bytes" * 1000


def test_a_file_is_fetched_whole():
    with misbehaving(DATA, "good") as mirror:
        assert fetch(f"{mirror.url}/file") == DATA


@pytest.mark.parametrize(("fault", "reason"), [("status", "HTTP Error 500"), ("cut", "IncompleteRead")])
def test_a_server_that_does_not_send_it_whole_is_an_error(fault, reason):
    with misbehaving(DATA, fault) as mirror, pytest.raises(ClusterError, match=reason):
        fetch(f"{mirror.url}/file")


@pytest.mark.parametrize("algorithm", ["sha256", "sha512"])
def test_the_checksum_decides(algorithm):
    right = hashlib.new(algorithm, DATA).hexdigest()
    assert find_checksum_fault(DATA, f"{algorithm}:{right.upper()}") is None
    other = hashlib.new(algorithm, DATA + b".").hexdigest()
    fault = f"its {algorithm} did not match {right}; it was {other}"
    assert find_checksum_fault(DATA + b".", f"{algorithm}:{right}") == fault
