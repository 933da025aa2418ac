"""The Python interpreters of this machine: those on the path, and those of pyenv that are not selected."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

# What a node may have: modules.python_requires of tests/config.yml, and what Python 3 has brought since.
NODE_VERSIONS = tuple(f"3.{minor}" for minor in range(9, 15))


def find(version: str, statement: str = "") -> Path | None:
    """Return an interpreter of a version ("3.9") that runs the statement without an error, None when there is none.

    A shim of pyenv is on the path for versions that are installed but not selected, and fails when it is run.
    """
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    for folder in [*map(Path, os.get_exec_path()), *sorted(pyenv.glob("versions/*/bin"))]:
        program = folder / f"python{version}"
        command = [str(program), "-c", statement]
        if program.is_file() and subprocess.run(command, check=False, capture_output=True).returncode == 0:
            return program
    return None
