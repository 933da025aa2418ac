"""The collection says what is missing in a clone without its link, and works where it is installed."""

from __future__ import annotations

import shutil

import pytest


def test_a_clone_without_the_link_says_what_to_do(run, root, tmp_path):
    shutil.copytree(root / "playbooks", tmp_path / "playbooks")
    shutil.copy(root / "ansible.cfg", tmp_path)
    done = run(
        "ansible-playbook", "--inventory", str(root / "inventories" / "lab"), "playbooks/flannel.yml", cwd=tmp_path
    )
    assert done.returncode == 2
    assert "does not find the collection podnet.kubernetes" in done.stdout
    assert "make venv" in done.stdout


@pytest.fixture(scope="module")
def installed(run, tmp_path_factory):
    """A directory with the collection as a user installs it, and nothing else."""
    folder = tmp_path_factory.mktemp("installed")
    built = run("ansible-galaxy", "collection", "build", "--output-path", str(folder))
    assert built.returncode == 0, built.stdout
    (archive,) = folder.glob("*.tar.gz")
    command = [
        "ansible-galaxy",
        "collection",
        "install",
        "--no-deps",
        "--offline",
        "--collections-path",
        str(folder),
        str(archive),
    ]
    done = run(*command, cwd=folder)
    assert done.returncode == 0, done.stdout
    return folder


def test_an_installed_collection_has_its_playbooks(run, root, installed):
    command = [
        "ansible-playbook",
        "--inventory",
        str(root / "inventories" / "lab"),
        "podnet.kubernetes.flannel",
        "--list-tasks",
    ]
    done = run(*command, cwd=installed, ANSIBLE_COLLECTIONS_PATH=str(installed))
    assert done.returncode == 0, done.stdout
    assert "Install Flannel" in done.stdout


def test_an_installed_collection_has_its_modules_and_roles(run, installed):
    for kind, name in [("module", "node_address"), ("role", "flannel")]:
        command = ["ansible-doc", "--type", kind, f"podnet.kubernetes.{name}"]
        done = run(*command, cwd=installed, ANSIBLE_COLLECTIONS_PATH=str(installed))
        assert done.returncode == 0, done.stdout
        assert name in done.stdout


def test_an_installed_collection_holds_nothing_of_the_clone_alone(installed):
    content = installed / "ansible_collections" / "podnet" / "kubernetes"
    alone = {
        "Makefile",
        "ansible.cfg",
        "inventories",
        "molecule",
        "pyproject.toml",
        "requirements",
        "tests",
        ".venv",
        ".config",
    }
    assert alone & {path.name for path in content.iterdir()} == set()
