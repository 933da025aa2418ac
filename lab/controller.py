"""Commands on the lab's controller and nodes, for the scripts that play with the lab."""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OUTPUT = ROOT / "lab" / "inventory" / ".podnet"
PATIENCE = 1200  # seconds that a command may take on a busy machine


def environment() -> dict[str, str]:
    """The environment of commands on the controller: the cluster's kubeconfig, and Ansible's plain output."""
    return {**os.environ, "KUBECONFIG": str(OUTPUT / "admin.conf"), "ANSIBLE_STDOUT_CALLBACK": "default"}


def run(place: str, command: str) -> subprocess.CompletedProcess[str]:
    """Run a command on a node or on the controller. A document after <<EOF is its input."""
    command, _mark, document = command.partition(" <<EOF\n")
    words = shlex.split(command)
    words = words if place == "controller" else ["podman", "exec", f"podnet-{place}", *words]
    given = document.removesuffix("EOF")
    return subprocess.run(
        words, cwd=ROOT, env=environment(), input=given, capture_output=True, text=True, check=False, timeout=PATIENCE
    )


def must(place: str, command: str) -> str:
    """Run a command that must succeed."""
    done = run(place, command)
    if done.returncode:
        raise SystemExit(f"{place}: {command}\n{done.stdout}{done.stderr}")
    return done.stdout
