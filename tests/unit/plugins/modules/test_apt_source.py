# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import hashlib

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import ClusterError
from ansible_collections.podnet.kubernetes.plugins.modules import apt_source

KEY = b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmQINBF\xff\n"
SUM = f"sha256:{hashlib.sha256(KEY).hexdigest()}"


@pytest.fixture
def options(tmp_path, monkeypatch):
    """Options of a node without key and source, and a server that sends the key."""
    monkeypatch.setattr(apt_source, "fetch", lambda _url: KEY)
    paths = {"key_path": str(tmp_path / "keyrings/key.asc"), "source_path": str(tmp_path / "kubernetes.sources")}
    return {**paths, "key_url": "https://example.org/Release.key", "source": "Types: deb\n"}


@pytest.mark.parametrize("checksum", [{}, {"key_checksum": SUM}, {"key_checksum": SUM.upper().replace("SHA", "sha")}])
def test_a_node_without_both(run_module, tmp_path, options, checksum):
    result = run_module(apt_source, **options, **checksum)
    assert (result["changed"], result["written"]) == (True, [options["key_path"], options["source_path"]])
    assert (tmp_path / "keyrings/key.asc").read_bytes() == KEY
    assert (tmp_path / "kubernetes.sources").read_text() == "Types: deb\n"
    assert run_module(apt_source, **options, **checksum)["changed"] is False


def test_check_mode_fetches_nothing(run_module, monkeypatch, tmp_path, options):
    monkeypatch.delattr(apt_source, "fetch")
    result = run_module(apt_source, check_mode=True, **options)
    assert result["written"] == [options["key_path"], options["source_path"]]
    assert not (tmp_path / "keyrings").exists()


def test_another_source_leaves_the_key(run_module, monkeypatch, options):
    run_module(apt_source, **options)
    monkeypatch.delattr(apt_source, "fetch")
    result = run_module(apt_source, **{**options, "source": "Types: deb deb-src\n"})
    assert result["written"] == [options["source_path"]]


def test_a_key_with_another_checksum_is_replaced(run_module, tmp_path, options):
    (tmp_path / "keyrings").mkdir()
    (tmp_path / "keyrings/key.asc").write_bytes(b"old")
    result = run_module(apt_source, **options, key_checksum=SUM)
    assert options["key_path"] in result["written"]
    assert (tmp_path / "keyrings/key.asc").read_bytes() == KEY


@pytest.mark.parametrize(
    ("sent", "checksum", "told"),
    [
        (b"<html>", {}, "what it sends is no key in ASCII armour"),
        (b"<html>", {"key_checksum": SUM}, f"its sha256 did not match {SUM[7:]}; it was "),
    ],
)
def test_what_is_no_key(run_module, monkeypatch, tmp_path, options, sent, checksum, told):
    monkeypatch.setattr(apt_source, "fetch", lambda _url: sent)
    assert run_module(apt_source, **options, **checksum)["msg"].startswith(told)
    assert not (tmp_path / "keyrings").exists()
    assert not (tmp_path / "kubernetes.sources").exists()


def test_a_server_that_is_not_there():
    with pytest.raises(ClusterError, match="Connection refused"):
        apt_source.fetch("http://127.0.0.1:1/key")
