"""The collection as a stranger has it: examples/ in a directory of its own, and the archive installed in it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def run(*command: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Return how a command ended, of the environment of this Python and without settings of Ansible from outside."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**own, "PATH": path}
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)


def output(*command: str, cwd: Path = ROOT) -> str:
    """Return what a command printed, which must end well."""
    done = run(*command, cwd=cwd)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def build(folder: Path, clone: Path = ROOT) -> Path:
    """Return the archive of a clone, which is built into the folder."""
    output("ansible-galaxy", "collection", "build", "--output-path", str(folder), cwd=clone)
    (archive,) = folder.glob("*.tar.gz")
    return archive


def make_project(folder: Path, archive: Path) -> None:
    """Make the directory a project of its own, by the steps of examples/README.md."""
    shutil.copytree(ROOT / "examples", folder, ignore=shutil.ignore_patterns("collections", ".*", "*.tar.gz"))
    shutil.copy(archive, folder)
    install = ["ansible-galaxy", "collection", "install", "--no-deps", "--offline", "--requirements-file"]
    output(*install, "requirements.yml", cwd=folder)
