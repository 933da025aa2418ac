# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import json

import pytest
import yaml

from ansible_collections.podnet.kubernetes.plugins.module_utils._kubeadm import etcd
from ansible_collections.podnet.kubernetes.plugins.modules import secrets_encryption


@pytest.fixture
def path(node, monkeypatch, tmp_path):
    """Where the file is to be, on a machine without a cluster."""
    monkeypatch.setattr(etcd, "DATA", tmp_path / "etcd/member")
    (tmp_path / "hardening").mkdir()
    return tmp_path / "hardening/encryption.yaml"


def key_of(path):
    [resource] = yaml.safe_load(path.read_text())["resources"]
    return resource["providers"][0]["secretbox"]["keys"][0]["secret"]


def test_a_new_key_for_root_alone_and_in_no_result(run_module, path):
    result = run_module(secrets_encryption, path=str(path))
    assert (result["changed"], result["path"]) == (True, str(path))
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(base64.b64decode(key_of(path))) == 32
    assert key_of(path) not in json.dumps(result)
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_each_machine_has_a_key_of_its_own(run_module, path):
    keys = set()
    for _time in range(2):
        run_module(secrets_encryption, path=str(path))
        keys.add(key_of(path))
        path.unlink()
    assert len(keys) == 2


def test_a_second_run(run_module, path):
    run_module(secrets_encryption, path=str(path))
    before = path.read_text()
    assert run_module(secrets_encryption, path=str(path))["changed"] is False
    assert path.read_text() == before


@pytest.mark.parametrize("check_mode", [True, False])
def test_a_file_that_others_can_read(run_module, path, check_mode):
    path.write_text("mine\n")
    path.chmod(0o644)
    assert run_module(secrets_encryption, path=str(path), check_mode=check_mode)["changed"] is True
    assert (path.read_text(), path.stat().st_mode & 0o777) == ("mine\n", 0o644 if check_mode else 0o600)


def test_check_mode_writes_nothing(run_module, path):
    assert run_module(secrets_encryption, path=str(path), check_mode=True)["changed"] is True
    assert list(path.parent.iterdir()) == []


@pytest.mark.parametrize("sign", ["data", "manifest"])
@pytest.mark.parametrize("check_mode", [True, False])
def test_a_lost_key_is_not_replaced(run_module, node, path, sign, check_mode):
    if sign == "data":
        etcd.DATA.mkdir(parents=True)
    else:
        node.has("manifests/kube-apiserver.yaml")
        manifest = node.kubernetes / "manifests/kube-apiserver.yaml"
        manifest.write_text(f"    - --encryption-provider-config={path}\n")
    result = run_module(secrets_encryption, path=str(path), check_mode=check_mode)
    assert result["msg"].startswith(f"{path} is missing, and ")
    assert result["msg"].endswith("restore the file from a copy, or reset the cluster (playbooks/reset.yml)")
    assert not path.exists()


def test_a_directory_that_is_not_there(run_module, path):
    path.parent.rmdir()
    result = run_module(secrets_encryption, path=str(path))
    assert (
        result["msg"]
        == f"{path} cannot be written (No such file or directory): its directory must exist, and root writes it"
    )
