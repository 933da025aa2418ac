# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import gzip
import io
import tarfile
import time

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._bundle.archive import LIMIT, pack, unpack

KNOWN = ("a.json", "b.json")


def archive(*members, compress=True, end=True):
    """An archive of members, each with its content; a size that is given is only said."""
    blocks = b""
    for member, content in members:
        member.size = member.size or len(content)
        blocks += member.tobuf(tarfile.GNU_FORMAT) + content + bytes(-len(content) % 512)
    blocks += bytes(1024) if end else b""
    return io.BytesIO(gzip.compress(blocks) if compress else blocks)


def member(name, type=tarfile.REGTYPE, size=0, **more):
    made = tarfile.TarInfo(name)
    made.type, made.size = type, size
    for key, value in more.items():
        setattr(made, key, value)
    return made


def test_files_come_back():
    files = {"a.json": b"{}", "b.json": bytes(range(256)) * 5}
    assert unpack(io.BytesIO(pack(files)), KNOWN) == files


def test_equal_files_make_equal_archives():
    assert pack({"a.json": b"1"}) == pack({"a.json": b"1"})


def test_another_program_can_read_the_archive():
    with tarfile.open(fileobj=io.BytesIO(pack({"a.json": b"1"})), mode="r:gz") as made:
        (one,) = made.getmembers()
        assert (one.name, one.mode, one.uid, one.uname) == ("a.json", 0o600, 0, "")


def test_an_archive_of_another_program_is_read(tmp_path):
    (tmp_path / "a.json").write_text("{}")
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz", format=tarfile.GNU_FORMAT) as made:
        made.add(tmp_path / "a.json", "a.json")
    packed.seek(0)
    assert unpack(packed, KNOWN) == {"a.json": b"{}"}


@pytest.mark.parametrize(
    ("packed", "sentence"),
    [
        (archive((member("../../etc/passwd"), b"x")), r"it has \.\./\.\./etc/passwd, which is no file of a bundle"),
        (archive((member("/etc/passwd"), b"x")), "it has /etc/passwd, which is no file of a bundle: a.json, b.json"),
        (archive((member("x\x1b[31m"), b"x")), r"it has 'x\\x1b\[31m', which is no file"),
        (
            archive((member("a.json", tarfile.SYMTYPE, linkname="/etc/shadow"), b"")),
            "a.json in it is a link or another",
        ),
        (archive((member("a.json", tarfile.LNKTYPE, linkname="b.json"), b"")), "a.json in it is a link or another"),
        (archive((member("a.json", tarfile.CHRTYPE), b"")), "a.json in it is a link or another special file"),
        (archive((member("a.json", tarfile.DIRTYPE), b"")), "a.json in it is a link or another special file"),
        (archive((member("a.json"), b"1"), (member("a.json"), b"2")), "a.json is in it twice"),
        (archive((member("a.json", size=600), b"1"), end=False), "the end comes too early"),
        (archive((member("a.json"), b"1"), compress=False), "it is no archive in the form tar.gz"),
        (io.BytesIO(gzip.compress(b"x" * 600)), "it is no archive in the form tar.gz"),
        (io.BytesIO(gzip.compress(b"short")), "it is no archive in the form tar.gz"),
        (io.BytesIO(pack({"a.json": b"1" * 4000})[:-40]), "it is no archive in the form tar.gz"),
        (io.BytesIO(b"{}"), "it is no archive in the form tar.gz"),
        # Its name comes from an extension, which a reader could read without end.
        (archive((member("././@LongLink", tarfile.GNUTYPE_LONGNAME), b"x" * 600)), "it has ././@LongLink, which is no"),
        (archive((member("a.json", tarfile.XHDTYPE), b"x")), "a.json in it is a link or another special file"),
    ],
)
def test_a_hostile_archive_costs_a_sentence(packed, sentence, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=sentence):
        unpack(packed, KNOWN)
    assert list(tmp_path.iterdir()) == []


def test_an_empty_file_has_no_files():
    assert unpack(io.BytesIO(b""), KNOWN) == {}


@pytest.mark.parametrize("size", [LIMIT + 1, 10 * 1024**3])
def test_a_large_file_is_refused_by_its_header(size):
    start = time.process_time()
    with pytest.raises(InputError, match="it has more than 512 MiB"):
        unpack(archive((member("a.json", size=size), b""), end=False), KNOWN)
    assert time.process_time() - start < 1


def test_the_limit_holds_for_all_files_together():
    packed = pack({"a.json": bytes(3000), "b.json": bytes(3000)})
    assert len(unpack(io.BytesIO(packed), KNOWN, limit=6000)) == 2
    with pytest.raises(InputError, match="it has more than"):
        unpack(io.BytesIO(packed), KNOWN, limit=5999)
