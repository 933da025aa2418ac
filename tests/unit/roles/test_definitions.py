# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the networks say about themselves has the form that the role pod_network demands.

The networks include its steps without a validation of this form, which would take a second on each host.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

ROLES = Path(__file__).resolve().parents[3] / "roles"
SPECS = yaml.safe_load((ROLES / "pod_network/meta/argument_specs.yml").read_text())["argument_specs"]
FORM = SPECS["other_network"]["options"]["pod_network_definition"]
NETWORKS = ["basic_cni", "flannel", "calico", "calico_policies"]


def faults(value: Mapping[str, Any], form: Mapping[str, Any]) -> list[str]:
    """Name the fields that are missing or unknown. A value that Jinja makes has no fields yet."""
    options = form.get("options", {})
    missing = [name for name, option in options.items() if option.get("required") and name not in value]
    unknown = [name for name in value if name not in options] if options else []
    inner = [
        fault
        for name, part in value.items()
        if isinstance(part, Mapping) and name in options
        for fault in faults(part, options[name])
    ]
    return missing + unknown + inner


def definition(role: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROLES / role / "vars/main.yml").read_text())[f"__{role}_definition"]
    return found


@pytest.mark.parametrize("role", NETWORKS)
def test_a_definition_has_the_form(role):
    assert faults(definition(role), FORM) == []


@pytest.mark.parametrize("role", NETWORKS)
def test_each_field_counts(role):
    found = definition(role)
    required = [name for name, option in FORM["options"].items() if option.get("required")]
    assert required
    for name in required:
        assert faults({key: value for key, value in found.items() if key != name}, FORM) == [name]
    assert faults({**found, "colour": "red"}, FORM) == ["colour"]


def test_all_networks_are_here():
    texts = [path.read_text() for path in ROLES.glob("*/vars/main.yml")]
    named = {name for text in texts for name in re.findall(r"^__(\w+)_definition:", text, re.MULTILINE)}
    assert named == {*NETWORKS, "pod_network"}
