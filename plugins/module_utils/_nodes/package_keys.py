# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The keys that sign packages: fetched once, checked, and kept on a node."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import ClusterError
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.downloads import fetch, find_checksum_fault
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.node_files import NodeFile

_ARMOUR = b"-----BEGIN PGP PUBLIC KEY BLOCK-----"


@dataclass(frozen=True)
class PackageKey:
    """A key: its URL, its path on the node, and its checksum. Without a checksum any key is good."""

    url: str
    path: Path
    checksum: str | None = None

    def is_there(self) -> bool:
        """Say whether the key is there. Without a checksum, any file counts. Raises ClusterError."""
        try:
            if not self.checksum:
                return self.path.exists()
            return self.path.exists() and self._fault(self.path.read_bytes()) is None
        except OSError as error:
            raise ClusterError(f"{self.path} cannot be read ({error.strerror}): it must be a file") from None

    def fetch(self) -> NodeFile:
        """Fetch the key. Raises ClusterError when the server sends none, or another one."""
        data = fetch(self.url)
        fault = self._fault(data)
        if fault:
            raise ClusterError(fault)
        return NodeFile(self.path, data.decode("utf-8", errors="surrogateescape"))

    def _fault(self, data: bytes) -> str | None:
        """Say why this is not the key, if it is not."""
        fault = find_checksum_fault(data, self.checksum) if self.checksum else None
        return fault or (None if _ARMOUR in data else "what it sends is no key in ASCII armour")


__all__ = ["PackageKey"]
