# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import ClusterError, InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.node_files import (
    NodeFile,
    find_changes,
    read_node_files,
    write_file,
)


def test_files_of_an_option(tmp_path):
    options = [{"path": str(tmp_path / "a"), "content": "x\n", "mode": "0600"}]
    assert read_node_files(options) == [NodeFile(tmp_path / "a", "x\n", 0o600)]


@pytest.mark.parametrize(
    ("path", "mode", "told"),
    [
        ("etc/a", "0644", "the path etc/a is not absolute: give one that starts with /"),
        ("/etc/a", "u=rw", "the mode of /etc/a is u=rw: give an octal number, such as '0644'"),
        ("/etc/a", "", "the mode of /etc/a is : give an octal number"),
        ("/etc/a", "0888", "the mode of /etc/a is 0888: give"),
    ],
)
def test_a_wrong_option(path, mode, told):
    with pytest.raises(InputError, match=f"^files: {told}"):
        read_node_files([{"path": path, "content": "", "mode": mode}])


def test_a_new_file_in_a_new_directory(tmp_path):
    file = NodeFile(tmp_path / "new/deeper/file", "text\n", 0o600)
    [change] = find_changes([file])
    assert (change.before, change.diff["before"], change.diff["after"]) == (None, "", "text\n")
    write_file(file)
    assert (file.path.read_text(), file.path.stat().st_mode & 0o777) == ("text\n", 0o600)
    assert [one.name for one in file.path.parent.iterdir()] == ["file"]
    assert find_changes([file]) == []


@pytest.mark.parametrize(("content", "mode"), [("old\n", 0o644), ("text\n", 0o666)])
def test_a_file_that_differs(tmp_path, content, mode):
    file = NodeFile(tmp_path / "file", "text\n")
    file.path.write_text(content)
    file.path.chmod(mode)
    [change] = find_changes([file])
    assert change.diff["before"] == content
    write_file(file)
    assert find_changes([file]) == []


def test_a_directory_in_the_place_of_a_file(tmp_path):
    with pytest.raises(ClusterError, match=rf"^{tmp_path} cannot be read \(Is a directory\)"):
        find_changes([NodeFile(tmp_path, "")])


def test_a_file_in_the_place_of_a_directory(tmp_path):
    (tmp_path / "a").touch()
    with pytest.raises(ClusterError, match=rf"^{tmp_path}/a/b cannot be written \("):
        write_file(NodeFile(tmp_path / "a/b", ""))
