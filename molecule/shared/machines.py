"""The machines of a scenario, as their inventory describes them."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SNAPSHOT = Path(__file__).with_name("files") / "node_snapshot.py"


@dataclass(frozen=True)
class Inventory:
    """The machines of an inventory."""

    path: Path
    nodes: dict[str, str]  # name -> address on the node network
    workers: list[str]
    variables: dict[str, Any]  # the variables that all nodes have
    lab: bool  # the machines are the lab's containers

    @property
    def output(self) -> Path:
        """The directory in which the roles leave admin.conf and reports."""
        return self.path / ".podnet"


@cache
def read_inventory(path: Path) -> Inventory:
    """Ask Ansible for an inventory."""
    command = ["ansible-inventory", "--inventory", str(path), "--list"]
    found = json.loads(subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout)
    variables: dict[str, dict[str, Any]] = found["_meta"]["hostvars"]
    nodes = {name: own["ansible_host"] for name, own in variables.items()}
    workers = found["nodes"]["hosts"]
    return Inventory(path, nodes, workers, variables[workers[0]], "lab" in found)


def entries(part: Any) -> list[Any]:
    """List the entries of a part of a snapshot, each with its key when the part is a mapping."""
    return [[name, value] for name, value in part.items()] if isinstance(part, dict) else part


def compare(before: Any, now: Any) -> list[str]:
    """List the entries that only one of two snapshots of a node has."""
    lines = [
        {json.dumps([key, one]) for key, part in snapshot.items() for one in entries(part)}
        for snapshot in (before, now)
    ]
    return sorted(lines[0] ^ lines[1])
