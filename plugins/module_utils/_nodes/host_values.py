# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Variables of several hosts in one dictionary. No I/O, no Ansible."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.options import read_texts_option


def host_values(hostvars: Any, hosts: Any, name: Any) -> dict[str, Any]:
    """Collect a variable, or a list of several, of several hosts.

    Args:
        hostvars: the variables of all hosts
        hosts: the names of the hosts
        name: the variable, with dots before the keys inside it; or a list of variables

    Returns:
        The value for each host that has it, or the list of the values that it has.

    Raises:
        InputError: hosts or name is no list of names, or a host has no variables
    """
    names = read_texts_option("name", [name] if isinstance(name, str) else name)
    values: dict[str, list[Any]] = {}
    for host in read_texts_option("hosts", hosts):
        # Once for all names: Ansible puts the variables of a host together at each look.
        variables = hostvars.get(host) if isinstance(hostvars, Mapping) else None
        if not isinstance(variables, Mapping):
            raise InputError(f"{host} has no variables in the input: give hostvars and hosts of the inventory")
        some = [_value(variables, one.split(".")) for one in names]
        values[host] = [value for value in some if value is not None]
    return {host: some[0] if isinstance(name, str) else some for host, some in values.items() if some}


def _value(variables: Any, keys: Iterable[str]) -> Any:
    """Look up a key, and the next one in its value. None where a key is missing or a task did not succeed."""
    for key in keys:
        if not isinstance(variables, Mapping) or key not in variables:
            return None
        variables = variables[key]
        if isinstance(variables, Mapping) and (variables.get("failed") or variables.get("skipped")):
            return None
    return variables


__all__ = ["host_values"]
