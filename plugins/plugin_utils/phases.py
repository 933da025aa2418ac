# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The phases of a run: which lines a reader gets while it goes on. No I/O, no Ansible.

A phase is a play, or a step of a role in it. A step that is short and changes nothing has no line of its own. A play
whose steps have none has one line for all of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.texts import printable

SHORT = 1.0  # seconds of a step that needs no line
SILENT = 30.0  # seconds without a line, after which a reader wants to know what goes on
_NAME = 64  # characters of the column of names
_INDENT = " " * 13
CONTROLLER = frozenset({"localhost", "127.0.0.1"})


@dataclass
class _Phase:
    """A phase that goes on: its name, its begin, what its tasks changed, and what they say."""

    name: str
    began: float
    hosts: set[str] = field(default_factory=set)
    changed: int = 0
    messages: list[str] = field(default_factory=list)

    @property
    def speaks(self) -> bool:
        return bool(self.changed or self.messages)


class Phases:
    """The phases of a run, in their order. Each method returns the lines that are due."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._began = self._last_line = clock()
        self._play: _Phase | None = None
        self._step: _Phase | None = None
        self._play_has_lines = False
        self._task = ""

    def play(self, name: str) -> list[str]:
        """Begin a play."""
        lines = self.end()
        self._play = _Phase(name, self._clock())
        self._play_has_lines = False
        return lines

    def task(self, name: str, step: str | None) -> list[str]:
        """Begin a task of a step; None: the play has no steps."""
        self._task = name
        play = self._play.name if self._play else name
        full = play if step in (None, "", play) else f"{play}: {step}"
        if self._step and self._step.name == full:
            return []
        lines = self._end_step()
        self._step = _Phase(full, self._clock())
        return lines

    def result(self, host: str, changed: bool) -> None:
        """Count a result of the task."""
        for phase in (self._play, self._step):
            if phase:
                phase.hosts.add(host)
                phase.changed += changed

    def say(self, text: str) -> None:
        """Keep a message for the lines below that of the phase. Hosts that say the same say it once."""
        if self._step and text not in self._step.messages:
            self._step.messages.append(text)

    def end(self) -> list[str]:
        """End the step and the play."""
        lines = self._end_step()
        if self._play and self._play.hosts and not self._play_has_lines:
            lines = self._lines(self._play)
        self._play = None
        return lines

    def _end_step(self) -> list[str]:
        step, self._step = self._step, None
        if step is None or (self._clock() - step.began < SHORT and not step.speaks):
            return []
        self._play_has_lines = True
        return self._lines(step)

    def _lines(self, phase: _Phase) -> list[str]:
        self._last_line = self._clock()
        nodes = phase.hosts - CONTROLLER
        counts = [count(len(nodes), "host")] if nodes else []
        counts += [f"{phase.changed} changed"] if phase.changed else []
        head = f"{self._clock() - phase.began:9.1f} s  {printable(phase.name):<{_NAME}}  {', '.join(counts)}"
        return [head.rstrip(), *(line for text in phase.messages for line in indented(text))]

    def status(self) -> str:
        """Say what goes on now, in a line."""
        step = self._step  # another thread may ask
        if step is None:
            return ""
        inner = "" if step.name.endswith(self._task) else f": {self._task}"
        return f"{self._clock() - step.began:9.0f} s  {printable(step.name + inner)} …"

    def progress(self) -> list[str]:
        """Say what goes on, when no line did so for a while."""
        if self._step is None or self._clock() - self._last_line < SILENT:
            return []
        self._last_line = self._clock()
        return [self.status()]

    def seconds(self) -> float:
        """Return the time since the begin of the run."""
        return self._clock() - self._began


@dataclass(frozen=True)
class Failure:
    """A failed task: the words above its text, and the text."""

    task: str
    word: str
    text: str


class Failures:
    """The failures of hosts. A host that goes on in a rescue did not fail in the end."""

    def __init__(self) -> None:
        self._by_host: dict[str, list[Failure]] = defaultdict(list)
        self._last: dict[str, Failure] = {}

    def add(self, host: str, failure: Failure) -> None:
        """Note a failure."""
        self._by_host[host].append(failure)
        self._last[host] = failure

    def rescued(self, host: str) -> None:
        """Forget the failures of a host that runs a task of a rescue."""
        self._by_host.pop(host, None)

    def lines(self, hosts: Iterable[str]) -> list[str]:
        """Return the failures of the hosts that failed in the end. Hosts with the same failure share its lines."""
        shared: dict[Failure, list[str]] = defaultdict(list)
        for host in hosts:
            last = [self._last[host]] if host in self._last else []
            for failure in self._by_host.get(host) or last:
                shared[failure].append(host)
        lines: list[str] = []
        for failure, some in shared.items():
            lines += [
                "",
                f"{failure.word} {printable(failure.task)} ({', '.join(some)})",
                *indented(failure.text, "  "),
            ]
        return lines


def indented(text: str, indent: str = _INDENT) -> list[str]:
    """Return the lines of a text, without characters that would move the cursor."""
    return [f"{indent}{printable(line)}".rstrip() for line in text.expandtabs(4).split("\n")]


def count(number: int, noun: str) -> str:
    """Write a number with its noun."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def step_of(chain: Iterable[tuple[str, str]]) -> str | None:
    """Return the step that a task belongs to, by what stands around it from outside inwards.

    The step is what the main file of a role includes, or else the role itself.

    Args:
        chain: kind and name of each part around the task: V(role) for an included role, V(tasks) for an included or
            imported file of tasks, V(block) for a block
    """
    named = [(kind, name) for kind, name in chain if name and kind != "block"]
    if not named:
        return None
    return next((name for _kind, name in named[1:2]), None) or named[0][1]


def names_of_rest(result: Any) -> dict[str, Any]:
    """Return what a failed result has beside its message and what every result has."""
    known = {
        "ansible_facts",
        "ansible_loop_var",
        "assertion",
        "attempts",
        "changed",
        "evaluated_to",
        "failed",
        "msg",
        "results",
        "skip_reason",
    }
    item = result.get("ansible_loop_var", "item")
    return {
        name: value
        for name, value in result.items()
        if name not in {*known, item} and not name.endswith("_lines") and value not in ("", None, [], {})
    }


__all__ = ["CONTROLLER", "Failure", "Failures", "Phases", "count", "names_of_rest", "step_of"]
