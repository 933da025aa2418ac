# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An event loop for thousands of short conversations over sockets, in one thread.

It does not use asyncio, which takes about twice the processor time for a conversation and can report a timeout
although the packet has arrived. The decision 0008 of the repository has the measurements:
https://github.com/podnet/kubernetes/blob/main/docs/decisions/0008-the-probe-has-an-event-loop-of-its-own.md
"""

from __future__ import annotations

import heapq
import math
import select
import socket
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, field

from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.pace import Cost, Pace

# A generator that waits for its socket. It yields a deadline of the monotonic clock. It gets True when the socket has
# data, or False at the deadline. The loop may wake it without need. Its socket must be non-blocking.
Steps = Generator[float, bool, None]

_FREE = Cost(0, 0)
_AT_ONCE = 128  # maximum number of events handled before due functions run, and the other way round


@dataclass(eq=False)
class _Conversation:
    sock: socket.socket
    steps: Steps
    kept: bool
    deadline: float = 0.0


@dataclass(eq=False)
class Loop:
    """Runs conversations, and functions at their times, until none is left or C(stopped) is set.

    Attributes:
        limit: maximum number of open sockets, without those that are kept; a due function waits until one is free
        stopped: set it to end run() after the current step
        pace: of functions that have a cost
    """

    limit: int
    stopped: bool = False
    pace: Pace = field(default_factory=Pace)
    _epoll: select.epoll = field(default_factory=select.epoll)
    _open: dict[int, _Conversation] = field(default_factory=dict)
    _kept: int = 0  # number of open sockets that are kept
    _deadlines: list[tuple[float, int, _Conversation]] = field(default_factory=list)
    _due: list[tuple[float, int, Callable[[], None], Cost]] = field(default_factory=list)
    _number: int = 0  # orders entries with the same time

    def at(self, due: float, function: Callable[[], None], cost: Cost = _FREE) -> None:
        """Call the function at this time of the monotonic clock, or later, as soon as a socket is free.

        A function with a cost also waits until the pace allows it. So do functions that are due after it.
        """
        self._number += 1
        heapq.heappush(self._due, (due, self._number, function, cost))

    def add(self, sock: socket.socket, steps: Steps, writes: bool = False, kept: bool = False) -> None:
        """Begin a conversation over a socket. The loop closes the socket at the end.

        Args:
            sock: the socket, non-blocking
            steps: the conversation
            writes: whether the conversation also waits until the socket is writable, as for a connection
            kept: whether the conversation lasts until due functions have used its socket; such a socket does not count
        """
        conversation = _Conversation(sock, steps, kept)
        self._open[sock.fileno()] = conversation
        self._kept += kept
        # Edge-triggered, so one registration is enough, and each step must read until no data is left.
        events = select.EPOLLIN | select.EPOLLET | (select.EPOLLOUT if writes else 0)
        self._epoll.register(sock.fileno(), events)
        self._advance(conversation, None)

    def _advance(self, conversation: _Conversation, event: bool | None) -> None:
        """Take the next step of a conversation. The first step has no event."""
        try:
            deadline = conversation.steps.send(event)  # type: ignore[arg-type]  # None starts a generator
        except StopIteration:
            del self._open[conversation.sock.fileno()]
            self._kept -= conversation.kept
            conversation.deadline = -1.0
            conversation.sock.close()  # this also removes it from epoll
            return
        if deadline != conversation.deadline:
            conversation.deadline = deadline
            self._number += 1
            heapq.heappush(self._deadlines, (deadline, self._number, conversation))

    def run(self) -> None:
        """Run until nothing is left or C(stopped) is set. Then close all open sockets."""
        try:
            while (self._open or self._due) and not self.stopped:
                polled = time.monotonic()
                events = self._epoll.poll(self._patience(), _AT_ONCE)
                for number, _events in events:
                    conversation = self._open.get(number)
                    if conversation is not None:  # else an earlier event ended the conversation
                        self._advance(conversation, True)
                # Read all arrived packets before checking deadlines, and begin only a few conversations at a time. This
                # process may stand still in between, so deadlines count that had passed before the packets were read.
                if len(events) < _AT_ONCE:
                    self._expire(polled)
                self._begin(_AT_ONCE)
        finally:
            for conversation in self._open.values():
                conversation.steps.close()
                conversation.sock.close()
            self._open.clear()
            self._epoll.close()

    def _begin(self, most: int) -> None:
        """Call due functions, at most C(most)."""
        now = time.monotonic()
        while most and self._due and self._begins() <= now and self._has_room():
            _due, _number, function, cost = heapq.heappop(self._due)
            self.pace.spend(now, cost)
            function()
            most -= 1

    def _has_room(self) -> bool:
        """Whether one more socket may be open."""
        return len(self._open) - self._kept < self.limit

    def _begins(self) -> float:
        """Return the time when the next due function may be called."""
        return max(self._due[0][0], self.pace.ready)

    def _patience(self) -> float:
        """Seconds until the next deadline or due function, -1 for none."""
        moment = self._deadlines[0][0] if self._deadlines else math.inf
        if self._due and self._has_room():
            moment = min(moment, self._begins())
        return -1 if moment == math.inf else max(0.0, moment - time.monotonic())

    def _expire(self, now: float) -> None:
        """Wake the conversations that had reached their deadlines at this time of the monotonic clock."""
        while self._deadlines and self._deadlines[0][0] <= now:
            deadline, _number, conversation = heapq.heappop(self._deadlines)
            if conversation.deadline == deadline:  # else the conversation has ended or has another deadline now
                conversation.deadline = 0.0
                self._advance(conversation, False)


__all__ = ["Loop", "Steps"]
