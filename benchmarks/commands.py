"""Shared by the benchmarks that time whole commands: playbooks, and targets of make."""

from __future__ import annotations

import os
import subprocess
import time

from lab_cluster import ROOT


def seconds_of(*command: str, expected: int = 0, **environment: str) -> float:
    """Run a command in the clone, and return its seconds. Its output is shown when it ends in another way."""
    began = time.monotonic()
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **environment}, stdout=subprocess.PIPE, text=True, check=False
    )
    if done.returncode != expected:
        raise SystemExit(f"{' '.join(command)}: {done.returncode}\n{done.stdout}")
    return time.monotonic() - began


def play(playbook: str, *arguments: str, expected: int = 0) -> float:
    """Run a playbook, as seconds_of() runs a command."""
    return seconds_of("ansible-playbook", playbook, *arguments, expected=expected)
