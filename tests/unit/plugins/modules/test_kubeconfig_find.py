# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import io
import json
from contextlib import redirect_stdout
from pathlib import Path

import pytest
from ansible.module_utils.testing import patch_module_args

from ansible_collections.podnet.kubernetes.plugins.modules import kubeconfig_find


@pytest.fixture
def find():
    def run(*places):
        output = io.StringIO()
        options = {"places": list(map(str, places)), "host": "master", "address": "10.0.0.9"}
        with patch_module_args(options), redirect_stdout(output), pytest.raises(SystemExit):
            kubeconfig_find.main()
        result = json.loads(output.getvalue())
        assert (result["host"], result["address"], result["changed"]) == ("master", "10.0.0.9", False)
        return result

    return run


def test_the_first_place_that_is_there(find, tmp_path):
    (tmp_path / "directory").mkdir()
    (tmp_path / "k3s.yaml").write_text("k3s")
    (tmp_path / "rke2.yaml").write_text("rke2")
    places = [tmp_path / name for name in ("none", "directory", "none/below", "k3s.yaml", "rke2.yaml")]
    found = find(*places)
    assert base64.b64decode(found["content"]) == b"k3s"
    assert (found["path"], found["unreadable"]) == (str(tmp_path / "k3s.yaml"), [])


def test_no_place(find, tmp_path):
    assert "path" not in find(tmp_path / "none")


def test_a_place_that_this_user_may_not_read(find, tmp_path, monkeypatch):
    secret = tmp_path / "k3s.yaml"

    def refuse(path):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_bytes", refuse)
    found = find(secret)
    assert found["unreadable"] == [str(secret)]
    assert "path" not in found
