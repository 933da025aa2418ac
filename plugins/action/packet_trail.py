# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action packet_trail: it runs the module on the node, and notes when it asked and when the answer came.

With these two times of the controller's clock, the filter packet_trails compares the clocks of the nodes.
"""

from __future__ import annotations

import time
from typing import Any

from ansible.plugins.action import ActionBase


class ActionModule(ActionBase):
    """The action, as Ansible finds it."""

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Run the module and add the times."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        asked = time.time()
        result.update(self._execute_module(task_vars=task_vars))
        return {**result, "asked": asked, "answered": time.time()}
