# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How full the table of connection tracking is, in the network namespace of this process."""

from __future__ import annotations

from pathlib import Path

_SETTINGS = Path("/proc/sys/net/netfilter")


def read_flow_table(settings: Path = _SETTINGS) -> dict[str, int] | None:
    """Return the number of its entries and the most that it takes; None where no connection is tracked."""
    try:
        used, most = (int((settings / f"nf_conntrack_{name}").read_text()) for name in ("count", "max"))
    except OSError:
        return None
    # 0 stands for no limit.
    return {"used": used, "most": most} if most else None


__all__ = ["read_flow_table"]
