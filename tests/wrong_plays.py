"""A row of the table of wrong inputs, played with ansible-playbook against nodes that refuse every connection."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from wrong_inputs import CANARY, Row

ROOT = Path(__file__).resolve().parent.parent
# Port 1 of this machine: nothing answers there, so a run that connects says so, and changes nothing.
NOBODY = {"ansible_host": "127.0.0.1", "ansible_port": 1}


@dataclass(frozen=True)
class Played:
    """The last words of a run.

    Attributes:
        message: of the task that failed
        error: what Ansible itself shows of it
        connected: whether the run tried to reach a node
    """

    message: str
    error: str
    connected: bool


def roles_of(playbook: str) -> list[str]:
    """Read which roles' variables a playbook checks first."""
    plays = yaml.safe_load((ROOT / "playbooks" / f"{playbook}.yml").read_text())
    assert plays[1]["ansible.builtin.import_playbook"] == "settings.yml"
    roles: list[str] = plays[1]["vars"]["__podnet_roles"]
    return roles


def inventory(row: Row) -> dict[str, Any]:
    """Make the inventory of a row."""
    first, *others = ({host: row.of_hosts.get(host, {})} for host in row.hosts)
    nodes = {name: variables for one in others for name, variables in one.items()}
    groups = {"control_plane": {"hosts": first}, "nodes": {"hosts": nodes}}
    return {"all": {"vars": {**NOBODY, **row.variables}, "children": groups}}


def play(row: Row, folder: Path, *arguments: str, hosts: bool = True) -> Played:
    """Play the playbook of a row, which must fail, and return its last words. Without hosts the arguments name some."""
    path = folder / "hosts.yml"
    path.write_text(yaml.safe_dump(inventory(row)))
    extra = ["--extra-vars", json.dumps(row.extra)] if row.extra else []
    done = subprocess.run(
        [
            "ansible-playbook",
            *(["--inventory", str(path)] if hosts else []),
            *extra,
            *arguments,
            str(ROOT / f"playbooks/{row.playbook}.yml"),
        ],
        env={
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
            "ANSIBLE_CALLBACK_RESULT_FORMAT": "json",
            "ANSIBLE_CALLBACKS_ENABLED": "ansible.posix.timer",
        },
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    shown = done.stdout + done.stderr
    assert done.returncode in (2, 4), shown
    assert "Traceback" not in shown
    assert not Path(CANARY).exists()
    assert not re.search(r"changed=[1-9]", done.stdout)
    if "UNREACHABLE!" in shown:
        return Played("", "", True)
    assert shown.count("FAILED! =>") == 1, shown
    answer = json.JSONDecoder().raw_decode(done.stdout.partition("FAILED! => ")[2])[0]
    error = shown.partition("[ERROR]: Task failed: ")[2].partition("\nOrigin: ")[0].removeprefix("Action failed: ")
    return Played(answer["msg"], error, False)
