# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import io
import tarfile
from dataclasses import asdict

import pytest
from ansible.errors import AnsibleLookupError
from diagnosis_world import World

from ansible_collections.podnet.kubernetes.plugins.lookup.support_bundle import LookupModule
from ansible_collections.podnet.kubernetes.plugins.module_utils._bundle.bundle import BundleParts, pack_bundle
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.registry import causes


def test_the_content_is_the_options_of_the_filter(tmp_path):
    world = World()
    parts = BundleParts(world.nodes, world.objects)
    (tmp_path / "b.tar.gz").write_bytes(pack_bundle(parts, causes(), {}))
    (found,) = LookupModule().run([str(tmp_path / "b.tar.gz")])
    assert found == asdict(parts)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(
        AnsibleLookupError, match=r"the bundle .*none\.tar\.gz cannot be read: No such file or directory"
    ):
        LookupModule().run([str(tmp_path / "none.tar.gz")])


def test_a_directory_is_named(tmp_path):
    with pytest.raises(AnsibleLookupError, match="cannot be read: Is a directory"):
        LookupModule().run([str(tmp_path)])


def test_a_hostile_file_is_refused(tmp_path):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as made:
        made.addfile(tarfile.TarInfo("../x"), io.BytesIO())
    path = tmp_path / "b.tar.gz"
    path.write_bytes(packed.getvalue())
    with pytest.raises(AnsibleLookupError, match=rf"the bundle {path} is refused: it has \.\./x, which is no file"):
        LookupModule().run([str(path)])
    assert list(tmp_path.iterdir()) == [path]
