# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An event loop for thousands of short conversations over sockets, in one thread.

Not asyncio: a conversation there costs several times as much, and a matrix has tens of thousands of them.
"""

from __future__ import annotations

import heapq
import math
import select
import socket
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, field

# A generator that yields the time (of the monotonic clock) until which it waits for its socket, and gets True when
# the socket has something, or False when the time has come. It may be woken without need. Its socket does not block.
Steps = Generator[float, bool, None]

_AT_ONCE = 128  # events that are read, and functions that are called, before it is looked at the other


@dataclass(eq=False)
class _Conversation:
    sock: socket.socket
    steps: Steps
    deadline: float = 0.0


@dataclass(eq=False)
class Loop:
    """Runs conversations, and functions at their times, until nothing is left or it is told to stop.

    Attributes:
        limit: how many sockets may be open at once; a function whose time has come waits until one is free
    """

    limit: int
    stopped: bool = False
    _epoll: select.epoll = field(default_factory=select.epoll)
    _open: dict[int, _Conversation] = field(default_factory=dict)
    _deadlines: list[tuple[float, int, _Conversation]] = field(default_factory=list)
    _due: list[tuple[float, int, Callable[[], None]]] = field(default_factory=list)
    _number: int = 0  # orders what has the same time

    def at(self, due: float, function: Callable[[], None]) -> None:
        """Call the function at that time of the monotonic clock, or as soon after it as a socket is free."""
        self._number += 1
        heapq.heappush(self._due, (due, self._number, function))

    def add(self, sock: socket.socket, steps: Steps, writes: bool = False) -> None:
        """Begin a conversation over a socket, which is closed at its end.

        Args:
            writes: whether it also waits until the socket can be written, as one that connects does
        """
        conversation = _Conversation(sock, steps)
        self._open[sock.fileno()] = conversation
        # Edge-triggered: registered once and never changed, so every step reads until there is nothing more.
        events = select.EPOLLIN | select.EPOLLET | (select.EPOLLOUT if writes else 0)
        self._epoll.register(sock.fileno(), events)
        self._advance(conversation, None)

    def _advance(self, conversation: _Conversation, event: bool | None) -> None:
        """Take the conversation's next step; the first one has no event."""
        try:
            deadline = conversation.steps.send(event)  # type: ignore[arg-type]  # None starts a generator
        except StopIteration:
            del self._open[conversation.sock.fileno()]
            conversation.deadline = -1.0
            conversation.sock.close()  # which takes it out of epoll
            return
        if deadline != conversation.deadline:
            conversation.deadline = deadline
            self._number += 1
            heapq.heappush(self._deadlines, (deadline, self._number, conversation))

    def run(self) -> None:
        """Run until nothing is left, or C(stopped) is set; then close what is still open."""
        try:
            while (self._open or self._due) and not self.stopped:
                events = self._epoll.poll(self._patience(), _AT_ONCE)
                for number, _events in events:
                    conversation = self._open.get(number)
                    if conversation is not None:  # not ended by an event before this one
                        self._advance(conversation, True)
                # Nobody's time is up before all that has arrived was read, and no beginning keeps it waiting for long.
                if len(events) < _AT_ONCE:
                    self._expire()
                self._begin(_AT_ONCE)
        finally:
            for conversation in self._open.values():
                conversation.steps.close()
                conversation.sock.close()
            self._open.clear()
            self._epoll.close()

    def _begin(self, most: int) -> None:
        """Call some of the functions whose time has come."""
        now = time.monotonic()
        while most and self._due and self._due[0][0] <= now and len(self._open) < self.limit:
            heapq.heappop(self._due)[2]()
            most -= 1

    def _patience(self) -> float:
        """Return how long, in seconds, nothing is to be done unless a socket has something."""
        moment = self._deadlines[0][0] if self._deadlines else math.inf
        if self._due and len(self._open) < self.limit:
            moment = min(moment, self._due[0][0])
        return -1 if moment == math.inf else max(0.0, moment - time.monotonic())

    def _expire(self) -> None:
        """Wake the conversations whose time has come."""
        now = time.monotonic()
        while self._deadlines and self._deadlines[0][0] <= now:
            deadline, _number, conversation = heapq.heappop(self._deadlines)
            if conversation.deadline == deadline:  # else it has ended, or waits for another time by now
                conversation.deadline = 0.0
                self._advance(conversation, False)


__all__ = ["Loop", "Steps"]
