# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import time
from types import SimpleNamespace

import pytest

from ansible_collections.podnet.kubernetes.plugins.action.packet_trail import ActionModule


@pytest.fixture
def run(monkeypatch):
    """A function that runs the action with a stand-in for the module."""

    def run_with(module):
        task = SimpleNamespace(args={"run": "run1"}, check_mode=False, async_val=0, action="packet_trail", diff=False)
        nothing = dict.fromkeys(["play_context", "loader", "templar", "shared_loader_obj"])
        action = ActionModule(task, SimpleNamespace(_shell=SimpleNamespace(tmpdir=None)), **nothing)
        monkeypatch.setattr(action, "_execute_module", module)
        return action.run(None, {"some": "variables"})

    return run_with


def test_the_times_of_the_controller_surround_the_module(run):
    moments = []

    def module(task_vars):
        assert task_vars == {"some": "variables"}
        moments.append(time.time())
        return {"changed": False, "node": "node1"}

    before = time.time()
    result = run(module)
    assert before <= result["asked"] <= moments[0] <= result["answered"] <= time.time()
    assert (result["changed"], result["node"]) == (False, "node1")


def test_a_module_that_failed_stays_so(run):
    result = run(lambda task_vars: {"failed": True, "msg": "node is none"})
    assert (result["failed"], result["msg"]) == (True, "node is none")
