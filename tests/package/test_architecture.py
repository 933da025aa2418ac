"""The imports follow the table of tests/architecture.py, and docs/architecture.md shows them."""

from __future__ import annotations

import ast
from pathlib import Path

import architecture
import pytest
from architecture import ALLOWED, FOLDERS, LOBBY, ROOMS, UTILS, Arrow

OWN = "ansible_collections.podnet.kubernetes.plugins.module_utils"


def plant(root: Path, name: str, text: str) -> list[Arrow]:
    """Find the arrows of a collection that has this file alone."""
    path = root / "plugins" / name
    path.parent.mkdir(parents=True)
    path.write_text(text)
    return architecture.arrows(root)


def test_no_import_is_forbidden():
    assert architecture.forbidden(architecture.arrows()) == []


@pytest.mark.parametrize(
    "line",
    [
        f"from {OWN}._probing.probe import probe",
        f"from {OWN}._probing import probe",
        f"from {OWN} import _probing",
        f"import {OWN}._probing.probe",
        "from .._probing.probe import probe",
        "from .._probing import probe",
        "from .. import _probing",
        f"def late():\n    from {OWN}._probing.probe import probe",
        f"if TYPE_CHECKING:\n    from {OWN}._probing.probe import probe",
    ],
)
def test_a_forbidden_import_is_found(tmp_path, line):
    found = plant(tmp_path, "module_utils/_base/networks.py", f"{line}\n")
    assert architecture.forbidden(found) == [Arrow("_base", "_probing", "plugins/module_utils/_base/networks.py")]


def test_a_room_may_not_import_a_door(tmp_path):
    text = "from ansible_collections.podnet.kubernetes.plugins.filter.node_routes import node_routes\n"
    assert [one.target for one in architecture.forbidden(plant(tmp_path, "module_utils/_nodes/a.py", text))] == [
        "filter"
    ]


@pytest.mark.parametrize(
    "line", ["from . import networks", "from .networks import show", "import json", "import os.path"]
)
def test_an_import_that_stays_in_its_room_is_no_arrow(tmp_path, line):
    assert plant(tmp_path, "module_utils/_base/texts.py", f"{line}\n") == []


def test_a_door_opens_to_a_room(tmp_path):
    found = plant(tmp_path, "filter/a.py", f"from {OWN}._matrix.cells import Cell\n")
    assert found == [Arrow("filter", "_matrix", "plugins/filter/a.py")]
    assert architecture.forbidden(found) == []


@pytest.mark.parametrize(("door", "allowed"), [("filter", True), ("modules", False)])
def test_only_doors_on_the_controller_open_to_the_lobby(tmp_path, door, allowed):
    line = "from ansible_collections.podnet.kubernetes.plugins.plugin_utils.filters import filter_errors\n"
    found = plant(tmp_path, f"{door}/a.py", line)
    assert found == [Arrow(door, LOBBY, f"plugins/{door}/a.py")]
    assert architecture.forbidden(found) == ([] if allowed else found)


def test_the_arrows_of_the_table_run_one_way():
    """Each room comes after all rooms that it may import."""
    rooms = list(ROOMS)
    assert [room for room in rooms if not set(ROOMS[room]) <= set(rooms[: rooms.index(room)])] == []


def test_every_file_is_in_a_room_of_the_table():
    utils = architecture.ROOT / UTILS
    assert sorted(path.name for path in utils.iterdir() if path.is_dir() and path.name != "__pycache__") == sorted(
        ROOMS
    )
    assert [path.name for path in utils.glob("*.py") if path.name != "__init__.py"] == []
    folders = {path.parent.name for path in architecture.ROOT.glob("plugins/*/*.py")}
    assert folders - {"module_utils", "doc_fragments"} == set(FOLDERS)
    assert set(ALLOWED) == {*ROOMS, *FOLDERS}


def public_classes(path: Path) -> list[str]:
    body = ast.parse(path.read_text()).body
    return [node.name for node in body if isinstance(node, ast.ClassDef) and not node.name.startswith("_")]


def test_no_class_has_the_name_of_one_in_another_room():
    rooms: dict[str, set[str]] = {}
    for path in (architecture.ROOT / UTILS).rglob("*.py"):
        for name in public_classes(path):
            rooms.setdefault(name, set()).add(path.parent.name)
    assert len(rooms) > 50
    assert {name: found for name, found in rooms.items() if len(found) > 1} == {}


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_says_in_three_lines_what_it_is_and_may_import(room):
    lines = [line for line in architecture.docstring(room).splitlines() if line]
    assert 2 <= len(lines) <= 3
    assert architecture.declared(room) == set(ROOMS[room])


def test_the_page_has_the_drawing_of_today():
    page = (architecture.ROOT / architecture.PAGE).read_text()
    assert page == architecture.with_drawing(page), "run make architecture"


def test_a_page_without_marks_is_an_error():
    with pytest.raises(ValueError, match="lacks the lines"):
        architecture.with_drawing("# Architecture\n")
