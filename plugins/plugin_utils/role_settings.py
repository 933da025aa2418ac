# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables of roles that a user set, read on the controller, with the roles' specifications."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail, AnsibleError
from ansible.module_utils.common.yaml import yaml_load  # by libyaml, which is ten times as fast, where it is there

from ansible_collections.podnet.kubernetes.plugins.module_utils._settings.mistakes import Inventory, is_known

# Null has a meaning of its own, beside another default.
NULLABLE = {"connectivity_dns_service"}
ROLES = Path(__file__).resolve().parents[2] / "roles"


def refuse(mistakes: Iterable[str]) -> None:
    """Fail with a line for each mistake, if there is any. Raises AnsibleActionFail."""
    lines = [f"{mistake}." for mistake in mistakes]
    if lines:
        raise AnsibleActionFail("\n".join(lines))


class Templated(Mapping[str, Any]):
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
        entry_points = yaml_load((ROLES / role / "meta/argument_specs.yml").read_text())["argument_specs"].values()
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


def _nullable(role: str) -> set[str]:
    """Find the variables that a role's defaults leave empty, with the shared variables that they take."""
    return {
        name for name, value in read_defaults(role).items() if value is None or "default(none)" in str(value)
    } | NULLABLE


def read_defaults(role: str) -> dict[str, Any]:
    """Read the defaults of a role, with their templates."""
    path = ROLES / role / "defaults/main.yml"
    defaults: dict[str, Any] = yaml_load(path.read_text()) if path.exists() else {}
    return defaults


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
