# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Downloads, and the checksums that pin what they bring."""

from __future__ import annotations

import hashlib
from http.client import HTTPException

from ansible.module_utils.urls import open_url

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import ClusterError


def fetch(url: str) -> bytes:
    """Fetch a file. Raises ClusterError when the server does not send it whole."""
    try:
        return open_url(url, timeout=10).read()  # type: ignore[no-any-return]
    except (OSError, HTTPException) as error:
        raise ClusterError(str(error) or type(error).__name__) from None


def find_checksum_fault(data: bytes, checksum: str) -> str | None:
    """Say how the data differ from a checksum such as sha256:7c2e…, if they do."""
    algorithm, _colon, wanted = checksum.partition(":")
    found = hashlib.new(algorithm, data).hexdigest()
    return None if found == wanted.lower() else f"its {algorithm} did not match {wanted}; it was {found}"


__all__ = ["fetch", "find_checksum_fault"]
