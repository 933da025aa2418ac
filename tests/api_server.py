# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small API on loopback for tests of actions: it keeps objects by their path, and refuses what a test names."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest
from ansible_collections.kubernetes.core.plugins.lookup.k8s import LookupModule as Upstream

from ansible_collections.podnet.kubernetes.plugins.lookup import k8s
from ansible_collections.podnet.kubernetes.plugins.plugin_utils import cluster_api

VERBS = ["create", "delete", "get", "list", "patch"]
# The kinds that the API knows, by group.
KINDS = {
    "v1": {
        "namespaces": "Namespace",
        "nodes": "Node",
        "pods": "Pod",
        "services": "Service",
        "configmaps": "ConfigMap",
    },
    "discovery.k8s.io/v1": {"endpointslices": "EndpointSlice"},
    "networking.k8s.io/v1": {"networkpolicies": "NetworkPolicy"},
    "policy/v1": {"poddisruptionbudgets": "PodDisruptionBudget"},
    "admissionregistration.k8s.io/v1": {"validatingwebhookconfigurations": "ValidatingWebhookConfiguration"},
}
NAMESPACED = {"Pod", "Service", "ConfigMap", "EndpointSlice", "NetworkPolicy", "PodDisruptionBudget"}
READY = {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}


def group_list():
    groups = [one for one in KINDS if "/" in one]
    versions = [{"groupVersion": one, "version": one.partition("/")[2]} for one in groups]
    return {
        "kind": "APIGroupList",
        "groups": [
            {"name": one.partition("/")[0], "versions": [version], "preferredVersion": version}
            for one, version in zip(groups, versions)
        ],
    }


def resource_list(version):
    resources = [
        {"name": plural, "singularName": "", "kind": kind, "namespaced": kind in NAMESPACED, "verbs": VERBS}
        for plural, kind in KINDS[version].items()
    ]
    if version == "v1":
        eviction = {"name": "pods/eviction", "kind": "Eviction", "group": "policy", "version": "v1"}
        resources.append({**eviction, "singularName": "", "namespaced": True, "verbs": ["create"]})
    return {"kind": "APIResourceList", "groupVersion": version, "resources": resources}


class Api(BaseHTTPRequestHandler):
    """An API that keeps objects by their path. A pod becomes ready when its namespace was listed some times."""

    protocol_version = "HTTP/1.1"

    def answer(self, content, status=200):
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        path = urlsplit(self.path).path
        if self.server.rightless:
            self.server.rightless -= 1
            return self.answer({"kind": "Status", "message": f"you may not get {path}"}, 403)
        if path == "/version":
            return self.answer({"major": "1", "minor": "36"})
        if path == "/api":
            return self.answer({"kind": "APIVersions", "versions": ["v1"]})
        if path == "/apis":
            return self.answer(group_list())
        version = path.removeprefix("/apis/").removeprefix("/api/")
        if version in KINDS:
            return self.answer(resource_list(version))
        if path in self.server.objects:
            return self.answer(self.server.objects[path])
        plural = path.rpartition("/")[2]
        if plural in self.server.forbidden:
            return self.answer({"kind": "Status", "message": f"{plural} is forbidden"}, 403)
        kind = next((kinds[plural] for kinds in KINDS.values() if plural in kinds), None)
        if kind is None:
            return self.answer({"kind": "Status", "reason": "NotFound"}, 404)
        if kind == "Pod":
            self.server.looks += 1
            if self.server.looks == self.server.fails_at:
                return self.answer({"kind": "Status", "message": "etcd has no leader"}, 500)
        items = [one for one in self.server.objects.values() if one["kind"] == kind]
        if kind == "Pod" and self.server.looks >= self.server.ready_at:
            items = [{**one, "status": READY} for one in items]
        return self.answer({"kind": f"{kind}List", "apiVersion": version.rpartition("/")[0], "items": items})

    def do_PATCH(self):
        if self.server.cut:
            self.server.cut -= 1
            self.close_connection = True
            return None
        given = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        # A patch of one field names neither kind nor object.
        known = self.server.objects.get(urlsplit(self.path).path, {})
        content = {**{name: known[name] for name in ("kind", "metadata") if name in known}, **given}
        self.server.sent.append(("apply", content["kind"], content["metadata"]["name"], self.headers["Content-Type"]))
        if self.server.together and content["kind"] == "Pod":
            self.server.together.wait(10)
        if content["kind"] in self.server.refused:
            return self.answer({"kind": "Status", "message": self.server.refused[content["kind"]]}, 500)
        parts = urlsplit(self.path)
        applied = {**self.server.objects.get(parts.path, {}), **content}
        # Each request has a number of its own, as if it were a change.
        applied["metadata"] = {**content["metadata"], "resourceVersion": str(len(self.server.sent))}
        if "dryRun=All" not in parts.query:
            self.server.objects[parts.path] = applied
        return self.answer(applied)

    def do_POST(self):
        """Evict a pod, which ends at once."""
        self.rfile.read(int(self.headers["Content-Length"]))
        path = urlsplit(self.path).path.removesuffix("/eviction")
        self.server.sent.append(("evict", path))
        status, message = next(self.server.evictions.get(path, iter(())), (201, ""))
        if status == 201 and self.server.objects.pop(path, None) is None:
            status = 404
        return self.answer({"kind": "Status", "message": message}, status)

    def do_DELETE(self):
        path = urlsplit(self.path).path
        self.server.sent.append(("delete", path))
        if path.split("/")[-2] in self.server.forbidden:
            return self.answer({"kind": "Status", "message": "you may delete nothing"}, 403)
        found = self.server.objects.pop(path, None)
        return self.answer(found or {"kind": "Status", "reason": "NotFound"}, 200 if found else 404)

    def log_message(self, *_arguments):
        pass


@contextmanager
def serving() -> Iterator[Any]:
    """Run the API for the block. A test sets what it has and refuses, and reads what was sent."""
    server: Any = ThreadingHTTPServer(("127.0.0.1", 0), Api)
    server.objects, server.sent, server.refused, server.forbidden = {}, [], {}, set()
    server.looks, server.ready_at, server.fails_at = 0, 1, None
    server.rightless = 0  # the number of questions that it answers without knowing any rights
    server.together = None  # a barrier that pods wait for
    server.evictions = {}  # an iterator of statuses and messages by the path of a pod; after its end the pod goes
    server.cut = 0  # the number of requests to make or change an object that get no answer
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def write_kubeconfig(path: Path, port: int) -> None:
    """Write a kubeconfig of the API."""
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "a",
        "clusters": [{"name": "a", "cluster": {"server": f"http://127.0.0.1:{port}"}}],
        "users": [{"name": "a", "user": {"token": "some"}}],
        "contexts": [{"name": "a", "context": {"cluster": "a", "user": "a"}}],
    }
    path.write_text(json.dumps(config))


def action_runner(
    module: Any, server: Any, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., dict[str, Any]]:
    """Make a function that runs the action of a module against the API, and returns its result."""
    lookups = {"kubernetes.core.k8s": Upstream, "podnet.kubernetes.k8s": k8s.LookupModule}
    loader = SimpleNamespace(get=lambda name, **_options: lookups[name]())
    monkeypatch.setattr(k8s, "lookup_loader", loader)
    monkeypatch.setattr(cluster_api, "lookup_loader", loader)
    monkeypatch.setattr("ansible.constants.DEFAULT_LOCAL_TMP", str(folder))
    path = folder / "admin.conf"
    write_kubeconfig(path, server.server_port)

    def run(arguments: dict[str, Any], check_mode: bool = False, diff: bool = False) -> dict[str, Any]:
        every = {"kubeconfig": str(path), **arguments}
        task = SimpleNamespace(args=every, check_mode=check_mode, diff=diff, async_val=0, action="action")
        nothing = dict.fromkeys(["play_context", "loader", "templar", "shared_loader_obj"])
        connection = SimpleNamespace(_shell=SimpleNamespace(tmpdir=None))
        result: dict[str, Any] = module.ActionModule(task, connection, **nothing).run(task_vars={})
        return result

    return run
