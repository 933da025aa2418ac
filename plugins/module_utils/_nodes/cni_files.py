# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The configuration files of pod networks on a node. No I/O, no Ansible."""

from __future__ import annotations

import posixpath
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.options import read_texts_option

# The directory that the container runtime reads.
_DIRECTORY = "/etc/cni/net.d"


def other_networks(paths: Any, own: str, known: Any) -> list[str]:
    """Find the configuration files that belong to another network.

    The container runtime takes the first file by name, so a foreign file counts if it comes before the own one.
    Files of known networks count wherever they stand. Paths outside the runtime's directory are ignored.

    Raises:
        InputError: paths or known is no list of texts
    """
    taken = set(read_texts_option("known", known))
    found = (posixpath.split(path) for path in read_texts_option("paths", paths))
    names = {name for directory, name in found if directory == _DIRECTORY}
    return sorted(name for name in names if name != own and (name in taken or name < own))


__all__ = ["other_networks"]
