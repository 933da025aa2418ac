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

    def call(role, name, seconds, environment=None, **variables):
        # Waits and time limits of the files stay, only shorter.
        for file in (ROLES / role / "tasks").iterdir():
            text = re.sub(r"\bdelay: \d+", "delay: 1", file.read_text())
            (tmp_path / file.name).write_text(re.sub(r"\btimeout: \d+", f"timeout: {seconds}", text))
        play = {
            "hosts": "localhost",
            "connection": "local",
            "gather_facts": False,
            "environment": environment or {},
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
        pytest.param("cut", None, "", marks=pytest.mark.more),
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


DEB = b"!<arch>\n" + b"x" * 4000
INDEX = f"""\
Package: podnet-none
Version: 1.0
Architecture: all
Maintainer: nobody
Description: none
Filename: ./podnet-none.deb
Size: {len(DEB)}
SHA256: {hashlib.sha256(DEB).hexdigest()}
""".encode()


def private_apt(folder, url):
    """Make an apt of its own that has one source, no packages, and no program that would install one."""
    for name in ("apt.conf.d", "preferences.d", "sources.list.d", "trusted.gpg.d"):
        (folder / "etc/apt" / name).mkdir(parents=True)
    for name in ("lib/apt/lists/partial", "cache/apt/archives/partial", "log/apt"):
        (folder / "var" / name).mkdir(parents=True)
    (folder / "status").touch()
    (folder / "etc/apt/sources.list").write_text(f"deb [trusted=yes] {url}/deb ./\n")
    settings = {
        "Dir": folder,
        "Dir::State::status": folder / "status",
        "Dir::Bin::dpkg": "/bin/false",
        "APT::Sandbox::User": "root",
        "Acquire::Languages": "none",
        "Acquire::http::Proxy": "DIRECT",
    }
    file = folder / "apt.conf"
    file.write_text("".join(f'{name} "{value}";\n' for name, value in settings.items()))
    return {"APT_CONFIG": str(file)}


@pytest.mark.more
@pytest.mark.skipif(not Path("/usr/lib/python3/dist-packages/apt").exists(), reason="needs Debian's python3-apt")
@pytest.mark.parametrize(
    ("bad", "fault", "reason"),
    [
        ("InRelease", "status", "/deb/./InRelease  500  Internal Server Error"),
        ("Packages", "cut", "/deb/./Packages  "),
        ("podnet-none.deb", "status", "/deb/./podnet-none.deb  500  Internal Server Error"),
        ("podnet-none.deb", "cut", "/deb/./podnet-none.deb  "),
        ("podnet-none.deb", "other", f"/deb/./podnet-none.deb  File has unexpected size ({len(PAGE)} != {len(DEB)})"),
    ],
)
def test_packages_that_cannot_be_had(run, tmp_path, bad, fault, reason):
    """apt has the packages of its lists alone, and has none that it could install."""
    packed = [f"Packages.{end}" for end in ("xz", "gz", "bz2", "lzma", "lz4", "zst")]
    lists = ("InRelease", "Release", "Release.gpg", *packed)
    right = {f"/deb/./{name}": None for name in lists} | {"/deb/./Packages": INDEX, "/deb/./podnet-none.deb": DEB}
    content = right.pop(f"/deb/./{bad}") or b""
    with misbehaving(content, fault, right=right) as mirror:
        done = run(
            "common",
            "packages_install.yml",
            60,
            private_apt(tmp_path / "apt", mirror.url),
            __common_install=["podnet-none=1.0"],
        )
        asked = [path for path in mirror.asked if path.endswith(bad)]
    _host, message, _rest = last_failure(done)
    assert message.startswith("localhost: apt did not install podnet-none=1.0: ")
    assert f"Failed to fetch {mirror.url}{reason}" in message
    assert message.endswith("apt installs nothing before it has everything.")
    assert 1 <= len(asked) <= 12
    assert not list((tmp_path / "apt/var/cache/apt/archives").glob("*.deb"))
