# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import os
import signal
import subprocess

import certificates
import pytest
from ansible.module_utils.basic import AnsibleModule

from ansible_collections.podnet.kubernetes.plugins.module_utils._reset import machine as _machine
from ansible_collections.podnet.kubernetes.plugins.modules import node_reset

ID, OTHER = "a1" * 32, "b2" * 32
NOT_THERE = (127, "", "not found")
MOUNTS = "1 0 0:1 / / rw - x x rw\n2 1 0:2 / {}/var/lib/kubelet/pods/u/volumes/token rw - tmpfs tmpfs rw\n"
BUNDLE = {
    "annotations": {"io.kubernetes.cri.sandbox-id": ID},
    "linux": {"namespaces": [{"type": "network", "path": "/run/netns/cni-1"}]},
}
RULES = "*nat\n:KUBE-SERVICES - [0:0]\n-A OUTPUT -j KUBE-SERVICES\n-A OUTPUT -j FOREIGN\nCOMMIT\n"


@pytest.fixture
def machine(node, monkeypatch, tmp_path):
    """A worker with a pod, and with foreign files. Commands answer as on a healthy machine."""
    monkeypatch.setattr(_machine, "ROOT", tmp_path)
    monkeypatch.setattr(_machine, "mount_points", lambda: tuple(node.mounts))
    monkeypatch.setattr(_machine.shutil, "which", lambda name: f"/usr/sbin/{name}" if name == "iptables-save" else None)
    node.root, node.mounts, node.warnings = tmp_path, [], []
    monkeypatch.setattr(AnsibleModule, "warn", lambda _module, warning: node.warnings.append(warning))
    for path in (
        "etc/kubernetes/kubelet.conf",
        "etc/kubernetes/pki/ca.crt",
        "etc/kubernetes/audit-policy.yaml",
        "var/lib/kubelet/config.yaml",
        "var/lib/kubelet/config.json",
        "var/lib/kubelet/pods/u/volumes/token/x",
        "var/log/pods/a/0.log",
        "run/netns/cni-1",
        "run/netns/foreign",
    ):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    bundle = tmp_path / "run/containerd/io.containerd.runtime.v2.task/k8s.io" / ID
    bundle.mkdir(parents=True)
    (bundle / "config.json").write_text(json.dumps(BUNDLE))
    (tmp_path / "sys/class/net/lo").mkdir(parents=True)
    (tmp_path / "proc").mkdir()
    node.answer("systemctl show kubelet", (0, "active\n", ""), (0, "inactive\n", ""))
    node.answer("containers list", (0, f"{ID}\n", ""), (0, "", ""))
    node.answer("iptables-save", (0, RULES, ""), (0, RULES, ""), (0, "*nat\nCOMMIT\n", ""))
    for command in (
        "ipset list",
        "nft list",
        "systemctl stop",
        "systemctl restart",
        "tasks delete",
        "containers delete",
    ):
        node.answer(command, (0, "", ""))
    node.answer("iptables-restore", (0, "", ""))
    return node


def there(machine):
    """The files of the machine, without those of the kernel."""
    files = [path for path in machine.root.rglob("*") if path.is_file()]
    names = sorted(f"/{path.relative_to(machine.root)}" for path in files if "containerd" not in str(path))
    return [name for name in names if name != "/lock"]


FOREIGN = ["/etc/kubernetes/audit-policy.yaml", "/run/netns/foreign", "/var/lib/kubelet/config.json"]


def test_a_machine_is_reset_and_foreign_files_stay(run_module, machine):
    result = run_module(node_reset)
    assert result["changed"]
    assert {"service kubelet", f"container {ID}", "file /etc/kubernetes/kubelet.conf"} <= set(result["removed"])
    assert "iptables: -D OUTPUT -j KUBE-SERVICES" in result["removed"]
    assert [one for one in there(machine) if one in FOREIGN] == FOREIGN
    assert [one for one in there(machine) if one not in FOREIGN and "/kubernetes/" in one] == []
    assert not (machine.root / "run/netns/cni-1").exists()
    assert not (machine.root / "etc/kubernetes/pki").exists()
    # The kubelet ends first, or it would start the pods again.
    order = ["stop kubelet", "tasks delete", "containers delete", "restart containerd", "iptables-restore"]
    calls = [" ".join(command) for command, _keywords in machine.calls]
    places = [next(number for number, call in enumerate(calls) if part in call) for part in order]
    assert places == sorted(places)


def test_the_machine_knows_the_name_of_its_node(run_module, machine):
    """The inventory may have another one."""
    path = machine.root / "var/lib/kubelet/pki/kubelet-client-current.pem"
    path.parent.mkdir()
    path.write_text(f"-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n{certificates.KUBELET}")
    assert run_module(node_reset, check_mode=True)["node"] == "web-2"
    machine.answer("containers list", (0, f"{ID}\n", ""), (0, "", ""))
    assert run_module(node_reset)["node"] == "web-2"
    assert run_module(node_reset)["node"] == ""


def test_a_second_run_changes_nothing(run_module, machine):
    run_module(node_reset)
    before = len(machine.calls)
    result = run_module(node_reset)
    assert (result["changed"], result["removed"]) == (False, [])
    verbs = ("stop", "restart", "delete", "destroy", "restore", "umount")
    assert [command for command, _keywords in machine.calls[before:] if set(command) & set(verbs)] == []


def test_check_mode_changes_nothing_and_says_the_same(run_module, machine):
    before = there(machine)
    foretold = run_module(node_reset, check_mode=True)
    assert there(machine) == before
    assert machine.ran("stop") == machine.ran("tasks delete") == machine.ran("restore") == []
    machine.answer("containers list", (0, f"{ID}\n", ""))
    assert "service kubelet" in foretold["removed"]
    assert foretold["diff"]["before"].splitlines() == foretold["removed"]


def test_a_bare_machine_is_left_alone(run_module, node, monkeypatch, tmp_path):
    monkeypatch.setattr(_machine, "ROOT", tmp_path)
    monkeypatch.setattr(_machine, "mount_points", lambda: ("/",))
    monkeypatch.setattr(_machine.shutil, "which", lambda name: None)
    (tmp_path / "sys/class/net").mkdir(parents=True)
    for part in ("systemctl show", "ctr", "ipset", "nft"):
        node.answer(part, NOT_THERE)
    result = run_module(node_reset)
    assert (result["changed"], result["removed"]) == (False, [])


def test_a_busy_volume_stops_the_reset_before_a_file_is_deleted(run_module, machine):
    point = "/var/lib/kubelet/pods/u/volumes/token"
    machine.mounts = ["/", point]
    machine.answer("umount", (32, "", "target is busy"))
    before = there(machine)
    result = run_module(node_reset)
    assert result["failed"]
    assert f"{point} cannot be unmounted (target is busy), so no file was deleted" in result["msg"]
    assert there(machine) == before


def test_volumes_below_a_kubelet_directory_on_another_disk_are_unmounted(run_module, machine):
    """The kernel names their mounts by the real path. Deleting below them would delete the data of users."""
    machine.root.joinpath("data").mkdir()
    machine.root.joinpath("var/lib/kubelet").rename(machine.root / "data/kubelet")
    machine.root.joinpath("var/lib/kubelet").symlink_to("../../data/kubelet")
    point = "/data/kubelet/pods/u/volumes/token"
    machine.mounts = ["/", point]
    machine.answer("umount", (32, "", "target is busy"))
    before = there(machine)
    result = run_module(node_reset)
    assert f"{point} cannot be unmounted (target is busy), so no file was deleted" in result["msg"]
    assert there(machine) == before


def test_a_file_system_of_somebody_else_is_not_emptied(run_module, machine):
    machine.mounts = ["/", "/etc/kubernetes/tmp/kubeadm-1/disk"]
    (machine.root / "etc/kubernetes/tmp/kubeadm-1/disk").mkdir(parents=True)
    result = run_module(node_reset)
    assert result["failed"]
    assert "/etc/kubernetes/tmp/kubeadm-1/disk is mounted, so no file was deleted" in result["msg"]


@pytest.fixture
def sleeping(machine):
    """A process that the machine shows as one of the pod."""
    with subprocess.Popen(["sleep", "60"]) as process:
        folder = machine.root / "proc" / str(process.pid)
        folder.mkdir()
        (folder / "cgroup").write_text(f"0::/kubepods/podx/{ID}\n")
        (folder / "cmdline").write_text("sleep\x0060\x00")
        yield process
        process.kill()


def test_pods_end_without_containerd(run_module, machine, sleeping, monkeypatch):
    machine._answers = [one for one in machine._answers if one[0] != "containers list"]
    machine.answer("containers list", (1, "", "no such socket"))
    machine.answer("systemctl start containerd", (1, "", "failed"))
    kill = os.kill

    def and_forget(pid, number):
        kill(pid, number)
        for file in ("cgroup", "cmdline"):
            (machine.root / "proc" / str(pid) / file).unlink()

    monkeypatch.setattr(os, "kill", and_forget)
    result = run_module(node_reset)
    assert f"container {ID}" in result["removed"]
    assert sleeping.wait(5) == -signal.SIGKILL
    assert "containerd does not answer" in machine.warnings[0]
    assert not (machine.root / "etc/kubernetes/kubelet.conf").exists()
    # Containerd still has the bundle. A pod without processes is no change.
    assert run_module(node_reset)["removed"] == []


def test_containerd_that_is_stopped_is_started(run_module, machine, sleeping):
    machine._answers = [one for one in machine._answers if one[0] != "containers list"]
    machine.answer("containers list", (1, "", ""), (0, f"{ID} {OTHER}\n", ""), (0, "", ""))
    machine.answer("systemctl start containerd", (0, "", ""))
    assert run_module(node_reset)["changed"]
    assert machine.ran("containers delete")[0].endswith(f"{ID} {OTHER}")
    assert machine.warnings == []


def test_containers_are_not_gone_because_containerd_does_not_answer(run_module, machine):
    """They may still run when the certificates and the data of etcd go."""
    machine._answers = [one for one in machine._answers if one[0] != "containers list"]
    machine.answer("containers list", (0, f"{ID}\n", ""), (1, "", "timeout"), (0, f"{ID}\n", ""), (0, "", ""))
    assert run_module(node_reset)["changed"]
    assert len(machine.ran("tasks delete")) == 3


def test_containers_that_stay_are_named(run_module, machine):
    machine._answers = [one for one in machine._answers if one[0] not in ("containers list", "containers delete")]
    machine.answer("containers list", (0, f"{ID}\n", ""))
    machine.answer("containers delete", (1, "", "it is in use"))
    result = run_module(node_reset, timeout=0)
    assert f"containerd does not delete the containers {ID}: it is in use" in result["msg"]


def test_a_machine_of_another_program_is_refused(run_module, machine):
    (machine.root / "var/lib/k0s").mkdir()
    before = there(machine)
    result = run_module(node_reset)
    assert "/var/lib/k0s shows that k0s manages this machine" in result["msg"]
    assert machine.calls == []
    assert there(machine) == before
