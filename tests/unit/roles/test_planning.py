# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No task that every host runs reads the variables or the Node objects of all hosts: that would be quadratic.

A task with run_once reads them once. Its set_fact gives every host the result, which each host looks up by its name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from jinja2 import Environment, nodes

ROOT = Path(__file__).resolve().parents[3]
FILES = sorted(ROOT.glob("roles/*/tasks/*.yml"))
OF_ALL_HOSTS = {"hostvars", "pod_network_nodes"}
# Why a task may nevertheless.
REASONS = {("api_vip", "Set up haproxy and keepalived"): "only the few control planes run it"}
CONDITIONS = {"when", "until", "failed_when", "changed_when", "that"}


class AnyName(dict[str, Any]):
    """Filters and tests, which the parser only has to know."""

    def __contains__(self, name: object) -> bool:
        return True


PARSER = Environment()
PARSER.filters = PARSER.tests = AnyName()
VARIABLES = {
    name: value
    for kind in ("defaults", "vars")
    for file in ROOT.glob(f"roles/*/{kind}/main.yml")
    for name, value in (yaml.safe_load(file.read_text()) or {}).items()
}


def templates(value: Any, key: str = "") -> Iterator[str]:
    """Yield the templates inside a value of YAML."""
    if isinstance(value, str):
        yield f"{{{{ {value} }}}}" if key in CONDITIONS else value
    elif isinstance(value, Mapping):
        for name, one in value.items():
            yield from templates(one, name)
    elif isinstance(value, list):
        for one in value:
            yield from templates(one, key)


def read_by(value: Any, known: Mapping[str, Any], key: str = "") -> set[str]:
    """Find which variables of all hosts the templates read, also by way of other variables."""
    found: set[str] = set()
    for text in templates(value, key):
        tree = PARSER.parse(text)
        looked_up = {id(one.node): one for one in tree.find_all((nodes.Getattr, nodes.Getitem))}
        for name in tree.find_all(nodes.Name):
            look_up = looked_up.get(id(name))
            if name.name == "hostvars" and look_up:
                continue  # the variables of one host
            if name.name in OF_ALL_HOSTS:
                found.add(name.name)
            elif name.name in known:
                inner = known[name.name]
                if isinstance(look_up, nodes.Getattr) and isinstance(inner, Mapping):
                    inner = inner.get(look_up.attr)  # Ansible resolves only the keys that a template uses
                found |= read_by(inner, {one: known[one] for one in known if one != name.name})
    return found


def quadratic(
    steps: list[Mapping[str, Any]], variables: Mapping[str, Any], once: bool = False
) -> Iterator[tuple[str, set[str]]]:
    """Yield the tasks that read something of all hosts on every host."""
    for step in steps:
        known = {**variables, **step.get("vars", {})}
        of_once = step.get("run_once", once)
        parts = [part for part in ("block", "rescue", "always") if part in step]
        own = {key: value for key, value in step.items() if key not in {"name", "vars", *parts}}
        found = set() if of_once else {one for key, value in own.items() for one in read_by(value, known, key)}
        if found:
            yield step.get("name", ""), found
        for part in parts:
            yield from quadratic(step[part], known, of_once)


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parts[-3]}-{file.stem}")
def test_a_task_of_every_host_reads_nothing_of_all_hosts(file):
    found = dict(quadratic(yaml.safe_load(file.read_text()), VARIABLES))
    assert {name: read for name, read in found.items() if (file.parts[-3], name) not in REASONS} == {}


def validated(steps: list[Mapping[str, Any]]) -> Iterator[str]:
    """Yield the tasks after which Ansible checks the definition of a network, and resolves all of it for that."""
    for step in steps:
        role = step.get("ansible.builtin.include_role", {})
        if "pod_network_definition" in step.get("vars", {}) and role.get("rolespec_validate", True):
            yield step["name"]
        for part in ("block", "rescue", "always"):
            yield from validated(step.get(part, []))


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parts[-3]}-{file.stem}")
def test_no_host_resolves_the_whole_definition_of_its_network(file):
    """Flannel's patches name a NIC that fits all hosts, so they read the variables of all of them."""
    assert list(validated(yaml.safe_load(file.read_text()))) == []


def test_a_definition_that_is_validated_is_found():
    step = {"name": "Wait", "vars": {"pod_network_definition": "{{ x }}"}}
    check = {"ansible.builtin.include_role": {"name": "podnet.kubernetes.pod_network", "tasks_from": "wait"}}
    trusted = {"ansible.builtin.include_role": {**check["ansible.builtin.include_role"], "rolespec_validate": False}}
    assert list(validated([{**step, **check}, {"name": "Try", "block": [{**step, **check}]}])) == ["Wait", "Wait"]
    assert list(validated([{**step, **trusted}])) == []


SHARED = "{{ hostvars | podnet.kubernetes.host_values(ansible_play_hosts, 'a') }}"


@pytest.mark.parametrize(
    ("step", "found"),
    [
        ({"ansible.builtin.debug": {"msg": SHARED}}, {"hostvars"}),
        ({"ansible.builtin.debug": {"msg": SHARED}, "run_once": True}, set()),
        ({"ansible.builtin.assert": {"that": "shared | length == 0"}, "vars": {"shared": SHARED}}, {"hostvars"}),
        ({"when": ["x", "inventory_hostname in known"]}, {"pod_network_nodes"}),
        ({"when": "definition.small"}, set()),
        ({"when": "definition.large"}, {"hostvars"}),
        ({"until": "hostvars['localhost'].ways is defined"}, set()),
        ({"block": [{"loop": "{{ known }}"}]}, {"pod_network_nodes"}),
        ({"block": [{"loop": "{{ known }}"}], "run_once": True}, set()),
    ],
)
def test_such_a_task_is_found(step, found):
    variables = {"known": "{{ pod_network_nodes | map('x') }}", "definition": {"small": "1", "large": SHARED}}
    assert set().union(*(read for _name, read in quadratic([step], variables))) == found
