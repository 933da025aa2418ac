# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every module of plugins/module_utils offers what others use and no more, and no two classes share a name."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[4]
UTILS = ROOT / "plugins" / "module_utils"
MODULES = sorted(path for path in UTILS.glob("*/*.py") if path.name != "__init__.py")
PREFIX = "ansible_collections.podnet.kubernetes.plugins.module_utils."

MOST_LINES = 400
# Modules without a test of their own path, and why.
TESTED_ELSEWHERE = {
    "_base.errors": "classes without code; tests/unit/plugins/test_errors.py follows them to the user",
    "_settings.table": "data; tests/unit/plugins/action/test_check_settings.py compares it with the roles",
}


def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), str(path))


def offered(path: Path) -> list[str]:
    """Read __all__ of a module."""
    for node in parse(path).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return [str(name) for name in ast.literal_eval(node.value)]
    return []


def imports(path: Path) -> Iterator[tuple[str, str]]:
    """Yield room.module and name for each name that a file imports from a file of module_utils."""
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(PREFIX):
            yield from ((str(node.module).removeprefix(PREFIX), alias.name) for alias in node.names)


def attributes(path: Path) -> Iterator[tuple[str, str]]:
    """Yield room.module and name for each name that a file takes from a whole file that it imports."""
    files = {name: f"{room}.{name}" for room, name in imports(path) if "." not in room}
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in files:
            yield files[node.value.id], node.attr


def name_of(path: Path) -> str:
    return f"{path.parent.name}.{path.stem}"


PLUGINS = sorted((ROOT / "plugins").rglob("*.py"))
IMPORTED = {path: {*imports(path)} for path in PLUGINS if PREFIX[:-1] in path.read_text()}
USED = {path: {*found, *attributes(path)} for path, found in IMPORTED.items()}


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_offers_the_names_that_other_plugins_use(path):
    """Tests may use any name. A name that only tests use is not offered."""
    module = name_of(path)
    used = {pair for user, pairs in USED.items() if user != path for pair in pairs}
    imported = {name for found in IMPORTED.values() for place, name in found if place == module}
    names = set(offered(path))
    assert sorted(name for name in names if (module, name) not in used) == []
    assert sorted(imported - names) == []


def test_every_module_has_a_test_of_its_path():
    tests = {path: Path(__file__).parent / path.parent.name / f"test_{path.name}" for path in MODULES}
    assert {name_of(path) for path, test in tests.items() if not test.is_file()} == set(TESTED_ELSEWHERE)


def test_no_two_rooms_have_public_classes_with_one_name():
    places = defaultdict(list)
    for path in MODULES:
        for node in parse(path).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(name_of(path))
    assert {name: found for name, found in places.items() if len(found) > 1} == {}


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_is_short(path):
    assert len(path.read_text().splitlines()) <= MOST_LINES
