# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read a machine, and take traces away from it. A program that is not installed has made no traces."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import ClusterError
from ansible_collections.podnet.kubernetes.plugins.module_utils._reset.traces import (
    Machine,
    Removal,
    Traces,
    find_traces,
    read_mount_points,
)

if TYPE_CHECKING:
    from ansible.module_utils.basic import AnsibleModule

ROOT = Path("/")
# The rules of one kernel table are seen by one of the two kinds of programs only.
_FILTERS = ("iptables", "ip6tables", "iptables-legacy", "ip6tables-legacy")
_NO_PROGRAM = 127


def run(module: AnsibleModule, *command: str, data: str | None = None) -> tuple[int, str, str]:
    """Run a command, and return its exit code, output and errors. A missing program ends with 127."""
    try:
        code, output, errors = module.run_command(list(command), data=data, handle_exceptions=False)
    except OSError as error:
        return _NO_PROGRAM, "", str(error)
    return code, output, errors


def must_run(module: AnsibleModule, *command: str, data: str | None = None) -> str:
    """Run a command, and return its output. Raises ClusterError when it fails."""
    code, output, errors = run(module, *command, data=data)
    if code != 0:
        raise ClusterError(f"'{' '.join(command)}' ended with {code}: {errors.strip() or output.strip()}")
    return output


def read_machine(module: AnsibleModule, wanted: Traces) -> Machine:
    """Read the parts of the machine where the traces can be."""
    filters = _filters() if wanted.chain_prefix or wanted.network else ()
    sets = run(module, "ipset", "list", "-name")[1] if wanted.address_sets else ""
    tables = run(module, "nft", "list", "tables")[1] if wanted.nft_tables else ""
    return Machine(
        filters={name: run(module, f"{name}-save")[1] for name in filters},
        address_sets=tuple(sets.split()),
        nft_tables=tuple(line.partition(" ")[2] for line in tables.splitlines()),
        links=tuple(path.name for path in (ROOT / "sys/class/net").iterdir()),
        mounts=mount_points(),
        files=tuple(path for path in wanted.files if _is_there(_real(path))),
    )


def mount_points() -> tuple[str, ...]:
    """Read all mount points of the machine."""
    return read_mount_points((ROOT / "proc/self/mountinfo").read_text(encoding="utf-8", errors="replace"))


def look_for(module: AnsibleModule, wanted: Traces) -> Removal:
    """Find which of the traces are on the machine."""
    return find_traces(wanted, read_machine(module, wanted))


def take_away(module: AnsibleModule, found: Removal, empty_directories: tuple[str, ...] = ()) -> None:
    """Take traces away. Files go last: while they exist, the next run goes on with what a killed run left.

    Raises:
        ClusterError: a command fails, or a file system is busy; then no file was deleted
    """
    for program, text in found.filters.items():
        must_run(module, f"{program}-restore", "--noflush", "--wait", "10", data=text)
    # The kernel refuses to remove a set that a rule still names.
    for name in found.address_sets:
        must_run(module, "ipset", "destroy", name)
    for name in found.nft_tables:
        must_run(module, "nft", "delete", "table", *name.split())
    for name in found.links:
        _remove_link(module, name)
    _unmount(module, found.mounts)
    _refuse_mounts_below(found.files)
    for path in found.files:
        _delete(_real(path))
    for path in empty_directories:
        _remove_if_empty(_real(path))


def expand(patterns: Iterable[str]) -> tuple[str, ...]:
    """Find the files of patterns, in the order of the patterns. Only the last part of a path may have a star."""
    found = [
        f"/{path.relative_to(ROOT)}"
        for pattern in patterns
        for path in sorted(_real(pattern).parent.glob(_real(pattern).name))
    ]
    return tuple(dict.fromkeys(found))


def resolve(path: str) -> str:
    """Follow the links in a path."""
    return f"/{_real(path).resolve().relative_to(ROOT.resolve())}"


def walk(directory: str) -> list[str]:
    """List the paths of all files below a directory."""
    return [f"/{path.relative_to(ROOT)}" for path in sorted(_real(directory).rglob("*")) if not path.is_dir()]


def _filters() -> tuple[str, ...]:
    """The programs of the packet filter that are installed. Where iptables is the legacy one, it counts once."""
    found = {name: shutil.which(f"{name}-save") for name in _FILTERS}
    real = {name: str(Path(path).resolve()) for name, path in found.items() if path}
    legacy = any("legacy" in path for name, path in real.items() if not name.endswith("-legacy"))
    return tuple(name for name in real if not (legacy and name.endswith("-legacy")))


def _remove_link(module: AnsibleModule, name: str) -> None:
    """Remove a link. The two ends of a pair go together, so one may be gone already."""
    code, _output, errors = run(module, "ip", "link", "delete", "dev", name)
    if code != 0 and (ROOT / "sys/class/net" / name).exists():
        raise ClusterError(f"the link {name} cannot be deleted: {errors.strip()}")


def _unmount(module: AnsibleModule, paths: tuple[str, ...]) -> None:
    for path in paths:
        code, _output, errors = run(module, "umount", path)
        if code != 0 and path in mount_points():
            raise ClusterError(
                f"{path} cannot be unmounted ({errors.strip()}), so no file was deleted: end the program that uses it "
                f"(fuser --mount {path} names it), and run the reset again"
            )


def _refuse_mounts_below(paths: tuple[str, ...]) -> None:
    """Refuse to delete a directory through which a file system of somebody else would be emptied."""
    mounted = mount_points()
    # The kernel names mounts by their real paths. A link itself is removed, and not what it leads to.
    real = [f"{resolve(str(Path(path).parent)).rstrip('/')}/{Path(path).name}/" for path in paths]
    below = [point for point in mounted for path in real if point.startswith(path)]
    if below:
        raise ClusterError(
            f"{', '.join(below)} is mounted, so no file was deleted: unmount it, and run the reset again"
        )


def _delete(path: Path) -> None:
    """Delete a file or a directory with all that it holds. The directory on which a file system is mounted stays."""
    if path.is_symlink() or not path.is_dir():
        path.unlink(missing_ok=True)
        return
    if path.is_mount():
        for inner in path.iterdir():
            _delete(inner)
        return
    shutil.rmtree(path)


def _remove_if_empty(path: Path) -> None:
    if path.is_dir() and not path.is_symlink() and not path.is_mount() and not any(path.iterdir()):
        path.rmdir()


def _is_there(path: Path) -> bool:
    """Whether a path exists. The directory on which a file system is mounted counts by what it holds."""
    if path.is_symlink():
        return True
    return any(path.iterdir()) if path.is_dir() and path.is_mount() else path.exists()


def _real(path: str) -> Path:
    return ROOT / path.lstrip("/")


__all__ = ["ROOT", "expand", "look_for", "must_run", "resolve", "run", "take_away", "walk"]
