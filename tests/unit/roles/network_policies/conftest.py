# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cluster that consists of its API alone: an HTTP server on loopback, from which objects can only be read."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[4]
RESOURCES = {
    "v1": {"pods": "Pod", "namespaces": "Namespace"},
    "networking.k8s.io/v1": {"networkpolicies": "NetworkPolicy"},
    "apps/v1": {"daemonsets": "DaemonSet"},
}


def answers(objects):
    """Return the answers of the API by their paths; objects are lists by their kind."""
    found = {"/version": {"major": "1", "minor": "36"}, "/api": {"kind": "APIVersions", "versions": ["v1"]}}
    groups = []
    for version, resources in RESOURCES.items():
        path = f"/api/{version}" if version == "v1" else f"/apis/{version}"
        listed = []
        for name, kind in resources.items():
            listed.append(
                {
                    "name": name,
                    "kind": kind,
                    "namespaced": kind != "Namespace",
                    "singularName": "",
                    "verbs": ["get", "list"],
                }
            )
            items = [{"apiVersion": version, "kind": kind, **one} for one in objects.get(kind, [])]
            found[f"{path}/{name}"] = {"apiVersion": version, "kind": f"{kind}List", "metadata": {}, "items": items}
        found[path] = {"kind": "APIResourceList", "groupVersion": version, "resources": listed}
        if version != "v1":
            entry = {"groupVersion": version, "version": version.partition("/")[2]}
            groups.append({"name": version.partition("/")[0], "versions": [entry], "preferredVersion": entry})
    found["/apis"] = {"kind": "APIGroupList", "apiVersion": "v1", "groups": groups}
    return found


@contextmanager
def serve(objects):
    """Serve the objects and yield the URL."""
    known = answers(objects)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            answer = known.get(self.path.partition("?")[0])
            self.send_response(404 if answer is None else 200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(answer or {"kind": "Status", "code": 404}).encode())

        def log_message(self, *arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def run_entry(tmp_path):
    """Returns a function that runs an entry point of the role on such a cluster, with variables."""

    def run(entry, objects, **variables):
        config = tmp_path / "admin.conf"
        play = {
            "hosts": "localhost",
            "connection": "local",
            "gather_facts": False,
            "tasks": [
                # Facts, because the role reads some of them as those of all hosts.
                {"ansible.builtin.set_fact": {"network_policies_kubeconfig": str(config), **variables}},
                {"ansible.builtin.include_role": {"name": "podnet.kubernetes.network_policies", "tasks_from": entry}},
            ],
        }
        (tmp_path / "play.yml").write_text(json.dumps([play]))
        with serve(objects) as url:
            cluster = {"name": "it", "cluster": {"server": url}}
            context = {"name": "it", "context": {"cluster": "it", "user": "it"}}
            content = {"apiVersion": "v1", "kind": "Config", "clusters": [cluster], "contexts": [context]}
            config.write_text(json.dumps({**content, "users": [{"name": "it", "user": {}}], "current-context": "it"}))
            return subprocess.run(
                [Path(sys.executable).with_name("ansible-playbook"), "--inventory=localhost,", tmp_path / "play.yml"],
                env={
                    **os.environ,
                    "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
                    "ANSIBLE_LOCAL_TEMP": str(tmp_path / "a"),
                },
                cwd=ROOT,
                capture_output=True,
                text=True,
                check=False,
            )

    return run
