# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import ClusterError
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing import network_namespace
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.network_namespace import Namespaces

DESCRIPTORS = Path("/proc/self/fd")


@pytest.fixture
def entered(monkeypatch):
    """The inodes of the namespaces that the thread enters. The kernel is not asked, so root is not needed."""
    found = []
    monkeypatch.setattr(network_namespace, "_setns", lambda descriptor: found.append(os.fstat(descriptor).st_ino))
    return found


@pytest.fixture
def other(tmp_path):
    """The path of another namespace."""
    path = tmp_path / "net"
    path.touch()
    return path


def own():
    return Path("/proc/thread-self/ns/net").stat().st_ino


def test_a_thread_comes_back_to_its_own_namespace(entered, other):
    with Namespaces() as namespaces:
        namespaces.enter("")
        namespaces.enter(str(other))
        namespaces.enter(str(other))
    assert entered == [other.stat().st_ino, own()]


def test_a_namespace_stays_open_when_its_process_ends(entered, other):
    number = other.stat().st_ino
    with Namespaces() as namespaces:
        namespaces.enter(str(other))
        other.unlink()
        namespaces.enter("")
        namespaces.enter(str(other))
    assert entered == [number, own(), number, own()]


def test_a_namespace_that_is_gone(entered, tmp_path):
    open_before = len(list(DESCRIPTORS.iterdir()))
    message = r"^cannot enter the network namespace /\S+/gone: No such file or directory$"
    with pytest.raises(ClusterError, match=message), Namespaces() as namespaces:
        namespaces.enter(str(tmp_path / "gone"))
    assert entered == []
    assert len(list(DESCRIPTORS.iterdir())) == open_before


def test_a_namespace_that_the_kernel_refuses(monkeypatch, other):
    def refuse(_descriptor):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(network_namespace, "_setns", refuse)
    with pytest.raises(ClusterError, match="/net: Operation not permitted"), Namespaces() as namespaces:
        namespaces.enter(str(other))
