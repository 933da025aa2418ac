# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Source ports for the probes of one node, chosen so that connection tracking keeps all probes apart. No I/O.

The kernel would choose any port, sometimes one that another probe of the same target has or had. That has two effects.
Connection tracking remembers a UDP flow for up to 120 s (nf_conntrack_udp_timeout_stream), so a packet of an old flow
passes although a policy forbids it now. And when two sources have one address after masquerading, the kernel changes
the port of the later one, which looks like an unexpected translation.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import Target

# Probes of Services have their own range, because a packet to a Service becomes a packet to one of its pods. The range
# is below the node ports (30000 to 32767). All other probes use the range of the kernel (32768 and up).
_FOR_SERVICES = range(20000, 30000)
_FOR_OTHERS = range(32768, 61000)
# How fast the first port of a run moves on. It returns after 122 s, when connection tracking has forgotten the flows.
# In the range for Services it returns after 43 s, too early: the node ports leave no room for more.
_PER_SECOND = 230
_CANDIDATES = 100  # maximum number of ports that a probe tries when other programs use them


def leads_through_service(target: Target) -> bool:
    """Say whether a node translates the address of this target into that of a pod."""
    return target.kind in ("service", "nodeport", "loadbalancer", "dns")


class SourcePorts:
    """Gives each probe of a target another source port. The next run begins after these ports.

    It counts all sources of a node together, because two of them can share one address on the way. A run of one second
    has 230 ports for a target, enough for three attempts from each of 76 sources. With more sources, the next run may
    use a port of this run.
    """

    def __init__(self, now: float) -> None:
        """Begin a run at C(now), in seconds of a clock that all runs on the node share."""
        self._first = int(now * _PER_SECOND)
        self._taken: Counter[tuple[str, int | None]] = Counter()

    def candidates(self, target: Target, port: int | None) -> Iterator[int]:
        """Yield source ports for one probe of a target's port. The probe takes the first that no other program has.

        No other probe gets a port that was yielded. Two sockets of one port and one target would share their packets,
        and the kernel refuses the second connection.
        """
        through_service = leads_through_service(target)
        ports = _FOR_SERVICES if through_service else _FOR_OTHERS
        # Two Services may lead to one pod.
        key = ("", None) if through_service else (target.address, port)
        for _try in range(_CANDIDATES):
            number = self._first + self._taken[key]
            self._taken[key] += 1
            yield ports[number % len(ports)]


__all__ = ["SourcePorts", "leads_through_service"]
