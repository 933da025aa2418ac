# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from types import SimpleNamespace

import pytest
from ansible.errors import AnsibleLookupError
from ansible_collections.kubernetes.core.plugins.lookup.k8s import LookupModule as Upstream

from ansible_collections.podnet.kubernetes.plugins.lookup import k8s
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.api_errors import UNREACHED

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


class Refusal(BaseHTTPRequestHandler):
    """An API that forbids all questions."""

    def do_GET(self):
        body = b'{"kind": "Status", "message": "nodes is forbidden"}'
        self.send_response(403)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments):
        pass


@pytest.fixture
def forbidden():
    """The URL of an API that forbids all questions."""
    server = HTTPServer(("127.0.0.1", 0), Refusal)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def read_error(monkeypatch):
    """Read nodes with a kubeconfig, in the process of the test, and take the message of the error."""
    monkeypatch.setattr(k8s, "lookup_loader", SimpleNamespace(get=lambda *_arguments, **_options: Upstream()))

    def read(path):
        with pytest.raises(AnsibleLookupError) as raised:
            k8s.LookupModule().run([], kind="Node", kubeconfig=str(path))
        return raised.value.message

    return read


def test_a_refusal_is_the_sentence_of_the_api(read_error, kubeconfig, forbidden):
    config = json.loads(kubeconfig.read_text())
    config["clusters"][0]["cluster"] = {"server": forbidden}
    config["users"][0]["user"] = {"token": "some"}
    kubeconfig.write_text(json.dumps(config))
    expected = f"k8s: cannot read Node objects from {forbidden} (kubeconfig {kubeconfig}): nodes is forbidden"
    assert read_error(kubeconfig) == expected


def test_an_api_that_does_not_answer(read_error, kubeconfig):
    assert read_error(kubeconfig) == (
        f"k8s: cannot read Node objects from https://127.0.0.1:1 (kubeconfig {kubeconfig}): Connection refused: "
        f"{UNREACHED}"
    )


@pytest.mark.parametrize(
    ("ways", "taken"),
    [(None, "a.conf"), ({}, "a.conf"), ({"b.conf": "c.conf"}, "a.conf"), ({"a.conf": "c.conf"}, "c.conf")],
)
def test_the_way_that_is_open_is_taken(monkeypatch, ways, taken):
    asked = []
    upstream = SimpleNamespace(run=lambda _terms, _variables, **options: asked.append(options) or [])
    monkeypatch.setattr(k8s, "lookup_loader", SimpleNamespace(get=lambda *_arguments, **_options: upstream))
    variables = {"hostvars": {"localhost": {} if ways is None else {"cluster_access_ways": ways}}}
    k8s.LookupModule().run([], variables, kind="Node", kubeconfig="a.conf")
    k8s.LookupModule().run([], variables, kind="Node")
    k8s.LookupModule().run([], None, kind="Node", kubeconfig="a.conf")
    assert [options.get("kubeconfig") for options in asked] == [taken, None, "a.conf"]


class Proxy(BaseHTTPRequestHandler):
    """A proxy that remembers the hosts it is asked for, and lets nobody through."""

    def do_CONNECT(self):
        self.server.asked.append(self.path)
        self.send_error(502, "Bad Gateway")

    def log_message(self, *_arguments):
        pass


@pytest.fixture
def proxy():
    """A proxy: its URL, and the list of the hosts it was asked for."""
    server = HTTPServer(("127.0.0.1", 0), Proxy)
    server.asked = []
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield SimpleNamespace(url=f"http://127.0.0.1:{server.server_port}", asked=server.asked)
    server.shutdown()
    thread.join()
    server.server_close()


def without_certificates(kubeconfig, **cluster):
    """Change the kubeconfig: a token in place of certificates, and these fields of the cluster."""
    config = json.loads(kubeconfig.read_text())
    config["clusters"][0]["cluster"] = {"server": "https://127.0.0.1:1", **cluster}
    config["users"][0]["user"] = {"token": "some"}
    kubeconfig.write_text(json.dumps(config))


# How a user names the proxy: by the kubeconfig, or by the environment. NO_PROXY takes hosts and networks.
WAYS = [
    (True, {}, True),
    (False, {"HTTPS_PROXY": "proxy"}, True),
    (False, {"https_proxy": "proxy"}, True),
    (False, {"HTTPS_PROXY": "proxy", "NO_PROXY": "example.org"}, True),
    (False, {"HTTPS_PROXY": "proxy", "NO_PROXY": "127.0.0.0/8"}, False),
    (False, {"https_proxy": "proxy", "no_proxy": "localhost,127.0.0.1"}, False),
    (False, {"HTTP_PROXY": "proxy"}, False),
]


@pytest.mark.parametrize(("named", "environment", "passed"), WAYS)
def test_a_proxy_is_honoured_and_named(read_error, kubeconfig, proxy, monkeypatch, named, environment, passed):
    without_certificates(kubeconfig, **({"proxy-url": proxy.url} if named else {}))
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, proxy.url if value == "proxy" else value)
    message = read_error(kubeconfig)
    assert bool(proxy.asked) == passed, message
    assert set(proxy.asked) <= {"127.0.0.1:1"}
    assert (f"through the proxy {proxy.url} (kubeconfig" in message) == passed
    assert ("502 Bad Gateway" in message) == passed
    assert ("Connection refused" in message) != passed


@pytest.mark.parametrize(("named", "environment", "passed"), [WAYS[0], WAYS[1], WAYS[4]])
def test_the_modules_of_kubernetes_core_honour_it_too(kubeconfig, proxy, named, environment, passed):
    without_certificates(kubeconfig, **({"proxy-url": proxy.url} if named else {}))
    own = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    own |= {name: proxy.url if value == "proxy" else value for name, value in environment.items()}
    options = f"kind=Node kubeconfig={kubeconfig}"
    interpreter = f"ansible_python_interpreter={sys.executable}"
    command = ["ansible", "localhost", "-e", interpreter, "-m", "kubernetes.core.k8s_info", "-a", options]
    done = subprocess.run(command, env=own, check=False, capture_output=True, text=True)
    assert done.returncode == 2
    assert bool(proxy.asked) == passed, done.stdout


def test_no_kubeconfig(read_error, tmp_path):
    path = tmp_path / "none.conf"
    assert read_error(path) == (
        f"k8s: cannot read Node objects (kubeconfig {path}): the kubeconfig does not exist: give the path of a "
        "kubeconfig on the controller"
    )


@pytest.mark.parametrize("text", ["", "{", "a: b"])
def test_something_else_than_a_kubeconfig(read_error, tmp_path, text):
    path = tmp_path / "admin.conf"
    path.write_text(text)
    assert read_error(path).startswith(f"k8s: cannot read Node objects (kubeconfig {path}): the kubeconfig is wrong: ")
