# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action check_role: it refuses a play and variables that the role cannot work with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible.plugins.loader import filter_loader
from ansible.utils.collection_loader import AnsibleCollectionConfig

from ansible_collections.podnet.kubernetes.plugins.module_utils._settings.mistakes import find_mistakes
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.role_settings import (
    Templated,
    read_defaults,
    read_inventory,
    refuse,
)

# The first filter of a collection that a task uses makes Ansible load all of them, and each task has its own process.
# Ansible imports this file before it forks those processes: they have the filters already.
if AnsibleCollectionConfig.collection_finder:  # Without Ansible, in a test, there is none.
    filter_loader.get("podnet.kubernetes.role_error")

# With these strategies a host does not wait for the others, and run_once has no meaning.
OUT_OF_STEP = ("free", "host_pinned")


class ActionModule(ActionBase):
    _requires_connection = False

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        _validated, params = self.validate_argument_spec({"all_hosts": {"type": "bool", "default": True}})
        variables = task_vars or {}
        hosts = variables["ansible_play_hosts"]
        name = str(variables["ansible_role_name"])
        batch = variables["ansible_play_batch"] if params["all_hosts"] else hosts
        misplay = find_misplay(name, self._task.get_play().strategy, batch, hosts)
        if misplay:
            raise AnsibleActionFail(misplay)
        role = name.rpartition(".")[2]
        given = Templated(_without_defaults(variables, role), self._templar)
        refuse(find_mistakes(read_inventory([role], hosts, variables["hostvars"], given)))
        return {**result, "changed": False}


def _without_defaults(variables: Mapping[str, Any], role: str) -> dict[str, Any]:
    """Leave out the role's own defaults. They follow from other variables, whose mistakes count once."""
    defaults = read_defaults(role)
    return {name: value for name, value in variables.items() if name not in defaults or defaults[name] != value}


def find_misplay(role: str, strategy: str, batch: Sequence[str], hosts: Sequence[str]) -> str | None:
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
