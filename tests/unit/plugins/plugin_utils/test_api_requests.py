# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import nullcontext
from types import SimpleNamespace

import pytest
from kubernetes.client import ApiException

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import (
    ClusterError,
    InputError,
    PodnetError,
)
from ansible_collections.podnet.kubernetes.plugins.plugin_utils import api_requests

# Ansible imports an action in the process from which it forks all later tasks.
LOAD = """
import sys
from ansible.plugins.loader import action_loader, init_plugin_loader
init_plugin_loader()
{}
assert action_loader.get("podnet.kubernetes.{}", class_only=True)
print("kubernetes.dynamic" in sys.modules)
"""


@pytest.mark.parametrize(
    ("before", "action", "loaded"),
    [
        ("", "api_access", "True"),
        ("", "connectivity_pods", "True"),
        ("", "check_settings", "False"),
        # Without the client the action is there, and says what is missing when it runs.
        ("sys.modules['kubernetes.client'] = None", "api_access", "False"),
        ("sys.modules['kubernetes.client'] = None", "connectivity_pods", "False"),
    ],
)
def test_an_action_loads_the_client_for_the_tasks_after_it(before, action, loaded):
    command = [sys.executable, "-c", LOAD.format(before, action)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.stdout.strip() == loaded, done.stderr


def test_a_controller_without_the_client(monkeypatch):
    api_requests.check_client()
    monkeypatch.setattr(api_requests, "MISSING", ImportError("No module named 'kubernetes'"))
    for ask in (api_requests.check_client, lambda: api_requests.send(dict, {"kind": "Node"})):
        with pytest.raises(InputError) as raised:
            ask()
        assert str(raised.value) == (
            "k8s: No module named 'kubernetes': install the Python package kubernetes on the controller"
        )


def refused(status, message=""):
    """The client's error for an answer of the API."""
    error = ApiException(status=status, reason="So")
    error.body = json.dumps({"kind": "Status", "message": message})
    return error


class Request:
    """A request that fails with some errors, one after another, and then gets an answer."""

    def __init__(self, *errors):
        self.errors, self.sent = list(errors), 0

    def __call__(self):
        self.sent += 1
        if self.errors:
            raise self.errors.pop(0)
        return "answer"


@pytest.fixture
def pauses(monkeypatch):
    """A clock that only pauses move, and its pauses."""
    slept = []
    clock = SimpleNamespace(sleep=slept.append, monotonic=lambda: sum(slept))
    monkeypatch.setattr(api_requests, "time", clock)
    return slept


def name_of(error):
    return str(getattr(error, "status", error))


LATE = [
    refused(429, "too many requests"),
    refused(503, "the server is currently unable to handle the request"),
    refused(504, "Timeout: request did not complete within requested timeout - context deadline exceeded"),
    refused(500, "etcdserver: request timed out"),
    refused(500, "etcdserver: leader changed"),
    ConnectionResetError(104, "Connection reset by peer"),
    BrokenPipeError(32, "Broken pipe"),
]


@pytest.mark.parametrize("error", LATE, ids=name_of)
def test_a_late_api_is_asked_again(pauses, error):
    request = Request(error, error)
    assert api_requests.send(request, {"kind": "Node"}) == "answer"
    assert (request.sent, len(pauses)) == (3, 2)


LASTING = [
    refused(403, "nodes is forbidden"),
    refused(404, "not found"),
    refused(409, "Apply failed with 1 conflict"),
    refused(500, 'failed calling webhook "pods.example.com": context deadline exceeded'),
    ConnectionRefusedError(111, "Connection refused"),
    OSError(113, "No route to host"),
]


@pytest.mark.parametrize("error", LASTING, ids=name_of)
def test_what_lasts_is_said_at_once(pauses, error):
    request = Request(error)
    with pytest.raises(ClusterError, match=r"^k8s: cannot read Node objects"):
        api_requests.send(request, {"kind": "Node"})
    assert (request.sent, pauses) == (1, [])


@pytest.fixture
def ask(tmp_path):
    """A function that reads the nodes with the credentials of a user of a kubeconfig, and returns the error."""

    def ask(**user):
        path = tmp_path / "admin.conf"
        config = {
            "current-context": "a",
            "contexts": [{"name": "a", "context": {"cluster": "c", "user": "u"}}],
            "clusters": [{"name": "c", "cluster": {"server": "http://127.0.0.1:1"}}],
            "users": [{"name": "u", "user": user}],
        }
        path.write_text(json.dumps(config))
        with pytest.raises(PodnetError) as raised:
            api_requests.send(
                lambda: api_requests.find_resource({"kind": "Node", "apiVersion": "v1"}, str(path)),
                {"kind": "Node", "kubeconfig": str(path)},
            )
        return str(raised.value)

    return ask


def test_a_token_with_a_line_end_is_named_and_not_shown():
    request = Request(ValueError("Invalid header value b'Bearer secret-token\\n'"))
    with pytest.raises(InputError) as raised:
        api_requests.send(request, {"kind": "Node", "kubeconfig": "admin.conf"})
    assert str(raised.value) == (
        "k8s: cannot read Node objects (kubeconfig admin.conf): the token of the kubeconfig has a line end: write its "
        "file without one"
    )
    with pytest.raises(ValueError, match="other"):
        api_requests.send(Request(ValueError("other")), {"kind": "Node", "kubeconfig": "admin.conf"})


def test_a_file_of_credentials_that_cannot_be_read_is_named(ask, tmp_path):
    assert ask(tokenFile="missing") == (
        f"k8s: cannot read Node objects (kubeconfig {tmp_path}/admin.conf): {tmp_path}/missing: No such file or "
        "directory: the kubeconfig names this file"
    )


@pytest.mark.parametrize(("user", "sent"), [("system:anonymous", 1), ("kubernetes-admin", 2)])
def test_an_api_that_has_just_started_is_asked_again_by_somebody_it_knows(pauses, monkeypatch, user, sent):
    monkeypatch.setattr(api_requests, "knows_no_rights", lambda status, _options: status == 403)
    request = Request(refused(403, f'User "{user}" cannot list resource "nodes"'))
    with pytest.raises(ClusterError) if sent == 1 else nullcontext():
        api_requests.send(request, {"kind": "Node"})
    assert request.sent == sent


@pytest.mark.parametrize("patience", [(), (3.0,), (0.0,)])
def test_an_api_that_stays_late_is_named_after_a_time(pauses, patience):
    request = Request(*[refused(503, "no time")] * 100)
    with pytest.raises(ClusterError, match=r"^k8s: cannot make Pod objects.*: no time$"):
        api_requests.send(request, {"kind": "Pod"}, "make", *patience)
    assert sum(pauses) == (patience[0] if patience else api_requests.PATIENCE)
