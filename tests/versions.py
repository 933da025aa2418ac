"""Run the unit tests and the tests of the package with the other ansible-core, whose lock .venv does not use.

Its virtual environment serves all clones. It stands beside the lab's bundle (lab_cache_dir), under a hash of its lock
and interpreter. Arguments go to pytest.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

from interpreters import find
from user_cache import USER_CACHE, locked

ROOT = Path(__file__).resolve().parent.parent
CACHE = USER_CACHE / "environments"
# The Pythons that fit a lock; pip-compile ran with the first one.
LOCKS = {"python-3.11.txt": ("3.11",), "python-3.12.txt": ("3.12", "3.13", "3.14")}
OWN_LOCK = "python-3.12.txt" if sys.version_info >= (3, 12) else "python-3.11.txt"
VERSIONS = "import ansible.release as a, platform as p; print(a.__version__, 'on Python', p.python_version())"


def make_environment(lock: Path, python: Path) -> Path:
    """Make a virtual environment from the lock, unless a finished one is there; return its interpreter.

    pip compiles nothing beforehand, because Python reads few of the many files of the package ansible.
    """
    name = hashlib.sha256(lock.read_bytes() + os.fsencode(python.resolve())).hexdigest()[:16]
    folder = CACHE / name
    whole = folder / "whole"
    with locked(CACHE / f"{name}.lock"):
        if not whole.exists():
            print(f"making {folder} from {lock.name}, which takes a minute or two", flush=True)
            subprocess.run([python, "-m", "venv", "--clear", folder], check=True)
            pip = [folder / "bin" / "pip", "--quiet", "--disable-pip-version-check", "install", "--no-compile"]
            subprocess.run([*pip, "--require-hashes", "--requirement", lock], check=True)
            whole.touch()
    return folder / "bin" / "python"


def run_tests(python: Path) -> int:
    """Run pytest with an interpreter and return its status."""
    environment = {**os.environ, "PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}"}
    command = [python, "-m", "pytest", "-p", "no:cacheprovider", *sys.argv[1:]]
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


def versions(python: str | Path) -> str:
    """Name the ansible-core and the Python of an environment."""
    return subprocess.run([python, "-c", VERSIONS], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def main() -> int:
    """Return 0 when all tests pass, or no fitting Python is there."""
    status, lines = 0, [f"ansible-core {versions(sys.executable)}: the environment in .venv, make unit"]
    for name in (name for name in LOCKS if name != OWN_LOCK):
        python = next((found for one in LOCKS[name] if (found := find(one, "import ensurepip, venv"))), None)
        if python is None:
            lines.append(f"requirements/{name}: not run, because this machine has no Python {' or '.join(LOCKS[name])}")
            continue
        environment = make_environment(ROOT / "requirements" / name, python)
        failed = run_tests(environment)
        lines.append(f"ansible-core {versions(environment)}: {'failed' if failed else 'passed'}")
        status = status or failed
    print(*lines, sep="\n")
    return status


if __name__ == "__main__":
    sys.exit(main())
