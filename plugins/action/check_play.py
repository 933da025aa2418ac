# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action check_play: it refuses a play in which a role does not see all hosts at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

# With these strategies a host does not wait for the others, and run_once has no meaning.
OUT_OF_STEP = ("free", "host_pinned")


class ActionModule(ActionBase):
    _requires_connection = False

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        self.validate_argument_spec({})
        variables = task_vars or {}
        mistake = find_mistake(
            str(variables.get("ansible_role_name", "this task")),
            self._task.get_play().strategy,
            variables["ansible_play_batch"],
            variables["ansible_play_hosts"],
        )
        if mistake:
            raise AnsibleActionFail(mistake)
        return {**result, "changed": False, "hosts": list(variables["ansible_play_hosts"])}


def find_mistake(role: str, strategy: str, batch: Sequence[str], hosts: Sequence[str]) -> str | None:
    """Say what keeps a role from seeing all hosts at once, if anything does.

    Args:
        role: the name of the role
        strategy: the strategy of the play
        batch: the hosts of the current batch that have not failed
        hosts: the hosts of the play that have not failed
    """
    if strategy.rpartition(".")[2] in OUT_OF_STEP:
        return f"the play has strategy {strategy}: {role} needs the hosts in step; set strategy: linear in the play"
    if others := sorted(set(hosts) - set(batch)):
        return (
            f"the play has serial, and runs {role} on {', '.join(batch)} without {', '.join(others)}: "
            f"{role} needs all hosts of the play together; leave serial out"
        )
    return None
