"""Debian's programs for tests that need one, installed by apt when they are not there."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import Callable

import pytest


def need(packages: list[str], program: str, run: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    """Install packages unless all are there; run runs a command. Where that cannot be, CI fails, and others skip.

    Another program of that name, which is not Debian's, is left alone.
    """
    query = ["dpkg-query", "--show", "--showformat", "${db:Status-Status}\n", *packages]
    if shutil.which("dpkg-query") and run(*query).stdout.split() == ["installed"] * len(packages):
        return
    if shutil.which(program) or os.geteuid() != 0 or not shutil.which("apt-get"):
        give_up = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        give_up(f"needs Debian's {' and '.join(packages)}, which root gets by apt where there is no other {program}")
    for command in (["update"], ["install", "--yes", "--no-install-recommends", *packages]):
        # The lab may have apt install something at the same time.
        done = run("apt-get", "--option=DPkg::Lock::Timeout=300", *command, DEBIAN_FRONTEND="noninteractive")
        assert done.returncode == 0, done.stdout


__all__ = ["need"]
