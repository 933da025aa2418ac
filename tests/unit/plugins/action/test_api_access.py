# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from types import SimpleNamespace

import pytest
import yaml

from ansible_collections.podnet.kubernetes.plugins.action import api_access
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import ClusterError, InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.kubeconfig import read_api
from ansible_collections.podnet.kubernetes.plugins.plugin_utils import ssh_forward
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.api_errors import UNREACHED

FAKE = Path(__file__).parents[1] / "plugin_utils" / "fake_ssh.py"


class Api(BaseHTTPRequestHandler):
    """An API that answers."""

    def do_GET(self):
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_arguments):
        pass


@pytest.fixture
def api():
    """The port of an API on the loopback address."""
    server = HTTPServer(("127.0.0.1", 0), Api)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


def write_kubeconfig(path, server, **cluster):
    config = {
        "current-context": "a",
        "contexts": [{"name": "a", "context": {"cluster": "c", "user": "u"}}],
        "clusters": [{"name": "c", "cluster": {"server": server, **cluster}}],
        "users": [{"name": "u", "user": {"client-key": "c.key"}}],
    }
    path.write_text(yaml.safe_dump(config))
    return path


@pytest.fixture
def play(tmp_path):
    """A function that runs api_access in a play, for a host whose ssh is the stand-in, and returns the messages."""
    ssh = tmp_path / "ssh"
    ssh.write_text(f'#!/bin/sh\nexec {sys.executable} {FAKE} "$@"\n')
    ssh.chmod(0o755)

    def run(kubeconfig, way, after=(), connection="ssh", start=None, arguments=(), **environment):
        options = {"kubeconfig": str(kubeconfig), "through": way, "directory": str(tmp_path / "out")}
        tasks = [
            {"podnet.kubernetes.api_access": options, "register": "api"},
            {"ansible.builtin.debug": {"msg": "{{ api | to_json }}"}},
            *after,
        ]
        (tmp_path / "play.yml").write_text(yaml.safe_dump([{"hosts": "all", "gather_facts": False, "tasks": tasks}]))
        own = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
        command = ["ansible-playbook", "-i", "master,", "-c", connection, str(tmp_path / "play.yml"), *arguments]
        settings = {
            **own,
            "ANSIBLE_SSH_EXECUTABLE": str(ssh),
            "ANSIBLE_CALLBACK_RESULT_FORMAT": "json",
            "ANSIBLE_CALLBACKS_ENABLED": "ansible.posix.timer",
            **environment,
        }
        output = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
        if start is None:
            return subprocess.run(command, env=settings, check=False, **output)
        return start(command, env=settings, **output)

    return run


def message(done):
    """The last message of a play."""
    text = done.stdout.rpartition('"msg": ')[2]
    assert text, done.stdout
    return json.JSONDecoder().raw_decode(text)[0]


def result(done):
    """What the last task of a play shows, when it is JSON; else its message, which is an error."""
    text = message(done)
    return json.loads(text) if text.startswith("{") else {"msg": text}


def test_the_controller_connects(play, api, tmp_path):
    path = write_kubeconfig(tmp_path / "admin.conf", f"http://127.0.0.1:{api}")
    found = result(play(path, "controller"))
    assert found["kubeconfig"] == str(path)
    assert found["msg"] == f"The controller asks the API at http://127.0.0.1:{api} (kubeconfig {path})."
    assert not (tmp_path / "out").exists()


def test_check_mode_finds_the_kubeconfig_of_a_cluster_that_is_gone(play, tmp_path):
    """So it says what the run that makes the next cluster would do."""
    path = write_kubeconfig(tmp_path / "admin.conf", "https://127.0.0.1:1")
    found = result(play(path, "controller", arguments=["--check"]))
    assert found["msg"].startswith("There is no cluster to ask yet: no connection to the API at https://127.0.0.1:1")
    path.write_text("[")
    assert "There is no cluster" not in message(play(path, "controller", arguments=["--check"]))


@pytest.fixture
def reach(tmp_path, monkeypatch):
    """A function that connects to the server of a kubeconfig, with these variables of the environment."""

    def run(server, environment=None, **cluster):
        for name in ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
            monkeypatch.delenv(name.lower(), raising=False)
        for name, value in (environment or {}).items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(api_access, "PAUSES", ())
        path = write_kubeconfig(tmp_path / "admin.conf", server, **cluster)
        return api_access.reach(read_api(api_access.read(path), str(path)), "admin.conf")

    return run


def test_the_api_refuses(reach):
    with pytest.raises(ClusterError) as raised:
        reach("https://127.0.0.1:1")
    assert str(raised.value) == (
        "no connection to the API at https://127.0.0.1:1 (kubeconfig admin.conf): Connection refused: " + UNREACHED
    )


def test_an_address_without_a_route_takes_seconds(reach, monkeypatch):
    monkeypatch.setattr(api_access, "CONNECT", 0.2)
    with pytest.raises(ClusterError, match=r"192.0.2.1:6443 \(kubeconfig admin.conf\): [\w ]+: the controller "):
        reach("https://192.0.2.1:6443")


PROXY = "http://me:secret@127.0.0.1:1"


@pytest.mark.parametrize(
    ("cluster", "environment"),
    [
        ({"proxy-url": PROXY}, {}),
        ({"proxy-url": PROXY}, {"NO_PROXY": "example.org", "HTTPS_PROXY": "http://other"}),
        ({}, {"HTTPS_PROXY": PROXY, "NO_PROXY": "example.org"}),
        ({}, {"ALL_PROXY": PROXY}),
    ],
)
def test_the_proxy_refuses(reach, cluster, environment):
    with pytest.raises(ClusterError) as raised:
        reach("https://192.0.2.1:6443", environment, **cluster)
    assert str(raised.value) == (
        "no connection to the API at https://192.0.2.1:6443 through the proxy http://127.0.0.1:1 (kubeconfig "
        "admin.conf): Connection refused: check the proxy, or change proxy-url, HTTPS_PROXY and NO_PROXY"
    )


@pytest.mark.parametrize("proxy", ["proxy:3128", "http://proxy:abc", "http://", "http://[fd00::1:3128"])
def test_a_proxy_that_is_no_url_is_named(reach, proxy):
    with pytest.raises(InputError, match=r"^the proxy .* is no URL: give one with a scheme, a host and a port"):
        reach("https://192.0.2.1:6443", {"HTTPS_PROXY": proxy})


def test_a_server_whose_name_no_dns_can_have_is_one_sentence(reach):
    with pytest.raises(ClusterError, match=r"no connection to the API at https://api\.\.example\.org:6443 "):
        reach("https://api..example.org:6443")


@pytest.mark.parametrize("not_for", ["127.0.0.1", "localhost,127.0.0.1", "*", "127.0.0.0/8"])
def test_no_proxy_is_asked_for_a_host_of_no_proxy(reach, api, not_for):
    told = f"The controller asks the API at http://127.0.0.1:{api} (kubeconfig admin.conf)."
    assert reach(f"http://127.0.0.1:{api}", {"HTTP_PROXY": PROXY, "NO_PROXY": not_for}) == told
    # The client has the same rule for the proxy of the kubeconfig.
    assert reach(f"http://127.0.0.1:{api}", {"NO_PROXY": not_for}, **{"proxy-url": PROXY}) == told


def open_ports():
    lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
    return {int(line.split()[1].rpartition(":")[2], 16) for line in lines if line.split()[3] == "0A"}


# The server in the kubeconfig is tried first, and the loopback address of the control plane next.
def test_the_control_plane_connects(play, api, tmp_path):
    server = "api.invalid"
    path = write_kubeconfig(tmp_path / "admin.conf", f"http://{server}:{api}", **{"proxy-url": "http://none"})
    shown = {"ansible.builtin.debug": {"msg": "{{ {'api': api, 'copy': lookup('file', api.kubeconfig)} | to_json }}"}}
    before = path.read_text()
    found = result(play(path, "control_plane", [shown]))
    assert found["api"]["msg"] == (
        f"master asks the API at http://{server}:{api} for the controller, by SSH (kubeconfig {path})."
    )
    config = yaml.safe_load(found["copy"])
    cluster = config["clusters"][0]["cluster"]
    port = int(cluster["server"].rpartition(":")[2])
    assert cluster == {"server": f"http://127.0.0.1:{port}", "proxy-url": ""}
    assert config["users"][0]["user"]["client-key"] == str(tmp_path / "c.key")
    assert port != api
    assert path.read_text() == before
    # Nothing of it outlives Ansible.
    assert waits_until(lambda: port not in open_ports() and not list((tmp_path / "out").iterdir()))


def waits_until(condition, seconds=60.0):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return False


def test_the_forward_ends_when_ansible_is_killed(play, api, tmp_path):
    path = write_kubeconfig(tmp_path / "admin.conf", f"http://127.0.0.1:{api}")
    waiting = {"ansible.builtin.wait_for": {"path": "/nonexistent"}, "delegate_to": "localhost"}
    ansible = play(path, "control_plane", [waiting], start=subprocess.Popen)
    try:
        copies = tmp_path / "out"
        assert waits_until(lambda: copies.exists() and any(copies.glob("[0-9]*")), 180)
        [copy] = copies.glob("[0-9]*")
        assert oct(copy.stat().st_mode & 0o777) == "0o600"
        port = int(yaml.safe_load(copy.read_text())["clusters"][0]["cluster"]["server"].rpartition(":")[2])
        assert port in open_ports()
    finally:
        ansible.send_signal(signal.SIGKILL)
        ansible.communicate()
    assert waits_until(lambda: port not in open_ports() and not copy.exists())


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        (
            {"FAKE_SSH_SAYS": "debug1: so\nmaster: Permission denied (publickey)."},
            "the API is not reached through master (podnet_api_through is control_plane): master: Permission denied "
            "(publickey).",
        ),
        (
            {"FAKE_SSH_FORBIDS": "1"},
            "master does not forward ports (podnet_api_through is control_plane): set AllowTcpForwarding to yes in its "
            "sshd_config, or podnet_api_through to controller",
        ),
        (
            {},
            "master does not reach the API at 127.0.0.1:1 either: Connection refused: check the API server there",
        ),
    ],
)
def test_the_control_plane_refuses(play, tmp_path, environment, sentence):
    path = write_kubeconfig(tmp_path / "admin.conf", "https://127.0.0.1:1")
    began = time.monotonic()
    assert result(play(path, "control_plane", **environment))["msg"] == sentence
    assert time.monotonic() - began < 20  # an answer that will not come is not waited for
    assert not any(path.name.endswith("forwarded.conf") for path in tmp_path.rglob("*"))


def test_another_connection_than_ssh_is_named(tmp_path):
    connection = SimpleNamespace(transport="podman")
    with pytest.raises(InputError, match=r"master is reached by the connection podman: set ansible_conn"):
        ssh_forward.open_forward(connection, "master", [], ssh_forward.Server(True), tmp_path / "file")


def test_a_control_plane_that_is_the_controller_connects_itself(play, api, tmp_path):
    path = write_kubeconfig(tmp_path / "admin.conf", f"http://127.0.0.1:{api}")
    found = result(play(path, "control_plane", connection="local"))
    assert found["msg"] == f"The controller asks the API at http://127.0.0.1:{api} (kubeconfig {path})."


def test_a_list_of_kubeconfigs_is_merged_by_the_client_and_so_has_no_other_way(play, tmp_path):
    files = f"{tmp_path}/a.conf:{tmp_path}/b.conf"
    assert result(play(files, "controller"))["msg"] == f"The controller asks the API (kubeconfig {files})."
    assert result(play(files, "control_plane"))["msg"] == (
        f"podnet_api_through is control_plane, and kubeconfig {files} is a list: give one file"
    )


def test_a_kubeconfig_that_is_not_there(tmp_path):
    with pytest.raises(InputError) as raised:
        api_access.read(tmp_path / "none")
    assert str(raised.value) == (
        f"kubeconfig {tmp_path}/none: No such file or directory: give the path of a kubeconfig on the controller"
    )
