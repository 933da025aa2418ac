# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of a machine that name its system, and decide about its next boot, its resolvers and its pod networks.

Each reader takes the root of the file system. All but read_system leave out a file that they cannot read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import ClusterError, InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.foreign_data import parse_json
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.boot_units import BootUnits, WantedUnit
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.packages import (
    installed_packages,
    read_distribution,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.sysctl_files import (
    SYSCTL_DIRECTORIES,
    SysctlFile,
)

_UNIT_DIRECTORIES = (
    "etc/systemd/system",
    "run/systemd/system",
    "run/systemd/generator",
    "run/systemd/generator.early",
    "run/systemd/generator.late",
    "usr/local/lib/systemd/system",
    "usr/lib/systemd/system",
    "lib/systemd/system",
)
_CONFIGURATIONS = (".conf", ".conflist", ".json")  # as the container runtime reads them
_NULL = "/dev/null"


@dataclass(frozen=True)
class System:
    """The system of a machine.

    Attributes:
        distribution: the first word of its name
        distribution_version: its version
        packages: installed packages, each with its versions
    """

    distribution: str
    distribution_version: str
    packages: dict[str, list[dict[str, Any]]]


def read_system(root: Path, packages: Iterable[str]) -> System:
    """Read the system, and those of some packages that are installed.

    Raises:
        ClusterError: a file is there and cannot be read
    """
    name, version = read_distribution(_read_or_fail(root, "etc/os-release"))
    installed = installed_packages(_read_or_fail(root, "var/lib/dpkg/status"))
    return System(name, version, {one: installed[one] for one in packages if one in installed})


def _read_or_fail(root: Path, path: str) -> str:
    try:
        return (root / path).read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise ClusterError(f"/{path} cannot be read ({error.strerror}): it must be a file") from None


def read_configurations(root: Path) -> list[str]:
    """Read the paths of the configurations in etc/cni/net.d, and of the kubelet's credentials."""
    files = [path for path in (root / "etc/cni/net.d").glob("*") if path.suffix in _CONFIGURATIONS and path.is_file()]
    credentials = root / "etc/kubernetes/kubelet.conf"
    return sorted(f"/{path.relative_to(root)}" for path in (*files, credentials) if path.exists())


def read_sysctl_files(root: Path) -> list[SysctlFile]:
    """Read the files of kernel parameters that systemd-sysctl reads at boot. Links count as their targets."""
    found: dict[tuple[int, str], SysctlFile] = {}
    for directory in SYSCTL_DIRECTORIES:
        folder = root / directory[1:]
        # /lib may be a link to /usr/lib.
        for path in sorted(folder.glob("*.conf")):
            text = "" if _is_null(path) else _read(path)
            target = f"/{path.resolve().relative_to(root.resolve())}" if path.is_symlink() and text else ""
            found.setdefault((folder.stat().st_ino, path.name), SysctlFile(f"{directory}/{path.name}", text, target))
    return list(found.values())


def read_boot_units(root: Path) -> BootUnits:
    """Read which units systemd starts at boot, by the links in the directories of other units."""
    folders = [root / name for name in _UNIT_DIRECTORIES if (root / name).is_dir()]
    wanted = {
        (path.name, path.parent.name.rpartition(".")[0]): WantedUnit(
            path.name, path.parent.name.rpartition(".")[0], _source(folders, path.name)
        )
        for folder in folders
        for kind in ("wants", "requires")
        for path in sorted(folder.glob(f"*.{kind}/*"))
    }
    masked = frozenset(path.name for folder in folders for path in folder.iterdir() if _is_null(path))
    return BootUnits(tuple(wanted.values()), masked)


def read_network_files(root: Path) -> tuple[list[str], list[str]]:
    """Read the paths of the files of pod networks, and the names of the bridges in their configurations."""
    files = [path for path in _walk(root / "etc/cni/net.d") if path.parent == root / "etc/cni/net.d"]
    bridges = [bridge for path in files for bridge in _bridges(_read(path))]
    paths = [f"/{path.relative_to(root)}" for path in (*files, *_walk(root / "var/lib/cni"))]
    return paths, bridges


def choose_resolv_conf(root: Path, asked: str, kubelet_configuration: str) -> str:
    """The path of the file from which pods get their resolvers.

    The kubelet's own configuration tells it on a node of a cluster. On another node the user asks for one, or kubeadm
    chooses: the file of systemd-resolved where that service runs.
    """
    for line in kubelet_configuration.splitlines():
        key, _colon, value = line.partition(":")
        if key == "resolvConf" and value.strip():
            return value.strip().strip("'\"")
    resolved = "/run/systemd/resolve/resolv.conf"
    return asked or (resolved if (root / resolved[1:]).exists() else "/etc/resolv.conf")


def read_text(root: Path, path: str) -> str:
    """Read a file of the machine. Empty where there is none."""
    return _read(root / path.lstrip("/"))


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _is_null(path: Path) -> bool:
    """Whether a file is a link to /dev/null, by which systemd leaves it out."""
    try:
        return path.is_symlink() and str(path.readlink()) == _NULL
    except OSError:
        return False


def _source(folders: Iterable[Path], name: str) -> str:
    """The file from which a generator made a unit of swap."""
    if not name.endswith(".swap"):
        return ""
    lines = (line for folder in folders for line in _read(folder / name).splitlines())
    return next((line.partition("=")[2] for line in lines if line.startswith("SourcePath=")), "")


def _walk(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if not path.is_dir() or path.is_symlink())


def _bridges(text: str) -> Iterator[str]:
    """The bridges in a configuration of plugins (CNI specification 1.0.0). None in any other text."""
    try:
        found = parse_json(text)
    except InputError:
        return
    if not isinstance(found, dict):
        return
    plugins = found.get("plugins", [found])
    for plugin in plugins if isinstance(plugins, list) else []:
        if isinstance(plugin, dict) and isinstance(plugin.get("bridge"), str):
            yield plugin["bridge"]


__all__ = [
    "System",
    "choose_resolv_conf",
    "read_boot_units",
    "read_configurations",
    "read_network_files",
    "read_sysctl_files",
    "read_system",
    "read_text",
]
