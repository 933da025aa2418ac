# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No key and no token of a run stands in its output, in a log, in a cache of facts, or where others can read it."""

from __future__ import annotations

import base64
import json
import stat
import sys
from pathlib import Path

from playbook_runs import last_failure, run_playbook
from secret_pieces import pieces_of, places_of

ROOT = Path(__file__).resolve().parents[3]
LINE = "MHcCAQEEIOqJ5u1n8oGx0pTq2Zb3l6c9d1fKx7yVb0aQ4sWm2rLhoAoGCCqGSM49"
KEY = base64.b64encode(f"-----BEGIN EC PRIVATE KEY-----\n{LINE}\n-----END EC PRIVATE KEY-----\n".encode()).decode()
CONFIG = f"""\
apiVersion: v1
kind: Config
current-context: admin@lab
contexts:
- {{name: admin@lab, context: {{cluster: lab, user: admin}}}}
clusters:
- {{name: lab, cluster: {{server: "https://10.0.0.1:6443", certificate-authority-data: Q0E=}}}}
users:
- name: admin
  user:
    client-certificate-data: Yw==
    client-key-data: {KEY}
    token: eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl
"""
TOKEN = "abcdef.fedcba9876543210"
INTERPRETER = {"ansible_python_interpreter": "{{ ansible_playbook_python }}"}


def written(folder):
    """The texts of all files below a directory, by their paths, without the kubeconfig and the play of the test."""
    own = ("cluster.conf", "play.yml", "admin.conf")
    files = (path for path in folder.rglob("*") if path.is_file() and path.name not in own)
    return {str(path): path.read_text(errors="replace") for path in files}


def play(folder, *tasks, **variables):
    """Run tasks with everything that Ansible can show and keep, and return all that it showed and kept."""
    one = {"hosts": "localhost", "connection": "local", "gather_facts": False, "tasks": list(tasks)}
    (folder / "play.yml").write_text(json.dumps([{**one, "vars": {**INTERPRETER, **variables}}]))
    done = run_playbook(
        *("-vvv", "--diff", "-i", "localhost,", str(folder / "play.yml")),
        cwd=folder,
        ANSIBLE_COLLECTIONS_PATH=str(ROOT / ".collections"),
        ANSIBLE_LOG_PATH=str(folder / "ansible.log"),
        ANSIBLE_CACHE_PLUGIN="jsonfile",
        ANSIBLE_CACHE_PLUGIN_CONNECTION=str(folder / "facts"),
        ANSIBLE_INJECT_FACT_VARS="true",
    )
    return done, {"output": done.stdout + done.stderr, **written(folder)}


def test_the_kubeconfig_of_a_cluster_is_shown_nowhere(tmp_path):
    (tmp_path / "cluster.conf").write_text(CONFIG)
    done, texts = play(
        tmp_path,
        {"ansible.builtin.include_role": {"name": "podnet.kubernetes.cluster_access", "tasks_from": "find"}},
        {"ansible.builtin.set_fact": {"kept": "{{ __cluster_access_kept.msg }}", "cacheable": True}},
        cluster_access_places=[str(tmp_path / "cluster.conf")],
        cluster_access_output_dir=str(tmp_path / "out"),
    )
    assert done.returncode == 0, done.stdout
    kept = tmp_path / "out" / "admin.conf"
    assert KEY in kept.read_text()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    encoded = base64.b64encode(CONFIG.encode()).decode()  # as the module sends it to the controller
    assert places_of({*pieces_of(CONFIG), encoded[:200]}, texts) == []
    assert {"output", str(tmp_path / "ansible.log")} <= set(texts)


def test_the_reason_for_which_there_is_no_token_is_shown_and_no_token(tmp_path):
    program = tmp_path / "bin" / "kubeadm"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\necho 'error: {TOKEN}: the API does not answer' >&2\nexit 1\n")
    python = program.with_name("python")
    python.write_text(f'#!/bin/sh\nPATH={program.parent}:$PATH exec {sys.executable} "$@"\n')
    for file in (program, python):
        file.chmod(0o755)
    done, texts = play(
        tmp_path,
        {"ansible.builtin.set_fact": {"__kubeadm_node_state": {"joined": False}}},
        {"ansible.builtin.include_role": {"name": "podnet.kubernetes.kubeadm_node", "tasks_from": "token"}},
        kubeadm_node_control_plane="localhost",
        ansible_python_interpreter=str(python),
    )
    assert done.returncode == 2
    assert last_failure(done)[1] == (
        "localhost made no token, with which nodes join: "
        "kubeadm token create failed: error: TOKEN: the API does not answer"
    )
    del texts[str(program)]
    assert places_of({TOKEN}, texts) == []


def test_a_token_is_shown_nowhere_when_a_node_joins(tmp_path):
    """In check mode, because the machine has no kubeadm. ansible-core 2.19 also shows the arguments."""
    _done, texts = play(
        tmp_path,
        {
            "podnet.kubernetes.kubeadm_join": {
                "name": "node1",
                "token": "{{ secret_of_the_test }}",
                "configuration": {"discovery": {"bootstrapToken": {"apiServerEndpoint": "127.0.0.1:1"}}},
                "timeout": 1,
            },
            "check_mode": True,
        },
        secret_of_the_test=TOKEN,
    )
    # The module had the token, and told what it would do with it.
    assert '"joined": false' in texts["output"]
    assert places_of(pieces_of(TOKEN), texts) == []


def test_the_check_finds_a_secret_that_is_shown(tmp_path):
    (tmp_path / "cluster.conf").write_text(CONFIG)
    shown = {"ansible.builtin.debug": {"msg": "{{ lookup('ansible.builtin.file', path) }}"}}
    _done, texts = play(tmp_path, shown, path=str(tmp_path / "cluster.conf"))
    assert places_of(pieces_of(CONFIG), texts) == [str(tmp_path / "ansible.log"), "output"]
