# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A version of Kubernetes that the repository does not have is refused once, and before apt is asked."""

from __future__ import annotations

import sys
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
import yaml
from playbook_runs import last_failure, run_playbook

INDEX = """\
Package: kubeadm
Version: 1.36.3-1.1

Package: kubeadm
Version: 1.36.4-1.1

Package: kubelet
Version: 1.36.5-1.1
"""


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_arguments):
        pass


@pytest.fixture
def repository(tmp_path):
    """The URL of a repository of packages, and its directory."""
    folder = tmp_path / "deb"
    folder.mkdir()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", folder
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def check(tmp_path):
    """A function that checks a version for two hosts, which are this machine."""

    def run(repository, version):
        variables = {"common_kubernetes_repository": repository, "common_kubernetes_version": version}
        task = {
            "ansible.builtin.include_role": {"name": "podnet.kubernetes.common", "tasks_from": "version"},
            "vars": variables,
        }
        play = [{"hosts": "all", "gather_facts": False, "tasks": [task]}]
        (tmp_path / "play.yml").write_text(yaml.safe_dump(play))
        own = f"ansible_python_interpreter={sys.executable}"
        return run_playbook("-i", "node1,node2,", "-c", "local", "-e", own, str(tmp_path / "play.yml"))

    return run


REMEDY = (
    "set podnet_kubernetes_version to a version that is there, or common_kubernetes_repository to a repository that "
    "has it."
)


@pytest.mark.parametrize(
    ("index", "offers"),
    [(INDEX, "1.36.3, 1.36.4"), (None, "no such version (it answers 404)")],
)
def test_a_version_that_is_not_there(check, repository, index, offers):
    url, folder = repository
    if index:
        (folder / "Packages").write_text(index)
    done = check(url, "1.36.99")
    assert done.stdout.count("FAILED! =>") == 1, done.stdout
    host, message, _rest = last_failure(done)
    assert message == f"common_kubernetes_version is 1.36.99 on {host}, and {url} has {offers}: {REMEDY}"


def test_a_version_that_is_there(check, repository):
    url, folder = repository
    (folder / "Packages").write_text(INDEX)
    done = check(url, "1.36.4")
    assert done.returncode == 0, done.stdout


def test_an_index_that_only_apt_can_read_is_left_to_apt(check, repository):
    """A repository made by hand may have Packages.gz alone."""
    url, folder = repository
    (folder / "Release").write_text("Suite: stable\n")
    done = check(url, "1.36.99")
    assert done.returncode == 0, done.stdout


def test_where_only_apt_knows_the_way_apt_decides(check):
    done = check("http://127.0.0.1:1", "1.36.99")
    assert done.returncode == 0, done.stdout
