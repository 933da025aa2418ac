# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._settings.types import Fault, type_faults


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("str", 1.36),
        ("str", 10),
        ("int", "1400"),
        ("int", -1),
        ("float", "0.5"),
        ("bool", "yes"),
        ("bool", False),
        ("list", ()),
        ("dict", {}),
        ("path", "~/admin.conf"),
        ("raw", object()),
    ],
)
def test_a_value_of_its_type(kind, value):
    assert list(type_faults("one", {"type": kind}, value)) == []


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("str", []),
        ("str", True),
        ("int", 1.0),
        ("int", "²"),
        ("int", "+-5"),
        ("float", 10**400),
        ("int", True),
        ("float", "nan"),
        ("bool", 2),
        ("bool", ""),
        ("list", "a"),
        ("dict", []),
        ("path", 1),
    ],
)
def test_a_value_of_another_type(kind, value):
    (fault,) = type_faults("one", {"type": kind}, value)
    assert fault.subject.startswith("one is ")
    assert fault.remedy.startswith("give ")


def test_the_parts_of_a_list_of_dicts():
    options = {"name": {"type": "str", "required": True}, "kind": {"type": "str", "choices": ["pod", "node"]}}
    spec = {"type": "list", "elements": "dict", "options": options}
    assert list(type_faults("one", spec, [{"name": "a", "kind": "pod"}, {"name": "a", "kind": None}])) == []
    assert list(type_faults("one", spec, [{"name": "a"}, {"kind": "pdo", "nmae": "b"}])) == [
        Fault("one[1] has the key nmae", "choose from name, kind"),
        Fault("one[1] has no name", "give name"),
        Fault("one[1].kind is pdo", "choose from pod, node"),
    ]
