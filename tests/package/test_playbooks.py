"""Playbooks and tasks are understood by this ansible-core, which finds all that they name, in the clone and installed.

Roles are included while a playbook runs, so a syntax check of the playbooks reads none of their tasks: those get one
of their own.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import installed
import yaml

ROOT = installed.ROOT
PLAYBOOKS = ["playbooks/*.yml", "lab/*.yml", "molecule/*/*.yml", "benchmarks/*.yml"]
NO_PLAYBOOKS = ("molecule.yml", "requirements.yml", "execution-environment.yml")


def check(*playbooks: str, cwd: Path = ROOT) -> str:
    """Return what a syntax check says, in which nothing may be wrong."""
    assert playbooks
    return installed.output("ansible-playbook", "--syntax-check", *playbooks, cwd=cwd)


def names(pattern: str) -> list[str]:
    """Return the files of the clone that are like this."""
    return sorted(str(path.relative_to(ROOT)) for path in ROOT.glob(pattern))


def test_every_playbook_of_the_clone():
    playbooks = [name for pattern in PLAYBOOKS for name in names(pattern) if Path(name).name not in NO_PLAYBOOKS]
    shown = check(*playbooks)
    assert [name for name in playbooks if f"playbook: {name}" not in shown] == []


def test_every_task_of_the_roles(tmp_path):
    """As imported tasks: then the files are read and the modules looked for at once."""
    patterns = [f"{roles}/*/{kind}/*.yml" for kind in ("tasks", "handlers") for roles in ("roles", "lab/roles")]
    imports = [{"ansible.builtin.import_tasks": str(ROOT / name)} for pattern in patterns for name in names(pattern)]
    playbook = tmp_path / "tasks.yml"
    playbook.write_text(json.dumps([{"hosts": "all", "tasks": imports}]))
    check(str(playbook))


def test_the_installed_playbooks_are_those_of_the_clone(project):
    imports = [
        {"ansible.builtin.import_playbook": f"podnet.kubernetes.{Path(name).stem}"} for name in names("playbooks/*.yml")
    ]
    playbook = project / "all.yml"
    playbook.write_text(json.dumps(imports))
    listed = installed.output("ansible-playbook", "--list-tasks", str(playbook), cwd=project)
    tasks = [
        task["name"]
        for name in names("playbooks/*.yml")
        for play in yaml.safe_load((ROOT / name).read_text())
        for task in play.get("tasks", [])
    ]
    assert [task for task in tasks if task not in listed] == []


def test_the_examples_are_understood_in_a_project_of_a_stranger(project):
    playbooks = [Path(name).name for name in names("examples/*.yml") if Path(name).name not in NO_PLAYBOOKS]
    check(*playbooks, cwd=project)
    readme = (ROOT / "examples" / "README.md").read_text()
    assert [name for name in playbooks if name not in readme] == []


def test_a_clone_without_the_link_says_what_to_do(tmp_path):
    """Also with the callback that ansible.cfg names, which the clone has, and whose imports it does not find."""
    (tmp_path / "ansible.cfg").write_text((ROOT / "ansible.cfg").read_text())
    (tmp_path / "plugins").symlink_to(ROOT / "plugins")
    command = ["env", "--unset=ANSIBLE_STDOUT_CALLBACK", "ansible-playbook", "--inventory", str(ROOT / "lab/inventory")]
    done = installed.run(*command, str(ROOT / "playbooks" / "flannel.yml"), cwd=tmp_path)
    assert done.returncode == 2
    assert "does not find the collection podnet.kubernetes" in done.stdout
    assert "make venv" in done.stdout


def test_a_clone_that_everybody_can_write_to_says_what_to_do(tmp_path):
    """As in /vagrant or /mnt/c, Ansible ignores ansible.cfg, and then finds neither inventory nor collection."""
    settings = tmp_path / "ansible.cfg"
    settings.write_text((ROOT / "ansible.cfg").read_text())
    tmp_path.chmod(0o777)
    command = ["env", f"PWD={tmp_path}", "ansible-playbook", str(ROOT / "playbooks" / "flannel.yml")]
    done = installed.run(*command, cwd=tmp_path)
    said = " ".join(done.stdout.split())
    assert done.returncode == 2
    assert f"Ansible ignores {settings}" in said
    assert f"export ANSIBLE_CONFIG={settings}" in said
    assert "make venv" not in said


def commands(tasks: Any) -> Iterator[list[str]]:
    """Yield the arguments of each command in tasks and in their blocks."""
    if isinstance(tasks, list):
        for task in tasks:
            yield from commands(task)
    elif isinstance(tasks, dict):
        arguments = tasks.get("ansible.builtin.command")
        if isinstance(arguments, dict) and isinstance(arguments.get("argv"), list):
            yield [str(one) for one in arguments["argv"]]
        yield from commands(tasks.get("block", []))


def test_no_image_of_the_lab_is_built_with_a_network():
    """podman would make a bridge and rules of the packet filter for the build, and leave them on the machine."""
    files = [yaml.safe_load((ROOT / name).read_text()) for name in names("lab/roles/lab/tasks/*.yml")]
    images = yaml.safe_load((ROOT / "lab/roles/lab/vars/main/images.yml").read_text())
    lists = [one for one in images.values() if isinstance(one, list)]
    found = [*lists, *(one for file in files for one in commands(file))]
    builds = [one for one in found if one[0] == "podman" and "build" in one]
    assert len(builds) == 2
    assert [one for one in builds if "--network=none" not in one] == []


def test_no_strategy_from_elsewhere_reaches_the_playbooks():
    """Many of their tasks run once for all hosts, which Ansible does only with the strategy linear."""
    plays = [play for name in names("playbooks/*.yml") for play in yaml.safe_load((ROOT / name).read_text())]
    on_nodes = [play for play in plays if play.get("hosts", "localhost") != "localhost"]
    assert len(on_nodes) > 15
    assert {play.get("strategy") for play in on_nodes} == {"ansible.builtin.linear"}
