"""Commands and playbooks on the virtual machines of `make vm`, for the tests that have them."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable
from typing import Any

Run = Callable[..., subprocess.CompletedProcess[str]]

INSIDE = ("nsenter", "--net=/run/netns/podnetvm")
# As the Makefile chooses them.
FILES = ("lab/vm/hosts.yml", *["lab/vm/node2.yml"] * (os.environ.get("VM_NODES") == "3"))
INVENTORY = tuple(f"--inventory={file}" for file in FILES)


def changes(done: subprocess.CompletedProcess[str]) -> dict[str, int]:
    """Count the changes that the last playbook of a run, which must succeed, reports for each host."""
    assert done.returncode == 0, done.stdout
    recap = done.stdout.rpartition("PLAY RECAP")[2]
    return {host: int(count) for host, count in re.findall(r"^(\S+)\s+: ok=\d+\s+changed=(\d+)", recap, re.MULTILINE)}


def ask(run: Run, command: str, hosts: str = "lab") -> dict[str, str]:
    """Run a command on each virtual machine, and return its output by the name of the machine. It must succeed."""
    done = run(*INSIDE, "ansible", hosts, *INVENTORY, "-m", "ansible.builtin.raw", "-a", command, "--one-line")
    assert done.returncode == 0, done.stdout
    lines = [line for line in done.stdout.splitlines() if "(stdout)" in line]
    return {line.partition(" |")[0]: printed(line) for line in lines}


def printed(line: str) -> str:
    """Give what a command printed, from a line of Ansible, which also has what ssh said."""
    return line.partition("(stdout)")[2].partition("(stderr)")[0].replace("\\r\\n", " ").replace("\\n", " ").strip()


def play(run: Run, playbook: str, **variables: Any) -> subprocess.CompletedProcess[str]:
    """Run a playbook of the collection on the virtual machines."""
    return run("make", "vm-play", f"PLAY=playbooks/{playbook}.yml", f"ARGS=-e '{json.dumps(variables)}'")


def reboot(run: Run, host: str) -> None:
    """Reboot a virtual machine, and wait until it answers by SSH."""
    options = ["-m", "ansible.builtin.reboot", "-a", "reboot_timeout=1800"]
    done = run(*INSIDE, "ansible", host, *INVENTORY, *options)
    assert done.returncode == 0, done.stdout
