# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which source ports the probes of one node have, so that connection tracking never takes two for one. No I/O.

Left to itself the kernel takes any port, and now and then the one that another probe of the same target has or had.
Connection tracking remembers a UDP flow for up to 120 s (nf_conntrack_udp_timeout_stream), so a packet that a policy
forbids by now passes as a part of a flow that it allowed; and where two sources have one address after masquerading,
the port of the later one is changed, which looks like a translation that nobody ordered.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import Target

# Services are asked from ports of their own, because a packet to one becomes a packet to one of its pods. They are
# below the node ports (30000 to 32767); all others are where the kernel takes them too (32768 and up).
_FOR_SERVICES = range(20000, 30000)
_FOR_OTHERS = range(32768, 61000)
# How fast the first port of a run moves on. After 122 s it is where it was, and the flows of then are forgotten. Of the
# ports for Services it is there after 43 s already, and the flows are not: the node ports leave no room for more.
_PER_SECOND = 230
_CANDIDATES = 100  # ports that a probe tries, should other programs have them


class SourcePorts:
    """Hands out source ports: in a run every probe of a target gets another one, and a later run begins beyond them.

    It counts for all sources of a node together, because two of them can have one address on the way. A run of a
    second has 230 ports for a target, which is three attempts from each of 76 sources; more of them may meet a port
    that another source has in the next run.
    """

    def __init__(self, now: float) -> None:
        """Begin a run; C(now) is in seconds, of a clock that all runs on the node share."""
        self._first = int(now * _PER_SECOND)
        self._taken: Counter[tuple[str, int | None]] = Counter()

    def candidates(self, target: Target, port: int | None) -> Iterator[int]:
        """Yield ports for one probe of a target's port, the best first."""
        through_service = target.kind in ("service", "dns")
        ports = _FOR_SERVICES if through_service else _FOR_OTHERS
        # Two Services may lead to one pod.
        key = ("", None) if through_service else (target.address, port)
        first = self._first + self._taken[key]
        self._taken[key] += 1
        return (ports[number % len(ports)] for number in range(first, first + _CANDIDATES))


__all__ = ["SourcePorts"]
