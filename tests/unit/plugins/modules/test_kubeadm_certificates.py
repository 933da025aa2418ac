# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import signal
import subprocess
import time

import certificates
import pytest
from ansible.module_utils.basic import AnsibleModule

from ansible_collections.podnet.kubernetes.plugins.modules import kubeadm_certificates

YEARS = 20 * 365  # the certificate of the tests ends within this time
READY = "get --raw=/readyz"


@pytest.fixture
def machine(node, monkeypatch, tmp_path):
    """A control plane with a certificate of the API server, whose kubeadm renews nothing really."""
    root = tmp_path / "root"
    for path in ("etc/kubernetes/pki", "proc"):
        (root / path).mkdir(parents=True)
    (root / "proc/stat").write_text("cpu 1\nbtime 1000\n")
    (root / "etc/kubernetes/pki/apiserver.crt").write_text(certificates.CA)
    os.utime(root / "etc/kubernetes/pki/apiserver.crt", (500, 500))
    monkeypatch.setattr(kubeadm_certificates, "ROOT", root)
    monkeypatch.setattr(kubeadm_certificates, "_SETTLES", 0.0)
    monkeypatch.setattr(kubeadm_certificates, "_PAUSE", 0.05)
    monkeypatch.setattr(kubeadm_certificates, "_GRACE", 0.2)
    node.root, node.warnings = root, []
    monkeypatch.setattr(AnsibleModule, "warn", lambda _module, warning: node.warnings.append(warning))
    node.answer("certs renew", (0, "", ""))
    node.answer(READY, (0, "ok", ""))
    return node


def show_process(machine, pid, program="kube-apiserver", group="/kubepods/x", start=-800):
    """Show a process in the machine's directory of processes."""
    folder = machine.root / "proc" / str(pid)
    folder.mkdir()
    (folder / "cmdline").write_text(f"{program}\0--secure-port=6443\0")
    (folder / "cgroup").write_text(f"0::{group}\n")
    numbers = ["0"] * 19 + [str(start * os.sysconf("SC_CLK_TCK"))]
    (folder / "stat").write_text(f"{pid} (kube (x)) " + " ".join(numbers))


def test_certificates_that_last_are_only_shown(run_module, machine):
    show_process(machine, 7, start=10)
    result = run_module(kubeadm_certificates)
    assert (result["changed"], result["renewed"], result["restarted"]) == (False, [], [])
    assert result["certificates"][0].startswith("/etc/kubernetes/pki/apiserver.crt ends on 2036-11-25, in ")
    assert machine.calls == []


@pytest.mark.parametrize("ends_by", [[signal.SIGTERM], [signal.SIGKILL]], ids=["at once", "late"])
def test_a_certificate_is_renewed_and_its_reader_restarted(run_module, machine, monkeypatch, ends_by):
    """The API server waits for its watches, a minute long."""
    show_process(machine, 7)
    ended = []

    def end(pid, number):
        ended.append((pid, number))
        if number not in ends_by:
            return
        (machine.root / "proc/7/cmdline").write_text("")
        show_process(machine, 8, start=-700)

    monkeypatch.setattr(kubeadm_certificates.os, "kill", end)
    result = run_module(kubeadm_certificates, renew_before=YEARS)
    assert (result["changed"], result["renewed"], result["restarted"]) == (True, ["apiserver"], ["kube-apiserver"])
    assert ended == [(7, number) for number in dict.fromkeys([signal.SIGTERM, *ends_by])]
    assert machine.ran("certs renew") == ["kubeadm certs renew apiserver"]
    assert len(machine.ran(READY)) == 1


@pytest.mark.parametrize("port", [6443, 8443])
def test_the_api_of_the_node_itself_is_asked(run_module, machine, port):
    """At the address of several control planes, another one would answer, and the next etcd would end too early."""
    if port != 6443:
        (machine.root / "etc/kubernetes/manifests").mkdir()
        manifest = f"    - --secure-port={port}\n"
        (machine.root / "etc/kubernetes/manifests/kube-apiserver.yaml").write_text(manifest)
    show_process(machine, 7, start=10)
    run_module(kubeadm_certificates, renew_before=YEARS)
    [asked] = machine.ran(READY)
    assert f"--server=https://127.0.0.1:{port} --tls-server-name=kubernetes" in asked


def test_check_mode_says_the_same_and_changes_nothing(run_module, machine):
    show_process(machine, 7)
    result = run_module(kubeadm_certificates, renew_before=YEARS, check_mode=True)
    assert (result["changed"], result["renewed"], result["restarted"]) == (True, ["apiserver"], ["kube-apiserver"])
    assert machine.calls == []


def test_a_refusal_of_kubeadm_is_told_and_nothing_is_restarted(run_module, machine, monkeypatch):
    machine._answers.insert(0, ("certs renew", [(1, "", "externally managed")]))
    monkeypatch.setattr(kubeadm_certificates.os, "kill", lambda *_arguments: pytest.fail("a process was ended"))
    result = run_module(kubeadm_certificates, renew_before=YEARS)
    assert result["msg"] == "kubeadm certs renew apiserver ended with 1: externally managed"


def test_a_static_pod_that_does_not_come_back_is_named(run_module, machine, monkeypatch):
    show_process(machine, 7)
    monkeypatch.setattr(kubeadm_certificates.os, "kill", lambda *_arguments: None)
    result = run_module(kubeadm_certificates, renew_before=YEARS, timeout=0)
    assert "kube-apiserver or the API is not ready 0 s after its restart" in result["msg"]


def test_a_static_pod_that_started_since_then_goes_on(run_module, machine, monkeypatch):
    """Without the API, the controller manager ends by itself, and reads the new certificate when it starts."""
    show_process(machine, 7, start=10)
    monkeypatch.setattr(kubeadm_certificates.os, "kill", lambda *_arguments: pytest.fail("a process was ended"))
    result = run_module(kubeadm_certificates, renew_before=YEARS)
    assert result["restarted"] == ["kube-apiserver"]


def test_only_processes_of_pods_count(run_module, machine):
    show_process(machine, 7, group="/system.slice/foreign.service")
    result = run_module(kubeadm_certificates, renew_before=YEARS, timeout=0)
    assert "kube-apiserver or the API is not ready 0 s after its restart" in result["msg"]


def test_the_start_of_a_real_process_is_read():
    proc = kubeadm_certificates.Path("/proc")
    with subprocess.Popen(["sleep", "60"]) as process:
        stat = (proc / str(process.pid) / "stat").read_text()
        process.kill()
    boot = kubeadm_certificates._BOOT.search((proc / "stat").read_text())
    started = kubeadm_certificates.read_start(stat, float(boot[1]), os.sysconf("SC_CLK_TCK"))
    assert abs(started - time.time()) < 10
