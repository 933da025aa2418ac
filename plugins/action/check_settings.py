# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action check_settings: it names all mistakes in a user's variables before anything connects to a node."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from ansible.errors import AnsibleActionFail, AnsibleError
from ansible.plugins.action import ActionBase

from ansible_collections.podnet.kubernetes.plugins.module_utils._settings.hosts import left_out
from ansible_collections.podnet.kubernetes.plugins.module_utils._settings.mistakes import (
    Inventory,
    find_lookalikes,
    find_mistakes,
    is_known,
)

# Null has a meaning of its own, beside another default.
NULLABLE = {"connectivity_dns_service"}
ROLES = Path(__file__).resolve().parents[2] / "roles"
ARGUMENTS = {
    "roles": {"type": "list", "elements": "str", "required": True},
    "hosts": {"type": "list", "elements": "str", "required": True},
    "all_nodes": {"type": "bool", "default": False},
}


class ActionModule(ActionBase):
    _requires_connection = False
    # The strategy runs it for one host, and a mistake is said once.
    BYPASS_HOST_LOOP = True

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        variables = task_vars or {}
        _validated, params = self.validate_argument_spec(ARGUMENTS)
        inventory = read_inventory(
            params["roles"], params["hosts"], variables["hostvars"], self._of_the_play(variables)
        )
        for text in find_lookalikes(_names(params["hosts"], variables), params["roles"], inventory.specs):
            self._display.warning(f"{text}.")
        mistakes = find_mistakes(inventory)
        if params["all_nodes"]:
            mistakes += filter(None, [left_out(params["hosts"], variables["ansible_play_hosts_all"])])
        if mistakes:
            raise AnsibleActionFail("\n".join(f"{mistake}." for mistake in mistakes))
        names = sorted({name for values in inventory.values.values() for name in values})
        return {**result, "changed": False, "variables": names}

    def _of_the_play(self, variables: Mapping[str, Any]) -> Mapping[str, Any]:
        """Read the variables as this play has them. Those of plays and playbooks are not in hostvars."""
        return _Templated(variables, self._templar)


class _Templated(Mapping[str, Any]):
    """Variables whose templates are resolved when they are read."""

    def __init__(self, variables: Mapping[str, Any], templar: Any) -> None:
        self._variables, self._templar = variables, templar

    def __getitem__(self, name: str) -> Any:
        return self._templar.template(self._variables[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._variables)

    def __len__(self) -> int:
        return len(self._variables)


def read_inventory(
    roles: Iterable[str],
    hosts: Iterable[str],
    hostvars: Mapping[str, Mapping[str, Any]],
    of_the_play: Mapping[str, Any] | None = None,
) -> Inventory:
    """Read the variables that users set, and the specifications of the roles.

    Args:
        roles: the roles whose variables count
        hosts: the nodes
        hostvars: the variables of each host
        of_the_play: the variables of one host as the play has them, with those of the play
    """
    specs: dict[str, Mapping[str, Any]] = {}
    nullable: set[str] = set()
    for role in roles:
        entry_points = yaml.safe_load((ROLES / role / "meta/argument_specs.yml").read_text())["argument_specs"].values()
        specs.update({name: spec for point in reversed(entry_points) for name, spec in point["options"].items()})
        nullable |= _nullable(role)
    values: dict[str, dict[str, Any]] = {}
    unreadable: dict[str, dict[str, str]] = {}
    play, _unreadable = _read(of_the_play or {}, specs)
    own = hostvars[play_host] if (play_host := (of_the_play or {}).get("inventory_hostname")) else {}
    known, _unreadable = _read(own, specs)
    play = {name: value for name, value in play.items() if name not in known or known[name] != value}
    for host in hosts:
        values[host], unreadable[host] = _read(hostvars[host], specs)
        values[host].update(play)
    return Inventory(values, specs, tuple(roles), frozenset(nullable), unreadable, tuple(hostvars))


def _names(hosts: Iterable[str], variables: Mapping[str, Any]) -> set[str]:
    """The names of all variables of the hosts and of the play."""
    return {name for host in hosts for name in variables["hostvars"][host]} | set(variables)


def _nullable(role: str) -> set[str]:
    """Find the variables that a role's defaults leave empty, with the shared variables that they take."""
    path = ROLES / role / "defaults/main.yml"
    defaults = yaml.safe_load(path.read_text()) if path.exists() else {}
    return {name for name, value in defaults.items() if value is None or "default(none)" in str(value)} | NULLABLE


def _read(variables: Mapping[str, Any], specs: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Read the variables of a host that are the collection's, and the reasons why some cannot be read."""
    values: dict[str, Any] = {}
    unreadable: dict[str, str] = {}
    for name in variables:
        if is_known(name, specs):
            try:
                values[name] = _native(variables[name])
            except AnsibleError as error:
                unreadable[name] = str(error)
    return values, unreadable


def _native(value: Any) -> Any:
    """Copy a value without Ansible's own types."""
    if isinstance(value, Mapping):
        return {str(key): _native(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_native(one) for one in value]
    for kind in (bool, int, float, str):
        if isinstance(value, kind):
            return kind(value)
    return value
