"""What the integration tests share. They run by `make integration`, as root, and take the lab of the machine over."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from two_machines import diagnose, machines

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def root() -> Path:
    """The clone."""
    return Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def run(root: Path) -> Run:
    """Runs a command, in the clone unless told otherwise, and returns how it ended, its errors among its output."""

    def execute(*command: str, cwd: Path = root, **environment: str) -> subprocess.CompletedProcess[str]:
        # What make was told for these tests (ARGS, jobs) is not for the make that they run.
        own = {
            name: value
            for name, value in os.environ.items()
            if name == "ANSIBLE_STDOUT_CALLBACK" or not name.startswith(("ANSIBLE_", "MAKE", "MFLAGS", "ARGS"))
        }
        return subprocess.run(
            command,
            cwd=cwd,
            env={**own, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )

    return execute


__all__ = ["diagnose", "machines"]  # fixtures of the tests of the diagnosis
