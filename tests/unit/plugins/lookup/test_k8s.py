# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys

import pytest

KEY = "this would be the key of the cluster"


@pytest.fixture
def kubeconfig(tmp_path):
    """A kubeconfig with certificates, as kubeadm writes it, for a cluster that does not answer."""
    secret = base64.b64encode(KEY.encode()).decode()
    cluster = {"server": "https://127.0.0.1:1", "certificate-authority-data": secret}
    user = {"client-certificate-data": secret, "client-key-data": secret}
    path = tmp_path / "admin.conf"
    path.write_text(
        json.dumps(
            {
                "apiVersion": "v1",
                "kind": "Config",
                "current-context": "lab",
                "clusters": [{"name": "lab", "cluster": cluster}],
                "users": [{"name": "admin", "user": user}],
                "contexts": [{"name": "lab", "context": {"cluster": "lab", "user": "admin"}}],
            }
        )
    )
    return path


# The first row proves that the test sees a remaining key. Since 3.13 Python also cleans up after forked processes.
@pytest.mark.parametrize(
    ("lookup", "left"), [("kubernetes.core.k8s", sys.version_info < (3, 13)), ("podnet.kubernetes.k8s", False)]
)
def test_a_task_leaves_no_key_of_the_cluster(lookup, left, kubeconfig, tmp_path):
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    task = f"msg={{{{ query('{lookup}', kind='Node', kubeconfig='{kubeconfig}') }}}}"
    done = subprocess.run(
        ["ansible", "localhost", "-m", "ansible.builtin.debug", "-a", task],
        env={**os.environ, "TMPDIR": str(temporary), "ANSIBLE_LOCAL_TEMP": str(tmp_path / "ansible")},
        check=False,
        capture_output=True,
        text=True,
    )
    assert "Connection refused" in done.stdout + done.stderr  # it had read its keys
    keys = [path for path in tmp_path.rglob("*") if path.is_file() and KEY in path.read_text(errors="replace")]
    assert bool(keys) == left
