# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which probes a node sent while another node surely watched, whatever their clocks show. No I/O.

The controller notes by its own clock when it asked a node and when the answer came. The node worked between the two.
That bounds the difference of the clocks. A probe counts when the bounds leave no doubt, so that a node that did not
watch is never taken for one that saw nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

_TRAVEL = 0.3  # seconds that a packet may need until another node sees it


@dataclass(frozen=True)
class Window:
    """The watch of a node, and the work around it.

    Attributes:
        began, ended: of the watch, by the clock of the node, in seconds
        started, finished: of the whole work of the node, by the same clock
        asked, answered: by the clock of the controller
    """

    began: float
    ended: float
    started: float
    finished: float
    asked: float
    answered: float

    @property
    def least_ahead(self) -> float:
        """Seconds by which the node's clock is at least ahead of the controller's."""
        return self.finished - self.answered

    @property
    def most_ahead(self) -> float:
        """Seconds by which the node's clock is at most ahead of the controller's."""
        return self.started - self.asked


def surely_watched(at: float, sender: Window, watcher: Window) -> bool:
    """Whether a node surely watched when another one, or itself, sent a probe.

    Args:
        at: when the probe was sent, by the clock of the sender
        sender, watcher: the windows of the nodes, the same object for one node
    """
    if sender is watcher:
        return watcher.began <= at <= watcher.ended - _TRAVEL
    earliest, latest = at - sender.most_ahead, at - sender.least_ahead
    return watcher.began - watcher.least_ahead <= earliest and latest <= watcher.ended - watcher.most_ahead - _TRAVEL


__all__ = ["Window", "surely_watched"]
