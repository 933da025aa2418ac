# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action check_settings: it names all mistakes in a user's variables before anything connects to a node."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible.plugins.action import ActionBase

from ansible_collections.podnet.kubernetes.plugins.module_utils._settings.hosts import (
    even_control_planes,
    left_out,
    no_control_plane,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._settings.mistakes import find_lookalikes, find_mistakes
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.role_settings import Templated, read_inventory, refuse

ARGUMENTS = {
    "roles": {"type": "list", "elements": "str", "required": True},
    "hosts": {"type": "list", "elements": "str", "required": True},
    "needs": {"type": "str", "choices": ["all", "control_plane", "any"], "default": "any"},
}


class ActionModule(ActionBase):
    _requires_connection = False
    # The strategy runs it for one host, and a mistake is said once.
    BYPASS_HOST_LOOP = True

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        variables = task_vars or {}
        _validated, params = self.validate_argument_spec(ARGUMENTS)
        of_the_play = Templated(variables, self._templar)
        inventory = read_inventory(params["roles"], params["hosts"], variables["hostvars"], of_the_play)
        for text in find_lookalikes(_names(params["hosts"], variables), params["roles"], inventory.specs):
            self._display.warning(f"{text}.")
        planes = variables["groups"].get(of_the_play.get("podnet_control_plane_group", "control_plane"), [])
        if "kubeadm_control_plane" in params["roles"]:
            even = even_control_planes(planes)
            if even:
                self._display.warning(f"{even}.")
        present = variables["ansible_play_hosts_all"]
        found = {"all": left_out(params["hosts"], present), "control_plane": no_control_plane(planes, present)}
        refuse([*find_mistakes(inventory), *filter(None, [found.get(params["needs"])])])
        names = sorted({name for values in inventory.values.values() for name in values})
        return {**result, "changed": False, "variables": names}


def _names(hosts: Iterable[str], variables: Mapping[str, Any]) -> set[str]:
    """The names of all variables of the hosts and of the play."""
    return {name for host in hosts for name in variables["hostvars"][host]} | set(variables)
