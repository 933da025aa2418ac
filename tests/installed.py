"""The collection as users have it: a copy of examples/, with the archive installed in it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def run(*command: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run a command of this Python's environment, without Ansible settings from outside but the callback of tests."""
    own = {
        name: value
        for name, value in os.environ.items()
        if name == "ANSIBLE_STDOUT_CALLBACK" or not name.startswith("ANSIBLE_")
    }
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**own, "PATH": path}
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)


def output(*command: str, cwd: Path = ROOT) -> str:
    """Run a command that must succeed, and return its output."""
    done = run(*command, cwd=cwd)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def build(folder: Path, clone: Path = ROOT) -> Path:
    """Build the archive of a clone into the folder, and return its path."""
    output("ansible-galaxy", "collection", "build", "--output-path", str(folder), cwd=clone)
    (archive,) = folder.glob("*.tar.gz")
    return archive


def make_project(folder: Path, archive: Path) -> None:
    """Make the folder a project of its own, by the steps of examples/README.md."""
    shutil.copytree(ROOT / "examples", folder, ignore=shutil.ignore_patterns("collections", ".*", "*.tar.gz"))
    shutil.copy(archive, folder)
    install = ["ansible-galaxy", "collection", "install", "--no-deps", "--offline", "--requirements-file"]
    output(*install, "requirements.yml", cwd=folder)
