# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading a machine and taking traces away. Tests of the modules have the whole of a reset."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import ClusterError
from ansible_collections.podnet.kubernetes.plugins.module_utils._reset import machine
from ansible_collections.podnet.kubernetes.plugins.module_utils._reset.traces import Removal, Traces


@pytest.fixture
def root(monkeypatch, tmp_path):
    """A machine without links and mounts, whose / is a directory."""
    monkeypatch.setattr(machine, "ROOT", tmp_path)
    monkeypatch.setattr(machine, "mount_points", lambda: ("/",))
    (tmp_path / "sys/class/net").mkdir(parents=True)
    return tmp_path


def module(*answers):
    """A module whose commands answer like this, one after the other."""
    left = list(answers)
    return SimpleNamespace(run_command=lambda *_arguments, **_options: left.pop(0))


def missing(*_arguments, **_options):
    raise FileNotFoundError(2, "No such file or directory")


def write(root, *paths):
    for path in paths:
        (root / path[1:]).parent.mkdir(parents=True, exist_ok=True)
        (root / path[1:]).write_text("")


def test_a_program_that_is_not_installed_has_no_output():
    assert machine.run(SimpleNamespace(run_command=missing), "ipset", "list")[:2] == (127, "")


def test_a_command_that_fails_is_named_with_its_reason():
    with pytest.raises(ClusterError, match=r"^'nft delete table ip x' ended with 1: busy$"):
        machine.must_run(module((1, "", "busy\n")), "nft", "delete", "table", "ip", "x")


def test_patterns_keep_their_order_and_name_a_file_once(root):
    write(root, "/a/2", "/a/1", "/b/3")
    assert machine.expand(["/b/*", "/a/*", "/a/1", "/none/*"]) == ("/b/3", "/a/1", "/a/2")


def test_all_files_below_a_directory(root):
    write(root, "/d/x/1", "/d/2")
    assert machine.walk("/d") == ["/d/2", "/d/x/1"]


def test_only_traces_that_are_there_are_found(root):
    write(root, "/etc/one")
    found = machine.look_for(module(), Traces(files=("/etc/one", "/etc/two")))
    assert found.files == ("/etc/one",)


def test_files_go_and_a_directory_with_something_in_it_stays(root):
    write(root, "/etc/k/ours", "/etc/k/theirs", "/etc/e/ours")
    machine.take_away(module(), Removal(files=("/etc/k/ours", "/etc/e/ours")), ("/etc/k", "/etc/e"))
    assert machine.walk("/etc") == ["/etc/k/theirs"]
    assert not (root / "etc/e").exists()


def test_nothing_is_deleted_below_which_somebody_mounted(root, monkeypatch):
    write(root, "/var/pods/data/x")
    monkeypatch.setattr(machine, "mount_points", lambda: ("/", "/var/pods/data"))
    with pytest.raises(ClusterError, match=r"^/var/pods/data is mounted, so no file was deleted"):
        machine.take_away(module(), Removal(files=("/var/pods",)))
    assert machine.walk("/var") == ["/var/pods/data/x"]


def test_nothing_is_deleted_below_which_somebody_mounted_behind_a_link(root, monkeypatch):
    write(root, "/disk/pods/data/x", "/disk/other/y")
    (root / "var").symlink_to("disk")
    monkeypatch.setattr(machine, "mount_points", lambda: ("/", "/disk/pods/data"))
    with pytest.raises(ClusterError, match=r"^/disk/pods/data is mounted, so no file was deleted"):
        machine.take_away(module(), Removal(files=("/var/pods",)))
    assert machine.walk("/disk") == ["/disk/other/y", "/disk/pods/data/x"]
    # Of a link itself, only the link goes.
    (root / "link").symlink_to("disk/pods")
    machine.take_away(module(), Removal(files=("/link",)))
    assert machine.walk("/disk") == ["/disk/other/y", "/disk/pods/data/x"]


def test_a_link_in_the_place_of_an_empty_directory_stays(root):
    (root / "fast/etcd").mkdir(parents=True)
    (root / "etcd").symlink_to("fast/etcd")
    machine.take_away(module(), Removal(), ("/etcd",))
    assert (root / "etcd").is_symlink()
    assert (root / "fast/etcd").is_dir()


def test_a_busy_mount_is_named_and_no_file_is_deleted(root, monkeypatch):
    write(root, "/var/pods/x")
    monkeypatch.setattr(machine, "mount_points", lambda: ("/", "/var/token"))
    with pytest.raises(ClusterError, match=r"/var/token cannot be unmounted \(target is busy\)"):
        machine.take_away(module((32, "", "target is busy")), Removal(mounts=("/var/token",), files=("/var/pods",)))
    assert machine.walk("/var") == ["/var/pods/x"]


@pytest.mark.parametrize(("there", "fails"), [(True, True), (False, False)])
def test_a_link_may_have_gone_with_its_other_end(root, there, fails):
    if there:
        (root / "sys/class/net/veth1").mkdir()
    try:
        machine.take_away(module((1, "", "Cannot find device")), Removal(links=("veth1",)))
    except ClusterError as error:
        assert (fails, str(error)) == (True, "the link veth1 cannot be deleted: Cannot find device")
    else:
        assert not fails
