# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ending pods, by containerd and without it. Tests of the module node_reset have the whole of a reset."""

from __future__ import annotations

import json
import time
from types import SimpleNamespace

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import ClusterError
from ansible_collections.podnet.kubernetes.plugins.module_utils._reset import machine, pods
from ansible_collections.podnet.kubernetes.plugins.module_utils._reset.bundles import Bundle

ID, OTHER = "a1" * 32, "b2" * 32
PLACE = "run/containerd/io.containerd.runtime.v2.task/k8s.io"


@pytest.fixture
def root(monkeypatch, tmp_path):
    monkeypatch.setattr(machine, "ROOT", tmp_path)
    monkeypatch.setattr(pods, "_PAUSE", 0)
    (tmp_path / "proc").mkdir()
    return tmp_path


class Module:
    """A module whose commands answer by the word that they contain; the last answer stays."""

    def __init__(self, **answers):
        self.answers, self.calls = {word: list(some) for word, some in answers.items()}, []

    def run_command(self, command, **_options):
        self.calls.append(" ".join(command))
        some = next((some for word, some in self.answers.items() if word in command), [(0, "", "")])
        return some.pop(0) if len(some) > 1 else some[0]


def process(root, pid, cgroup="", command=()):
    (root / "proc" / str(pid)).mkdir()
    (root / "proc" / str(pid) / "cgroup").write_text(cgroup)
    (root / "proc" / str(pid) / "cmdline").write_text("\0".join(command))


def bundle(root, name, annotations):
    (root / PLACE / name).mkdir(parents=True)
    (root / PLACE / name / "config.json").write_text(
        json.dumps({"annotations": annotations, "linux": {"namespaces": []}})
    )


def test_containers_of_pods_are_told_from_others(root):
    bundle(root, ID, {"io.kubernetes.cri.sandbox-id": ID})
    bundle(root, OTHER, {})
    assert pods.read_bundles() == [Bundle(ID)]


@pytest.mark.parametrize(("answer", "found"), [((0, f"{ID}\n", ""), [ID]), ((1, "", "no socket"), None)])
def test_a_containerd_that_does_not_answer_knows_nothing(answer, found):
    assert pods.ask_containerd(Module(list=[answer])) == found


def test_a_containerd_that_cannot_start_is_not_asked():
    module = Module(start=[(1, "", "failed")])
    assert pods.start_containerd(module, time.monotonic() + 5) is None
    assert module.calls == ["systemctl start containerd"]


def test_containers_are_deleted_until_containerd_forgets_them(root):
    module = Module(list=[(0, f"{ID} {OTHER}", ""), (0, OTHER, ""), (0, "", "")])
    pods.remove_containers(module, [ID, OTHER], time.monotonic() + 5)
    deleted = [call.partition(" delete ")[2] for call in module.calls if "containers delete" in call]
    assert deleted == [f"{ID} {OTHER}", f"{ID} {OTHER}", OTHER]
    assert module.calls[-1] == "systemctl restart containerd"


def test_a_container_that_stays_is_named(root):
    module = Module(list=[(0, ID, "")])
    with pytest.raises(ClusterError, match=f"containerd does not delete the containers {ID}"):
        pods.remove_containers(module, [ID], time.monotonic() - 1)


def test_processes_of_a_container_come_before_its_shim(root):
    process(root, 10, f"0::/kubepods/pod1/{ID}\n")
    process(root, 11, command=("/usr/bin/containerd-shim-runc-v2", "-id", ID))
    process(root, 12, f"0::/kubepods/pod2/{OTHER}\n")
    assert pods.find_processes([ID]) == [10]
    (root / "proc/10/cgroup").write_text("0::/\n")
    assert pods.find_processes([ID]) == [11]


def test_processes_are_killed_until_none_is_left(root, monkeypatch):
    process(root, 10, f"0::/kubepods/pod1/{ID}\n")
    process(root, 11, command=("/usr/bin/containerd-shim-runc-v2", "-id", ID))
    killed = []

    def kill(pid, _signal):
        killed.append(pid)
        for name in ("cgroup", "cmdline"):
            (root / "proc" / str(pid) / name).write_text("")

    monkeypatch.setattr(pods, "os", SimpleNamespace(kill=kill))
    pods.kill_pods([Bundle(ID)], time.monotonic() + 5)
    assert killed == [10, 11]


def test_processes_that_do_not_end_are_named(root, monkeypatch):
    process(root, 10, f"0::/kubepods/pod1/{ID}\n")
    monkeypatch.setattr(pods, "os", SimpleNamespace(kill=lambda *_arguments: None))
    with pytest.raises(ClusterError, match="the processes 10 of pods do not end: reboot the machine"):
        pods.kill_pods([Bundle(ID)], time.monotonic() - 1)
