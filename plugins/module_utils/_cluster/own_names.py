# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The beginning of the names of objects that a verification makes for a node. No I/O, no Ansible.

The name of a node is a DNS subdomain (RFC 1123) of at most 253 characters, with dots. The name of a Service is a label
of at most 63 characters, and so is the host name of a pod.
"""

from __future__ import annotations

import hashlib
import re

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.texts import show

# A label of 63 characters, less "on-" in front of it, or less a hyphen and the number of a pod behind it.
_LONGEST = 58
_DIGITS = 10  # of the hash
_LABEL = re.compile(rf"[a-z0-9](?:[a-z0-9-]{{0,{_LONGEST - 2}}}[a-z0-9])?")
_LOOKS_HASHED = re.compile(rf"-[0-9a-f]{{{_DIGITS}}}$")


def stem_of(node: str) -> str:
    """Return a text that is the node's alone, and with which names of objects may begin: a label, or its short form.

    A node's name stays as it is where it can. Other names keep their beginning and get a hash, which depends on nothing
    but the name. A name that ends like such a hash gets one too, so that no two nodes share a text.

    Raises:
        InputError: the name is empty
    """
    if not isinstance(node, str) or not node:
        raise InputError(f"the name of a node is {show(str(node))}: give the name of a Node object")
    if _LABEL.fullmatch(node) and not _LOOKS_HASHED.search(node):
        return node
    digest = hashlib.sha256(node.encode()).hexdigest()[:_DIGITS]
    readable = re.sub(r"[^a-z0-9]+", "-", node.lower())[: _LONGEST - _DIGITS - 1].strip("-") or "node"
    return f"{readable}-{digest}"


__all__ = ["stem_of"]
