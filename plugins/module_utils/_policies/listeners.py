# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The listeners that a proof of policies probes. No I/O, no Ansible."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.ports import Port


def select_listeners(listeners: Iterable[Mapping[str, Any]], ports: Iterable[Port]) -> list[Mapping[str, Any]]:
    """Return the listeners at these ports.

    A responder opens a port for TCP and for UDP, and policies may be asked about one of the protocols only. A listener
    of the other protocol would be probed, and no policy cell says what to expect of it.
    """
    asked = {(port.protocol.lower(), port.number) for port in ports}
    return [one for one in listeners if (one["protocol"], one["port"]) in asked]


__all__ = ["select_listeners"]
