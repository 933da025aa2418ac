"""The rooms of plugins/ and their arrows: the table of allowed imports, the imports that are there, and the drawing.

`make architecture` writes the drawing into docs/architecture.md. tests/package/test_architecture.py holds the imports
against the table, and the page against the imports.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = Path("docs/architecture.md")
UTILS = "plugins/module_utils"
# A room may import itself and these rooms. A room stands below all that it may import, so no arrow can turn back.
ROOMS: dict[str, tuple[str, ...]] = {
    "_base": (),
    "_nodes": ("_base",),
    "_cluster": ("_base",),
    "_matrix": ("_base", "_cluster"),
    "_page": ("_base",),
    "_kubeadm": ("_base",),
    "_policies": ("_base", "_cluster", "_matrix"),
    "_probing": ("_base", "_matrix"),
    "_settings": ("_base", "_nodes", "_probing"),
    "_trail": ("_base", "_matrix", "_probing"),
    "_gathering": ("_base", "_nodes"),
    "_reset": ("_base", "_nodes"),
    "_diagnosis": ("_base", "_policies"),
    "_bundle": ("_base", "_diagnosis"),
}
# Where doors on the controller share code that needs Ansible. Modules run on nodes, where Ansible is missing.
LOBBY = "plugin_utils"
# Files that Ansible loads are doors to the rooms: any room is open to them, and no room imports them.
DOORS = {
    "modules": "Modules: most run on nodes.",
    "filter": "Filters: plain data in and out, on the controller.",
    "action": "Actions: run on the controller, where their input is.",
    "lookup": "Lookups: questions to the cluster.",
    "callback": "Callbacks: what a run shows on the screen.",
}
FOLDERS = {LOBBY: "Code that needs Ansible and that doors on the controller share.", **DOORS}
ALLOWED = {
    **ROOMS,
    LOBBY: ("_base", "_cluster", "_matrix", "_settings"),
    **{door: tuple(ROOMS) if door == "modules" else (*ROOMS, LOBBY) for door in DOORS},
}

_PREFIX = ("ansible_collections", "podnet", "kubernetes", "plugins")
_BEGIN = "<!-- `make architecture` writes the lines below. -->\n"
_END = "<!-- Up to here. -->\n"


@dataclass(frozen=True, order=True)
class Arrow:
    """One import from one room, lobby or door into another, with the file that has it."""

    source: str
    target: str
    file: str


def room_of(parts: tuple[str, ...]) -> str | None:
    """Name the room, the lobby or the door of a path below plugins/, None for any other path."""
    if len(parts) > 2 and parts[0] == "module_utils":
        return parts[1]
    return parts[0] if len(parts) > 1 and parts[0] in (LOBBY, *DOORS) else None


def imported(tree: ast.AST, package: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield the dotted names that a file imports, wherever in the file; package is the file's own."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (tuple(alias.name.split(".")) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = (*base, *(node.module or "").split(".")) if node.module else base
            yield from ((*module, alias.name) for alias in node.names)


def arrows(root: Path = ROOT) -> list[Arrow]:
    """List the imports between different rooms, sorted."""
    found = set()
    for path in (root / "plugins").rglob("*.py"):
        parts = path.relative_to(root / "plugins").parts
        source = room_of(parts)
        for name in imported(ast.parse(path.read_text()), (*_PREFIX, *parts[:-1])):
            # One name more, so that a room that is imported as a whole counts too.
            target = room_of((*name[len(_PREFIX) :], "")) if name[: len(_PREFIX)] == _PREFIX else None
            if source and target and source != target:
                found.add(Arrow(source, target, str(path.relative_to(root))))
    return sorted(found)


def forbidden(found: list[Arrow]) -> list[Arrow]:
    """List the arrows that the table does not allow."""
    return [arrow for arrow in found if arrow.target not in ALLOWED.get(arrow.source, ())]


def docstring(room: str, root: Path = ROOT) -> str:
    """Read the docstring of a room."""
    return ast.get_docstring(ast.parse((root / UTILS / room / "__init__.py").read_text())) or ""


def declared(room: str, root: Path = ROOT) -> set[str]:
    """List the rooms that the last paragraph of a room's docstring says it imports."""
    return set(re.findall(r"\b_[a-z]+\b", docstring(room, root).rpartition("\n\n")[2]))


def drawing(root: Path = ROOT) -> str:
    """Draw the rooms and the arrows between them, then say in a table what lives where."""
    pairs = {(arrow.source, arrow.target) for arrow in arrows(root)}

    def targets(source: str) -> list[str]:
        return [room for room in (*ROOMS, LOBBY) if (source, room) in pairs]

    lines = ["```mermaid", "flowchart BT"]
    lines += [f"  {room}[{room}]" for room in ROOMS]
    lines += [f"  {folder}([plugins/{folder}])" for folder in FOLDERS]
    lines += [f"  {source} --> {target}" for source in [*ROOMS, *FOLDERS] for target in targets(source)]
    lines += ["```", "", "| Room | Lives there | Imports |", "|---|---|---|"]
    for room in ROOMS:
        purpose = " ".join(docstring(room, root).partition("\n\n")[0].split())
        lines.append(f"| `{room}` | {purpose} | {', '.join(targets(room)) or 'nothing'} |")
    lines += [
        f"| `plugins/{name}` | {text} | {', '.join(targets(name)) or 'nothing'} |" for name, text in FOLDERS.items()
    ]
    return "\n".join(lines) + "\n"


def with_drawing(page: str, root: Path = ROOT) -> str:
    """Put the drawing of today between the marks of the page."""
    before, _mark, rest = page.partition(_BEGIN)
    _old, mark, after = rest.partition(_END)
    if not mark:
        raise ValueError(f"{PAGE} lacks the lines {_BEGIN.strip()} and {_END.strip()}")
    return f"{before}{_BEGIN}\n{drawing(root)}\n{_END}{after}"


def main() -> None:
    """Write the drawing, unless the table forbids an import."""
    wrong = forbidden(arrows())
    if wrong:
        sys.exit("\n".join(f"{arrow.file} of {arrow.source} may not import {arrow.target}" for arrow in wrong))
    page = ROOT / PAGE
    page.write_text(with_drawing(page.read_text()))


if __name__ == "__main__":
    main()
