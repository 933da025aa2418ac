"""The archive holds the tracked files of the folders for users, and no other file of a clone."""

from __future__ import annotations

import json
import shutil
import tarfile
from pathlib import Path

import installed
import pytest
import yaml

# What a user gets. Whatever is new at the top of the clone is either named here or in galaxy.yml's build_ignore.
FOR_USERS = {
    "CHANGELOG.md",
    "LICENSE",
    "README.md",
    "changelogs",
    "docs",
    "examples",
    "meta",
    "playbooks",
    "plugins",
    "roles",
}
# Folders inside those that only developers read.
FOR_DEVELOPERS = ("changelogs/fragments/", "docs/decisions/")
BY_GALAXY = {"FILES.json", "MANIFEST.json"}

STRAYS = [
    ".DS_Store",
    ".ansible/collections/README",
    ".cache/sanity/home/pip.conf",
    ".collections/ansible_collections/other/galaxy.yml",
    ".env",
    ".hypothesis/unicode_data",
    ".idea/workspace.xml",
    ".mypy_cache/CACHEDIR.TAG",
    ".pytest_cache/README.md",
    ".vagrant/machines/master/id",
    ".venv/bin/python",
    "build/podnet-kubernetes-0.0.1.tar.gz",
    "changelogs/.plugin-cache.yaml",
    "docs/.policies.md.swp",
    "examples/collections/ansible_collections/other/galaxy.yml",
    "examples/inventory/.podnet/admin.conf",
    "flannel.retry",
    "lab/inventory/.podnet/admin.conf",
    "playbooks/.podnet/admin.conf",
    "playbooks/flannel.retry",
    "plugins/modules/__pycache__/node_address.cpython-311.pyc",
    "podnet-kubernetes-0.0.1.tar.gz",
    "roles/flannel/.ansible/roles/README",
    "roles/basic_cni/files/podnet-routes.pyc",
    "tests/output/junit/sanity.xml",
]


def files(archive: Path) -> set[str]:
    """List the files in an archive."""
    with tarfile.open(archive) as opened:
        return {member.name for member in opened if not member.isdir()}


@pytest.fixture(scope="session")
def expected(tracked: list[str]) -> set[str]:
    """The files that belong in the archive."""
    ours = {name for name in tracked if name.partition("/")[0] in FOR_USERS}
    return {name for name in ours if not name.startswith(FOR_DEVELOPERS)} | BY_GALAXY


def test_it_holds_the_tracked_files_for_users_and_no_other(archive, expected):
    found = files(archive)
    assert sorted(found - expected) == [], "in the archive, and not tracked by git or not for users"
    assert sorted(expected - found) == [], "not in the archive"


def test_it_holds_nothing_of_what_tools_leave_in_a_clone(root, tracked, expected, tmp_path):
    clone = tmp_path / "clone"
    for name in tracked:
        (clone / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(root / name, clone / name)
    for name in STRAYS:
        (clone / name).parent.mkdir(parents=True, exist_ok=True)
        (clone / name).write_text("stray\n")
    assert sorted(files(installed.build(tmp_path, clone)) ^ expected) == []


def test_a_user_gets_no_lab(archive, root):
    """Neither its files nor the collections that only the lab needs, and no playbook that would ask for its role."""
    with tarfile.open(archive) as opened:
        texts = {one.name: opened.extractfile(one).read().decode(errors="replace") for one in opened if one.isfile()}
    assert [name for name in texts if "lab" in Path(name).parts] == []
    product = {name: text for name, text in texts.items() if name.startswith(("playbooks/", "plugins/", "roles/"))}
    assert [name for name, text in product.items() if "name: lab\n" in text or "kubernetes.lab" in text] == []
    needs = json.loads(texts["MANIFEST.json"])["collection_info"]["dependencies"]
    of_lab = yaml.safe_load((root / "lab" / "requirements.yml").read_text())["collections"]
    assert sorted({one["name"] for one in of_lab} - set(needs)) == ["community.crypto", "containers.podman"]


def test_no_sanity_test_is_ignored(tracked):
    """A list of ignored findings would be tests/sanity/ignore-VERSION.txt; a decision must explain such a list."""
    assert [name for name in tracked if name.startswith("tests/sanity/")] == []
