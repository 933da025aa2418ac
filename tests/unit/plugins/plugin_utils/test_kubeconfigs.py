# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import stat

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.kubeconfigs import dump, parse, write


def test_a_kubeconfig_keeps_its_order():
    text = "kind: Config\napiVersion: v1\n"
    assert dump(parse(text, "a.conf")) == text


@pytest.mark.parametrize("text", ["a: b: secret", "- a\nb: secret", "{secret", "\tsecret: a", "\x00"])
def test_a_text_that_is_no_yaml_is_not_shown(text):
    with pytest.raises(InputError, match=r"^kubeconfig a.conf.*: it is no YAML: ") as raised:
        parse(text, "a.conf")
    assert "secret" not in str(raised.value)


def test_only_the_owner_reads_it(tmp_path):
    path = tmp_path / "new" / "a.conf"
    write(path, "text")
    write(path, "other")
    assert path.read_text() == "other"
    assert (stat.S_IMODE(path.stat().st_mode), stat.S_IMODE(path.parent.stat().st_mode)) == (0o600, 0o700)
    assert list(path.parent.iterdir()) == [path]


def test_a_failed_write_leaves_no_credentials(tmp_path):
    (tmp_path / "a.conf" / "x").mkdir(parents=True)
    with pytest.raises(InputError, match=r"a.conf cannot be written: "):
        write(tmp_path / "a.conf", "text")
    assert [path.name for path in tmp_path.iterdir()] == ["a.conf"]


def test_a_place_that_cannot_be_written(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match=r"a.conf cannot be written: .*: choose another directory as "):
        write(tmp_path / "file" / "a.conf", "text")
