# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The clocks of nodes differ."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.causes import (
    Cause,
    Found,
    named,
    several,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.gathered import Gathered

# Seconds. Certificates and leases allow a few. A slow connection makes a clock seem to be ahead, never behind.
_BEHIND, _AHEAD = 15, 60


def find(gathered: Gathered) -> Iterator[Found]:
    found = {node.name: node.data.get("clock_offset") for node in gathered.nodes}
    offsets = {name: float(offset) for name, offset in found.items() if offset is not None}
    # Most nodes are right, and the controller may be wrong. Of two nodes none is most.
    others = len(offsets) > 2
    right = median(offsets.values()) if others else 0.0
    away = {name: offset - right for name, offset in offsets.items()}
    wrong = {name: offset for name, offset in away.items() if not -_BEHIND <= offset <= _AHEAD}
    if len(offsets) == 2 and max(offsets.values()) - min(offsets.values()) <= _BEHIND:
        return
    if wrong:
        yield Found(
            tuple(sorted(wrong)),
            f"The {several(wrong, 'clock', 'clocks')} of {named(wrong)} {several(wrong, 'is', 'are')} wrong",
            tuple(
                f"{name}: {abs(offset):.0f} s {'ahead of' if offset > 0 else 'behind'} "
                f"{'the other nodes' if others else 'the controller'}"
                for name, offset in sorted(wrong.items())[:5]
            ),
            "start a time service on the nodes, such as chrony or systemd-timesyncd (`timedatectl set-ntp true`)",
        )


CAUSE = Cause(
    id="clocks",
    severity="warning",
    layer="machine",
    title="Clocks differ",
    cause=(
        "A virtual machine was suspended, or no time service runs. Certificates count as not yet valid or expired, "
        "tokens are refused, and nodes seem to be dead."
    ),
    evidence=(
        "How much a clock differs from those of most nodes, or with two nodes from the controller's: "
        f"more than {_BEHIND} s behind or {_AHEAD} s ahead."
    ),
    remedy="Start chrony or systemd-timesyncd on the nodes.",
    harmless="All nodes agree, and only the controller's clock differs. A slow connection makes a clock seem ahead.",
    find=find,
)
