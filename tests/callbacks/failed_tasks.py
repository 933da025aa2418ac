# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A callback of the Molecule scenarios: it notes failed tasks in the file that `make test` shows at its end."""

from __future__ import annotations

import os
from pathlib import Path

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = r"""
name: failed_tasks
type: aggregate
short_description: Note failed tasks in the file that PODNET_FAILED_TESTS names
description:
  - Notes each task that fails, with its host and its message. Playbooks that a test plays are left out, because a test
    says itself what it expected.
requirements:
  - enabled by its name
"""


class CallbackModule(CallbackBase):
    """Note the failures of the playbooks that a scenario plays itself."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "failed_tasks"
    CALLBACK_NEEDS_ENABLED = True

    def v2_runner_on_failed(self, result, ignore_errors=False):
        """Note a failure that the playbook does not ignore. A rescued one is noted too, for it may explain the next."""
        if not ignore_errors:
            self._note(result)

    def v2_runner_on_unreachable(self, result):
        """Note a host that did not answer."""
        self._note(result)

    def _note(self, result):
        file = os.environ.get("PODNET_FAILED_TESTS")
        if file and "PYTEST_CURRENT_TEST" not in os.environ:
            # Ansible itself hides the result of a task with no_log.
            shown = self._dump_results(result.result, indent=2)
            with Path(file).open("a") as failed:
                failed.write(f"\n{result.host.get_name()}: {result.task.get_name()}\n{shown[-4000:]}\n")
