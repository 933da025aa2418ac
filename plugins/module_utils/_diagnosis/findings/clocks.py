# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The clocks of nodes differ."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.causes import (
    Cause,
    Found,
    named,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.gathered import Gathered

# Seconds. Starting the module takes a few of them on a busy node, and certificates and leases allow as many.
_ALLOWED = 15


def find(gathered: Gathered) -> Iterator[Found]:
    offsets = {
        node.name: node.data["clock_offset"] for node in gathered.nodes if node.data.get("clock_offset") is not None
    }
    wrong = {name: offset for name, offset in offsets.items() if abs(offset) > _ALLOWED}
    if wrong and len(wrong) == len(offsets) and max(wrong.values()) - min(wrong.values()) <= _ALLOWED:
        return  # the controller's own clock is wrong, and the nodes agree
    if wrong:
        yield Found(
            tuple(sorted(wrong)),
            f"The {'clock' if len(wrong) == 1 else 'clocks'} of {named(wrong)} "
            f"{'is' if len(wrong) == 1 else 'are'} wrong",
            tuple(
                f"{name}: {abs(offset):.0f} s {'ahead of' if offset > 0 else 'behind'} the controller"
                for name, offset in sorted(wrong.items())[:5]
            ),
            "start a time service on the nodes, such as chrony or systemd-timesyncd (`timedatectl set-ntp true`)",
        )


CAUSE = Cause(
    id="clocks",
    severity="warning",
    title="Clocks differ",
    cause=(
        "A virtual machine was suspended, or no time service runs. Certificates count as not yet valid or "
        "expired, tokens are "
        "refused, and nodes seem to be dead."
    ),
    evidence=f"The difference between each node's clock and the controller's, when it is more than {_ALLOWED} s.",
    remedy="Start chrony or systemd-timesyncd on the nodes.",
    harmless="All nodes agree, and only the controller's clock differs.",
    find=find,
)
