# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from diagnosis_world import World

FAILED = 'E1128 10:00:00.1 1 run.go:72] "command failed" err="'
SWAP = (
    f'{FAILED}failed to run Kubelet: running with swap on is not supported, please disable swap or set --fail-swap-on"'
)
CGROUP = f'{FAILED}failed to run Kubelet: misconfiguration: kubelet cgroup driver: \\"systemd\\" is different"'
CONFIG = f'{FAILED}failed to load kubelet config file, path: /var/lib/kubelet/config.yaml: no such file"'
SYSTEMD = "kubelet.service: Main process exited, code=exited, status=1/FAILURE"


def stop(world, node, unit, *lines):
    state = {"ActiveState": "activating", "SubState": "auto-restart", "Result": "exit-code", "NRestarts": "57"}
    world.nodes[node]["units"][unit].update(state)
    world.nodes[node]["logs"][unit] = list(lines)


@pytest.mark.parametrize(
    ("line", "remedy"), [(SWAP, "swapoff -a"), (CGROUP, "one cgroup driver"), (CONFIG, "has not joined")]
)
def test_kubelet_does_not_start_and_the_line_that_says_why(line, remedy):
    world = World()
    stop(world, "node1", "kubelet", "E1128 09:59:00.1 1 other.go:1] noise", line, SYSTEMD)
    (found,) = world.diagnose("runtime_down")["findings"]
    assert found["cause"] == "kubelet does not run on node1: activating"
    assert found["evidence"][1] == line
    assert remedy in found["remedy"]
    assert world.found()[0] == "runtime_down"


def test_containerd_is_down():
    world = World()
    stop(world, "node2", "containerd")
    (found,) = world.diagnose("runtime_down")["findings"]
    assert "journalctl -u containerd" in found["remedy"]


# systemd keeps the number of restarts when somebody stops the unit.
@pytest.mark.parametrize(("restarts", "words"), [("0", "0 restarts"), ("1", "1 restart"), ("5", "5 restarts")])
def test_the_log_of_a_unit_that_was_stopped_does_not_say_why(restarts, words):
    world = World()
    stop(world, "node1", "kubelet", SWAP)
    state = {"ActiveState": "inactive", "SubState": "dead", "Result": "success", "NRestarts": restarts}
    world.nodes["node1"]["units"]["kubelet"].update(state)
    (found,) = world.diagnose("runtime_down")["findings"]
    assert found["evidence"] == [f"kubelet is inactive (dead, result success), {words}"]
    assert "systemctl restart kubelet" in found["remedy"]


def test_another_runtime_is_harmless():
    world = World()
    for node in world.nodes.values():
        node["units"]["containerd"] = {"LoadState": "not-found", "ActiveState": "inactive"}
    assert world.found() == []


def test_old_errors_of_a_kubelet_that_runs_are_harmless():
    world = World()
    world.nodes["node1"]["logs"]["kubelet"] = [SWAP, CGROUP]
    assert world.found() == []
