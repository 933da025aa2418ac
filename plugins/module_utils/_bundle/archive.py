# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An archive (.tar.gz) with a few files of known names. No I/O.

The reader trusts nothing. It unpacks nothing to a disk, takes plain files of known names only, and stops at a limit, so
an archive with links, paths or endless zeros costs a sentence. It reads the headers one by one, because tarfile's own
reader would follow extensions of any size.
"""

from __future__ import annotations

import gzip
import io
import tarfile
import zlib
from collections.abc import Collection, Mapping
from typing import BinaryIO, Union

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.texts import show

LIMIT = 512 * 1024 * 1024  # bytes of all files; 1,000 nodes need 300 MiB
_BLOCK = 512
_Stream = Union[BinaryIO, gzip.GzipFile]
_PLAIN = (tarfile.REGTYPE, tarfile.AREGTYPE)


def pack(files: Mapping[str, bytes]) -> bytes:
    """Return an archive with these files by their names. Equal files make equal archives."""
    packed = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=5, mtime=0) as stream,
        tarfile.open(fileobj=stream, mode="w", format=tarfile.USTAR_FORMAT) as archive,
    ):
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(content), 0o600
            archive.addfile(member, io.BytesIO(content))
    return packed.getvalue()


def unpack(packed: BinaryIO, known: Collection[str], limit: int = LIMIT) -> dict[str, bytes]:
    """Return the files of an archive by their names.

    Args:
        packed: the archive, opened for reading
        known: the names of all files that it may have
        limit: the most bytes that all files may have together

    Raises:
        InputError: it is no such archive, or has anything else than these files
    """
    files: dict[str, bytes] = {}
    try:
        with gzip.GzipFile(fileobj=packed) as stream:
            while (member := _next_member(stream)) is not None:
                _check(member, known, files)
                limit -= member.size
                if limit < 0:
                    raise InputError(f"it has more than {LIMIT // 1024**2} MiB")
                files[member.name] = _exactly(stream, member.size)
                _exactly(stream, -member.size % _BLOCK)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise InputError(f"it is no archive in the form tar.gz, or a part is missing: {error}") from None
    return files


def _next_member(stream: _Stream) -> tarfile.TarInfo | None:
    """Read the next header; None at the end."""
    block = stream.read(_BLOCK)
    if not block.strip(b"\0"):
        return None
    try:
        return tarfile.TarInfo.frombuf(block, "utf-8", "replace")
    except tarfile.HeaderError as error:
        raise InputError(f"it is no archive in the form tar.gz, or a part is missing: {error}") from None


def _check(member: tarfile.TarInfo, known: Collection[str], files: Collection[str]) -> None:
    """Raise InputError for anything but a plain file with a known name, which comes once."""
    if member.name not in known:
        raise InputError(f"it has {show(member.name)}, which is no file of a bundle: {', '.join(known)}")
    if member.type not in _PLAIN:
        raise InputError(f"{member.name} in it is a link or another special file")
    if member.name in files or member.size < 0:
        raise InputError(f"{member.name} is in it twice, or has a wrong size")


def _exactly(stream: _Stream, count: int) -> bytes:
    content = stream.read(count)
    if len(content) != count:
        raise InputError("it is no archive in the form tar.gz, or a part is missing: the end comes too early")
    return content


__all__ = ["pack", "unpack"]
