# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import hashlib

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import ClusterError
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.package_keys import PackageKey

KEY = b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmQINBF\xff\n"
SUM = f"sha256:{hashlib.sha256(KEY).hexdigest()}"


@pytest.fixture
def server(tmp_path):
    """The file that stands for the server's."""
    return tmp_path / "Release.key"


@pytest.fixture
def key(tmp_path, server):
    """A function that makes the key with a checksum."""
    return lambda checksum=None: PackageKey(server.as_uri(), tmp_path / "key.asc", checksum)


@pytest.mark.parametrize("checksum", [None, SUM, SUM.upper().replace("SHA", "sha")])
def test_a_key_is_fetched_byte_by_byte(key, server, checksum):
    server.write_bytes(KEY)
    found = key(checksum).fetch()
    assert (found.path, found.content.encode(errors="surrogateescape")) == (key().path, KEY)


@pytest.mark.parametrize(
    ("sent", "checksum", "told"),
    [
        (b"<html>", None, "^what it sends is no key in ASCII armour$"),
        (b"<html>", SUM, f"^its sha256 did not match {SUM[7:]}; it was "),
        (b"<html>", f"sha256:{hashlib.sha256(b'<html>').hexdigest()}", "^what it sends is no key in ASCII armour$"),
    ],
)
def test_what_is_no_key(key, server, sent, checksum, told):
    server.write_bytes(sent)
    with pytest.raises(ClusterError, match=told):
        key(checksum).fetch()


@pytest.mark.parametrize(
    ("content", "checksum", "there"),
    [(None, None, False), (None, SUM, False), (b"old", None, True), (b"old", SUM, False), (KEY, SUM, True)],
)
def test_a_key_that_is_there(key, content, checksum, there):
    if content is not None:
        key().path.write_bytes(content)
    assert key(checksum).is_there() is there


def test_a_directory_in_its_place(key):
    key().path.mkdir()
    with pytest.raises(ClusterError, match=r"key\.asc cannot be read \(Is a directory\): it must be a file$"):
        key(SUM).is_there()
