# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import fcntl
import json
import multiprocessing
import os
import signal
import stat
import time
from ipaddress import ip_network
from pathlib import Path

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes import allocation_file
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.allocation_file import (
    parse,
    render,
    update_allocation,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.subnet_allocation import allocate, parse_request

FORK = multiprocessing.get_context("fork")
PATIENCE = 30  # seconds until a test takes a process for hung

ONE = {"node1": (ip_network("10.22.1.0/24"), ip_network("fd00::/64"))}
TWO = {**ONE, "master": (ip_network("10.22.2.0/24"),)}
TEXT = """\
{
  "allocation": {
    "master": [
      "10.22.2.0/24"
    ],
    "node1": [
      "10.22.1.0/24",
      "fd00::/64"
    ]
  },
  "schema": "podnet.kubernetes/subnet-allocation",
  "version": 1
}
"""


@pytest.fixture
def path(tmp_path):
    """The path of the file, which does not exist."""
    return tmp_path / "state" / "subnets.json"


def set_to(allocation):
    return lambda _stored: allocation


def add(node):
    """The module's plan for the present nodes and this one."""

    def plan(stored):
        lengths = {"ipv4": 24, "ipv6": 64}
        options = {"networks": ["10.22.0.0/16"], "prefix_lengths": lengths, "reserved": [], "avoid": [], "known": {}}
        params = {**options, "nodes": [node], "pins": {}, "release": [], "path": "subnets.json"}
        return allocate(parse_request(params), stored)

    return plan


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_the_text_of_the_file():
    assert render(TWO) == TEXT
    assert parse(TEXT.encode()) == TWO


def test_a_change_is_written_for_the_owner_only_and_returned(path):
    assert update_allocation(str(path), set_to(TWO)) == ({}, TWO)
    assert path.read_text() == TEXT
    assert sorted(file.name for file in path.parent.iterdir()) == ["subnets.json", "subnets.json.lock"]
    assert {mode(file) for file in path.parent.iterdir()} == {0o600}
    assert update_allocation(str(path), set_to(ONE)) == (TWO, ONE)
    assert parse(path.read_bytes()) == ONE


def test_a_file_that_does_not_change_is_not_written(path):
    update_allocation(str(path), set_to(TWO))
    path.write_text(TEXT.replace("\n", ""))
    before = path.stat()
    assert update_allocation(str(path), lambda stored: stored) == (TWO, TWO)
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_nothing_is_written_when_there_is_nothing(path):
    assert update_allocation(str(path), set_to({})) == ({}, {})
    assert not path.exists()


def test_without_writing_nothing_is_made(path):
    assert update_allocation(str(path), set_to(ONE), write=False) == ({}, ONE)
    assert not path.parent.exists()
    update_allocation(str(path), set_to(TWO))
    assert update_allocation(str(path), set_to(ONE), write=False) == (TWO, ONE)
    assert path.read_text() == TEXT


def test_a_plan_that_fails_changes_nothing_and_holds_no_lock(path):
    update_allocation(str(path), set_to(TWO))

    def fail(stored):
        raise InputError("exhausted")

    with pytest.raises(InputError, match="exhausted"):
        update_allocation(str(path), fail)
    assert path.read_text() == TEXT
    assert update_allocation(str(path), set_to(ONE)) == (TWO, ONE)


def test_the_file_that_a_link_leads_to_is_replaced(path, tmp_path):
    update_allocation(str(path), set_to(ONE))
    link = tmp_path / "link.json"
    link.symlink_to(path)
    assert update_allocation(str(link), set_to(TWO)) == (ONE, TWO)
    assert link.is_symlink()
    assert path.read_text() == TEXT
    assert [file.name for file in tmp_path.glob("*.lock")] == []


def document(**differences):
    whole = {"schema": "podnet.kubernetes/subnet-allocation", "version": 1, "allocation": {}, **differences}
    return json.dumps({key: value for key, value in whole.items() if value is not None}).encode()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is not JSON: Expecting value: line 1 column 1 (char 0)"),
        (TEXT.encode()[:-10], "is not JSON: "),
        (b"\xff\x00", "is not JSON: "),
        (b"[" * 100_000, "is not JSON: "),
        (TEXT.replace("master", "node1").encode(), "is not JSON: node1 occurs twice"),
        (b"[]", "does not have the schema podnet.kubernetes/subnet-allocation"),
        (document(schema="podnet.kubernetes/report"), "does not have the schema podnet.kubernetes/subnet-allocation"),
        (document(schema=None), "does not have the schema podnet.kubernetes/subnet-allocation"),
        (document(version=2), "has the version 2 of its schema, not 1"),
        (document(version=None), "has the version None of its schema, not 1"),
        (document(allocation=None), "must have exactly the keys schema, version and allocation"),
        (document(allocation=[]), "must have exactly the keys schema, version and allocation"),
        (document(more=1), "must have exactly the keys schema, version and allocation"),
        (document(allocation={"node1": "10.22.1.0/24"}), "has no list of subnets for node1, but '10.22.1.0/24'"),
        (document(allocation={"node1": []}), "has no list of subnets for node1, but []"),
        (document(allocation={"node1": [1]}), "has no list of subnets for node1, but [1]"),
        (
            document(allocation={"node1": ["10.22.1.5/24"]}),
            "has a subnet of node1 in 10.22.1.5/24 that has host bits set: the network is 10.22.1.0/24",
        ),
        (
            document(allocation={"node1": ["10.22.1.0/24", "10.22.2.0/24"]}),
            "has more than one subnet of an address family for node1: 10.22.1.0/24, 10.22.2.0/24",
        ),
    ],
)
@pytest.mark.parametrize("write", [True, False])
def test_a_file_that_is_not_right_is_refused_and_left(path, content, message, write):
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(InputError) as error:
        update_allocation(str(path), set_to(ONE), write)
    assert str(error.value).startswith(f"{path} {message}")
    assert str(error.value).endswith(
        ": choose another path, or move the file away, and the next run makes it anew from the cluster"
    )
    assert path.read_bytes() == content


@pytest.mark.parametrize("write", [True, False])
def test_a_path_that_cannot_be_used(tmp_path, write):
    (tmp_path / "file").touch()
    for path in (tmp_path, tmp_path / "file" / "subnets.json"):
        with pytest.raises(InputError, match=f"^path {path}: the file cannot be read or written: "):
            update_allocation(str(path), set_to(ONE), write)


def start(target):
    process = FORK.Process(target=target, daemon=True)
    process.start()
    return process


def end(process):
    """Return the code with which a process ends."""
    process.join(PATIENCE)
    assert not process.is_alive()
    return process.exitcode


def waits_for_a_lock(process):
    """Whether the process waits for the lock. The line of a waiting process in /proc/locks has an arrow."""
    lines = [line.split() for line in Path("/proc/locks").read_text().splitlines()]
    return any(line[1] == "->" and str(process.pid) in line for line in lines)


def update_during_another(path):
    """Let a second run go when the first has read the file, and the first go on when that waits or is done.

    Returns whether it waited. It is forked before, as it would else have the first one's lock.
    """
    plan, read, waited = add("first"), FORK.Event(), []
    second = start(lambda: read.wait(PATIENCE) and update_allocation(str(path), add("second")))

    def first(stored):
        read.set()
        deadline = time.monotonic() + PATIENCE
        while second.is_alive() and not waits_for_a_lock(second):
            assert time.monotonic() < deadline
        waited.append(second.is_alive())
        return plan(stored)

    update_allocation(str(path), first)
    assert end(second) == 0
    return waited == [True]


def test_a_second_run_waits_for_the_first(path):
    assert update_during_another(path)
    assert parse(path.read_bytes()) == {
        "first": (ip_network("10.22.0.0/24"),),
        "second": (ip_network("10.22.1.0/24"),),
    }


def test_without_the_lock_the_second_run_would_be_lost(path, monkeypatch):
    monkeypatch.setattr(fcntl, "flock", lambda descriptor, operation: None)
    assert not update_during_another(path)
    assert parse(path.read_bytes()) == {"first": (ip_network("10.22.0.0/24"),)}


def test_many_runs_at_once(path):
    names = [f"node{number}" for number in range(12)]
    barrier = FORK.Barrier(len(names))

    def run(name):
        barrier.wait(PATIENCE)
        update_allocation(str(path), add(name))

    processes = [start(lambda name=name: run(name)) for name in names]
    assert [end(process) for process in processes] == [0] * len(names)
    allocation = parse(path.read_bytes())
    assert set(allocation) == set(names)
    assert sorted(allocation.values()) == [(ip_network(f"10.22.{number}.0/24"),) for number in range(12)]


def die(*_arguments):
    os.kill(os.getpid(), signal.SIGKILL)


def half(allocation):
    """Write the first half of the text to the temporary file, and die."""
    text = TEXT.encode()
    descriptors = Path("/proc/self/fd").iterdir()
    temporary = next(one for one in descriptors if one.is_symlink() and one.readlink().suffix == ".tmp")
    temporary.write_bytes(text[: len(text) // 2])
    die()


@pytest.mark.parametrize(
    ("owner", "name", "dies", "left"),
    [
        pytest.param(allocation_file, "render", half, ONE, id="while it writes the temporary file"),
        pytest.param(os, "fsync", die, ONE, id="before that is on the disk"),
        pytest.param(Path, "replace", die, ONE, id="before it takes the file's place"),
        pytest.param(os, "close", die, TWO, id="after that"),
    ],
)
def test_a_run_that_is_killed_leaves_the_old_file_or_the_new_one(path, monkeypatch, owner, name, dies, left):
    update_allocation(str(path), set_to(ONE))

    def killed():
        monkeypatch.setattr(owner, name, dies)
        update_allocation(str(path), set_to(TWO))

    assert end(start(killed)) == -signal.SIGKILL
    assert parse(path.read_bytes()) == left
    temporary = path.with_name("subnets.json.tmp")
    assert temporary.exists() == (left == ONE)
    if temporary.exists():
        temporary.chmod(0o644)
    three = {**TWO, "node3": (ip_network("10.22.3.0/24"),)}
    assert update_allocation(str(path), set_to(three)) == (left, three)
    assert parse(path.read_bytes()) == three
    assert mode(path) == 0o600
    assert not temporary.exists()


def test_nothing_of_a_temporary_file_that_was_left_remains(path):
    path.parent.mkdir()
    path.with_name("subnets.json.tmp").write_text(TEXT * 9)
    update_allocation(str(path), set_to(TWO))
    assert path.read_text() == TEXT


def test_what_is_written_is_on_the_disk_before_it_takes_the_files_place(path, monkeypatch):
    """The order matters in a power failure, which no test can make: the file, its place, its directory."""
    calls = []
    fsync, replace = os.fsync, Path.replace

    def seen_fsync(descriptor):
        file = Path(f"/proc/self/fd/{descriptor}").readlink()
        calls.append(("fsync", str(file), file.read_text() if file.is_file() else None))
        fsync(descriptor)

    def seen_replace(source, target):
        calls.append(("replace", str(source), source.read_text()))
        return replace(source, target)

    monkeypatch.setattr(os, "fsync", seen_fsync)
    monkeypatch.setattr(Path, "replace", seen_replace)
    update_allocation(str(path), set_to(TWO))
    assert calls == [
        ("fsync", f"{path}.tmp", TEXT),
        ("replace", f"{path}.tmp", TEXT),
        ("fsync", str(path.parent), None),
    ]
