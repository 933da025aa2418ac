# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import subprocess
import sys

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
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
