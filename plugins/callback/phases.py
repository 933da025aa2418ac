# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The callback phases: a line for each phase on the screen, and Ansible's own output in a file."""

from __future__ import annotations

DOCUMENTATION = r"""
name: phases
type: stdout
short_description: Show a line for each phase of a run, and keep the whole output in a file
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - When a phase of a run ends, shows its time, its hosts and the number of its changes. The messages of its
    M(ansible.builtin.debug) tasks follow, such as the matrix of a proof.
  - A phase is a play, or a step of a role in it, which the main file of the role includes. A step of less than a second
    that changes and says nothing has no line.
  - Warnings appear at once. Failures that no rescue handled are at the end, in full.
  - On a terminal the last line says which task runs. Elsewhere, and when the environment has C(CI), such a line appears
    after 30 seconds without any other line, also while a task waits.
  - The output of P(ansible.builtin.default#callback) goes to a file that only its owner can read. The last line names
    the file.
  - With C(-v), and when the file cannot be written, everything is on the screen, as with
    P(ansible.builtin.default#callback). In check mode the callback names the tasks that would change something.
extends_documentation_fragment:
  - default_callback
  - result_format_callback
options:
  log_directory:
    description:
      - The directory of the files with the whole output. The newest 20 are kept.
    type: path
    default: '{{ ANSIBLE_HOME ~ "/podnet.kubernetes/logs" }}'
    env:
      - name: PODNET_LOG_DIRECTORY
    ini:
      - section: callback_podnet_phases
        key: log_directory
requirements:
  - Set it as C(stdout_callback) in the section C(defaults) of ansible.cfg, or in C(ANSIBLE_STDOUT_CALLBACK).
"""

import os
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

from ansible import constants as C
from ansible import context
from ansible.playbook.block import Block
from ansible.playbook.role_include import IncludeRole
from ansible.playbook.task_include import TaskInclude
from ansible.plugins.callback.default import CallbackModule as DefaultCallback

try:
    from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
    from ansible_collections.podnet.kubernetes.plugins.plugin_utils.output_log import LogDisplay, OutputLog
    from ansible_collections.podnet.kubernetes.plugins.plugin_utils.phases import (
        CONTROLLER,
        Failure,
        Failures,
        Phases,
        count,
        names_of_rest,
        step_of,
    )
except ImportError:
    # A clone without its link. Its playbooks say so, and Ansible's own output shows it.
    HAS_COLLECTION = False
else:
    HAS_COLLECTION = True

_DEBUG = ("debug", "ansible.builtin.debug", "ansible.legacy.debug")
_PAUSE = ("pause", "ansible.builtin.pause", "ansible.legacy.pause")
_CLEAR = "\x1b[K"  # to the end of the line


def around(task: Any) -> Iterator[tuple[str, str]]:
    """Yield kind and name of what stands around a task, from inside outwards."""
    part = task._parent
    while part is not None:
        if isinstance(part, Block):
            yield "block", str(part.name or "")
        else:
            kind = "role" if isinstance(part, IncludeRole) else "tasks" if isinstance(part, TaskInclude) else "block"
            # get_name() puts the role before the name.
            yield kind, str(part.name or "")
        part = part._parent


def in_rescue(task: Any) -> bool:
    """Say whether a task, or what stands around it, is in the rescue of a block."""
    inner, part = task, task._parent
    while part is not None:
        if isinstance(part, Block) and any(one._uuid == inner._uuid for one in part.rescue):
            return True
        inner, part = part, part._parent
    return False


class CallbackModule(DefaultCallback):
    """The callback, as Ansible finds it."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "stdout"
    CALLBACK_NAME = "podnet.kubernetes.phases"
    _display: Any  # of CallbackBase, where Ansible's own callback prints

    def __init__(self) -> None:
        super().__init__()
        self._screen = self._display
        self._log: OutputLog | None = None
        self._live = False
        self._asks = False  # a task waits for an answer, and its question must stay on the screen
        self._rescuing = False
        self._ended = threading.Event()
        self._counted: dict[str, int] = {}  # changes of earlier playbooks of this command, by host

    def v2_playbook_on_start(self, playbook: Any) -> None:
        if HAS_COLLECTION and not self._screen.verbosity:
            self._phases, self._failures = Phases(time.monotonic), Failures()
            try:
                name = Path(playbook._file_name).stem
                self._log = OutputLog(Path(self.get_option("log_directory")), name)
                self._display = LogDisplay(self._screen, self._log)
            except InputError as error:
                self._screen.warning(f"The whole output is on the screen: {error}")
        self._live = sys.stdout.isatty() and os.environ.get("TERM", "dumb") != "dumb" and "CI" not in os.environ
        if self._log:
            # A task may take minutes. Ansible has a thread for its results too, so a thread is nothing new to it.
            self._ended = threading.Event()
            threading.Thread(target=self._beat, args=(self._ended,), daemon=True).start()
        super().v2_playbook_on_start(playbook)

    def _beat(self, ended: threading.Event) -> None:
        while not ended.wait(1):
            if not self._asks:
                self._tell()

    def _print(self, lines: list[str], color: str | None = None) -> None:
        for line in lines:
            self._screen.display(f"{_CLEAR}{line}" if self._live else line, color=color, screen_only=True)
        if lines:
            sys.stdout.flush()

    def _tell(self) -> None:
        """Say what goes on: over the last line of a terminal, and elsewhere only when nothing was said for long."""
        if self._log is None:
            return
        if self._live:
            # The cursor stays at the begin, so that whatever is printed next takes the place of this line.
            width = max(20, self._screen.columns - 1)
            self._screen.display(f"{_CLEAR}{self._phases.status()[:width]}\r", screen_only=True, newline=False)
            sys.stdout.flush()
        else:
            self._print(self._phases.progress())

    def v2_playbook_on_play_start(self, play: Any) -> None:
        if self._log:
            self._print(self._phases.play(play.get_name().strip()))
        super().v2_playbook_on_play_start(play)

    def v2_playbook_on_task_start(self, task: Any, is_conditional: bool) -> None:
        self._begin(task)
        super().v2_playbook_on_task_start(task, is_conditional)

    def v2_playbook_on_handler_task_start(self, task: Any) -> None:
        self._begin(task)
        super().v2_playbook_on_handler_task_start(task)

    def _begin(self, task: Any) -> None:
        if self._log:
            self._rescuing = in_rescue(task)
            self._asks = task.action in _PAUSE
            name = str(task.name or task.get_name())
            # A task that includes others only takes a moment before theirs.
            if isinstance(task, TaskInclude):
                return
            self._print(self._phases.task(name, step_of(reversed(list(around(task))))))
            self._tell()

    def v2_runner_on_ok(self, result: Any) -> None:
        self._note(result)
        super().v2_runner_on_ok(result)

    def v2_runner_on_skipped(self, result: Any) -> None:
        self._note(result)
        super().v2_runner_on_skipped(result)

    def v2_runner_item_on_ok(self, result: Any) -> None:
        self._note_message(result)
        super().v2_runner_item_on_ok(result)

    def v2_runner_item_on_failed(self, result: Any) -> None:
        item = self._get_item_label(result.result)
        self._fail(result, "FAILED", f" (item={item})" if item else "")
        super().v2_runner_item_on_failed(result)

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        self._note(result)
        if ignore_errors and self._log:
            self._failures.rescued(result.host.get_name())  # also those of the items of its loop
        elif not (result.task.loop and "results" in result.result):
            self._fail(result, "FAILED")
        super().v2_runner_on_failed(result, ignore_errors)

    def v2_runner_on_unreachable(self, result: Any) -> None:
        self._note(result)
        if not result.task.ignore_unreachable:
            self._fail(result, "UNREACHABLE")
        super().v2_runner_on_unreachable(result)

    def v2_runner_retry(self, result: Any) -> None:
        self._tell()
        super().v2_runner_retry(result)

    def v2_runner_on_async_poll(self, result: Any) -> None:
        self._tell()
        super().v2_runner_on_async_poll(result)

    def v2_on_file_diff(self, result: Any) -> None:
        if self._log:
            results = result.result.get("results", [result.result])
            diffs = [one["diff"] for one in results if one.get("diff") and one.get("changed")]
            for text in map(self._get_diff, diffs):
                self._phases.say(f"{result.host.get_name()}:\n{text.strip()}")
        super().v2_on_file_diff(result)

    def _note(self, result: Any) -> None:
        """Note a result, before Ansible's own callback cleans it."""
        if self._log is None:
            return
        host = result.host.get_name()
        if self._rescuing:
            self._failures.rescued(host)
        changed = result.result.get("changed") is True and not isinstance(result.task, TaskInclude)
        self._phases.result(host, changed)
        if changed and context.CLIARGS.get("check"):
            self._phases.say(f"would change: {result.task.name or result.task.get_name()}")
        if "results" not in result.result:
            self._note_message(result)
        self._tell()

    def _note_message(self, result: Any) -> None:
        """Keep the message of a task that exists for it. A task that waits by `until` has another purpose."""
        shown = self._log and result.task.action in _DEBUG and not result.task.until
        if not shown or result.result.get("censored") or result.result.get("_ansible_verbose_override"):
            return
        message = result.result.get("msg")
        if isinstance(message, list):
            message = "\n".join(map(str, message))
        if result.result.get("_ansible_verbose_always") and message is None:
            rest = names_of_rest(self._dump_results(result.result, serialize=False))
            message = self._dump(rest) if rest else None
        if message is not None:
            self._phases.say(str(message))

    def _dump(self, values: dict[str, Any]) -> str:
        """Write values as callback_result_format says, from the first column on."""
        return dedent(str(self._dump_results(values)).strip("\n"))

    def _fail(self, result: Any, word: str, more: str = "") -> None:
        if self._log is None:
            return
        found = self._dump_results(result.result, serialize=False)
        text = str(found.get("censored") or found.get("msg") or "The task gives no reason.")
        rest = {} if found.get("censored") else names_of_rest(found)
        text += f"\n{self._dump(rest)}" if rest else ""
        name = str(result.task.name or result.task.get_name())
        self._failures.add(result.host.get_name(), Failure(f"{name}{more}", word, text))

    def v2_playbook_on_stats(self, stats: Any) -> None:
        self._ended.set()
        super().v2_playbook_on_stats(stats)
        if self._log is None:
            return
        self._print(self._phases.end())
        hosts = sorted(stats.processed)
        sums = {host: stats.summarize(host) for host in hosts}
        lost = [host for host in hosts if sums[host]["failures"] or sums[host]["unreachable"]]
        self._print(self._failures.lines(lost), C.COLOR_ERROR)
        # Ansible counts all playbooks of a command together.
        changed = sum(one["changed"] - self._counted.get(host, 0) for host, one in sums.items())
        self._counted = {host: one["changed"] for host, one in sums.items()}
        verb = "Would change" if context.CLIARGS.get("check") else "Changed"
        where = count(len(set(hosts) - CONTROLLER) or len(hosts), "host")
        end = f"{verb} {changed} on {where} in {self._phases.seconds():.1f} s."
        failed = [f"Failed: {', '.join(lost)}."] if lost else []
        color = C.COLOR_ERROR if lost else C.COLOR_CHANGED if changed else C.COLOR_OK
        self._print(["", " ".join([*failed, end])], color)
        self._print([f"The whole output is {self._log.path}."])
