# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Downloads from a mirror that misbehaves: bounded tries, one error that names the URL, and nothing half-installed."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest
from mirror import PAGE, misbehaving
from playbook_runs import last_failure, run_playbook

ROOT = Path(__file__).resolve().parents[3]
ROLES = ROOT / "roles"
KEY = b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmQINBF\n-----END PGP PUBLIC KEY BLOCK-----\n" + b"\n" * 4000
MANIFEST = b"apiVersion: v1\nkind: Namespace\nmetadata: {name: one}\n" + b"# \n" * 4000


def sum_of(data):
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def limit_for(mirror):
    """Return the seconds after which a task is ended: few where nothing else ends it."""
    return 6 if mirror.faults == ["slow"] else 60


@pytest.fixture
def run(tmp_path):
    """A function that runs a task file of a role, and those that it includes, with fast tries, and returns the run."""

    def call(role, name, seconds, **variables):
        # Waits and time limits of the files stay, only shorter.
        for file in (ROLES / role / "tasks").iterdir():
            text = re.sub(r"\bdelay: \d+", "delay: 1", file.read_text())
            (tmp_path / file.name).write_text(re.sub(r"\btimeout: \d+", f"timeout: {seconds}", text))
        play = {
            "hosts": "localhost",
            "connection": "local",
            "gather_facts": False,
            "vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}", **variables},
            "tasks": [{"ansible.builtin.include_tasks": str(tmp_path / name)}],
        }
        (tmp_path / "play.yml").write_text(json.dumps([play]))
        collections = {"ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".collections")}
        return run_playbook("-i", "localhost,", str(tmp_path / "play.yml"), cwd=tmp_path, **collections)

    return call


def build_manifest(run, mirror, checksum):
    manifest = {"url": f"{mirror.url}/kube-flannel.yml", "checksum": checksum}
    definition = {"name": "Flannel", "manifest": manifest}
    return run("pod_network", "manifest.yml", limit_for(mirror), __pod_network_definition=definition)


@pytest.mark.parametrize(
    ("fault", "tries", "reason"),
    [
        ("other", 3, f"did not match {sum_of(MANIFEST)[7:]}; it was {sum_of(PAGE)[7:]}: check the server, "),
        pytest.param("status", 3, "HTTP Error 500", marks=pytest.mark.more),
        pytest.param("cut", 3, "", marks=pytest.mark.more),
        pytest.param("slow", 1, "Timed out after 6 second", marks=pytest.mark.more),
    ],
)
def test_a_manifest_that_cannot_be_had(run, fault, tries, reason):
    with misbehaving(MANIFEST, fault) as mirror:
        done = build_manifest(run, mirror, sum_of(MANIFEST))
    _host, message, _rest = last_failure(done)
    assert message.startswith(f"Flannel: {mirror.url}/kube-flannel.yml gives no manifest: ")
    assert reason in message
    assert "Nothing was changed" in message
    assert len(mirror.asked) == tries


@pytest.mark.more
def test_a_mirror_that_recovers(run):
    with misbehaving(MANIFEST, "status", "cut", "good") as mirror:
        done = build_manifest(run, mirror, sum_of(MANIFEST))
    assert done.returncode == 0, done.stdout


def fetch_key(run, tmp_path, mirror, checksum=None):
    file = tmp_path / "keyrings" / "kubernetes.asc"
    url = f"{mirror.url}/Release.key"
    done = run(
        "common",
        "packages_source.yml",
        limit_for(mirror),
        __common_key={"url": url, "path": str(file), "checksum": checksum},
        __common_source_files=[{"path": str(tmp_path / "kubernetes.sources"), "content": "Types: deb\n"}],
        common_kubernetes_repository_key=url,
    )
    return done, file


@pytest.mark.parametrize(
    ("fault", "checksum", "reason"),
    [
        ("other", None, "what it sends is no key in ASCII armour"),
        pytest.param("status", None, "HTTP Error 500", marks=pytest.mark.more),
        pytest.param(
            "other",
            sum_of(KEY),
            f"did not match {sum_of(KEY)[7:]}; it was {sum_of(PAGE)[7:]}: check the server. ",
            marks=pytest.mark.more,
        ),
        pytest.param("slow", None, "Timed out after 6 second", marks=pytest.mark.more),
    ],
)
def test_a_key_of_packages_that_cannot_be_had(run, tmp_path, fault, checksum, reason):
    """No file stays that the next run, or apt, would take for the key."""
    with misbehaving(KEY, fault) as mirror:
        done, file = fetch_key(run, tmp_path, mirror, checksum)
    _host, message, _rest = last_failure(done)
    assert message.startswith(f"{mirror.url}/Release.key (common_kubernetes_repository_key) gives no key of packages: ")
    assert reason in message
    assert len(mirror.asked) <= 3
    assert not file.parent.exists()
    assert not (tmp_path / "kubernetes.sources").exists()


@pytest.mark.more
def test_a_key_that_is_there_stays_when_the_mirror_has_another(run, tmp_path):
    file = tmp_path / "keyrings" / "kubernetes.asc"
    file.parent.mkdir()
    file.write_bytes(b"old")
    with misbehaving(KEY, "other") as mirror:
        done, _file = fetch_key(run, tmp_path, mirror, sum_of(KEY))
    assert done.returncode
    assert file.read_bytes() == b"old"


@pytest.mark.more
def test_a_key_is_fetched_once(run, tmp_path):
    with misbehaving(KEY, "good") as mirror:
        for _run in range(2):
            done, file = fetch_key(run, tmp_path, mirror)
            assert done.returncode == 0, done.stdout
    assert file.read_bytes() == KEY
    assert len(mirror.asked) == 1
