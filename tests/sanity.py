"""Run ansible-test sanity on a copy of the working tree, with a HOME of its own, so that no user's file changes.

The copy has the path that ansible-test demands (.../ansible_collections/podnet/kubernetes), wherever the clone is.
ansible-test keeps its virtual environments in HOME. HOME stands beside the lab's bundle (lab_cache_dir) and serves all
clones. The tests use every interpreter of this machine that ansible-test supports, also those of pyenv.
docs/decisions/0018-the-test-harness-stays-without-antsibull-nox.md says why no tool does this.
"""

from __future__ import annotations

import ast
import configparser
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

from ansible_test._internal.constants import SUPPORTED_PYTHON_VERSIONS
from ansible_test._internal.python_requirements import get_venv_packages
from interpreters import NODE_VERSIONS, find
from user_cache import USER_CACHE, locked

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache" / "sanity"
COLLECTION = CACHE / "ansible_collections" / "podnet" / "kubernetes"
HOME = USER_CACHE / "sanity"
BIN = CACHE / "bin"


def output(*command: str) -> str:
    """Run a command in the clone and return its output."""
    return subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout


def copy_collection() -> None:
    """Copy all files that git tracks or would track into a repository of their own: the clone's ignores .cache/."""
    shutil.rmtree(COLLECTION, ignore_errors=True)
    output("git", "init", "--quiet", "--initial-branch=main", str(COLLECTION))
    for name in output("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0"):
        source, target = ROOT / name, COLLECTION / name
        if source.is_file():  # else deleted, but still in the index
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target, follow_symlinks=False)


def link_interpreters() -> list[str]:
    """Link each working interpreter into BIN under the name that ansible-test expects; return the versions ("3.9")."""
    shutil.rmtree(BIN, ignore_errors=True)
    BIN.mkdir(parents=True)
    for version in NODE_VERSIONS:
        found = find(version, "import ensurepip, venv") if version in SUPPORTED_PYTHON_VERSIONS else None
        if found:
            (BIN / f"python{version}").symlink_to(found.resolve())
    return [version for version in NODE_VERSIONS if (BIN / f"python{version}").exists()]


def prepare_home() -> None:
    """Write pip's settings and its bootstrap into HOME.

    ansible-test hides the environment from pip, so pip needs a file. ansible-test would download the bootstrap of
    another pip; the pip that comes with Python is enough.
    """
    bootstrap = HOME / ".ansible" / "test" / "cache"
    bootstrap.mkdir(parents=True, exist_ok=True)
    for version in SUPPORTED_PYTHON_VERSIONS:
        pip = get_venv_packages(SimpleNamespace(version=version))["pip"]
        (bootstrap / f"get_pip_{pip.replace('.', '_')}.py").write_text("import ensurepip\n\nensurepip.bootstrap()\n")

    settings = configparser.RawConfigParser()
    for line in output(sys.executable, "-m", "pip", "config", "list").splitlines():
        name, value = line.split("=", 1)
        section, option = name.removeprefix(":env:").rsplit(".", 1)
        section = section or "global"
        if not settings.has_section(section):
            settings.add_section(section)
        if not settings.has_option(section, option):  # the environment comes first and takes precedence
            settings.set(section, option, ast.literal_eval(value))
    config = HOME / ".config" / "pip" / "pip.conf"
    config.parent.mkdir(parents=True, exist_ok=True)
    config.touch(mode=0o600)  # an index address may carry a password
    with config.open("w") as file:
        settings.write(file)


def main() -> int:
    """Run the tests and return ansible-test's status."""
    copy_collection()
    versions = link_interpreters()
    print(f"Python {', '.join(versions)}", flush=True)
    command = ["ansible-test", "sanity", *(f"--target-python={version}" for version in versions), *sys.argv[1:]]
    environment = {**os.environ, "HOME": str(HOME), "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    with locked(HOME / ".lock"):
        prepare_home()
        return subprocess.run(command, cwd=COLLECTION, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
