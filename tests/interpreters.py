"""The Python interpreters of this machine: on the path, and those of pyenv that are not selected."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

# The Pythons that a node may have: from modules.python_requires of tests/config.yml to the newest release.
NODE_VERSIONS = tuple(f"3.{minor}" for minor in range(9, 15))


def find(version: str, statement: str = "") -> Path | None:
    """Find an interpreter of a version ("3.9") that runs the statement without an error; None without one.

    pyenv puts shims on the path also for versions that are installed and not selected. Such a shim fails.
    """
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    for folder in [*map(Path, os.get_exec_path()), *sorted(pyenv.glob("versions/*/bin"))]:
        program = folder / f"python{version}"
        command = [str(program), "-c", statement]
        if program.is_file() and subprocess.run(command, check=False, capture_output=True).returncode == 0:
            return program
    return None
