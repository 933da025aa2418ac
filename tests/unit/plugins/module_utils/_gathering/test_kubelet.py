# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.podnet.kubernetes.plugins.module_utils._gathering.kubelet import (
    kubeconfig_parts,
    log_lines,
    read_environment_flags,
    read_flags,
    read_settings,
    read_units,
)


def test_only_flags_that_matter_are_taken():
    line = [
        "--node-ip=10.0.0.1",
        "--hostname-override",
        "n1",
        "--bootstrap-kubeconfig=/x",
        "--register-with-taints=a",
        "--cgroup-driver",
    ]
    assert read_flags(line) == {"node-ip": "10.0.0.1", "hostname-override": "n1"}
    assert read_environment_flags('KUBELET_KUBEADM_ARGS="--node-ip=10.0.0.1 --cgroup-driver=systemd"\nOTHER=x\n') == {
        "node-ip": "10.0.0.1",
        "cgroup-driver": "systemd",
    }
    assert read_environment_flags('KUBELET_EXTRA_ARGS="--node-ip=10.0.0.1') == {"node-ip": "10.0.0.1"}
    assert read_environment_flags("KUBELET_EXTRA_ARGS=\"--node-ip='10") == {}


def test_only_settings_that_matter_are_taken():
    text = (
        "apiVersion: kubelet.config.k8s.io/v1beta1\nauthentication:\n  x509:\n    clientCAFile: /etc/ca\n"
        'cgroupDriver: systemd\nclusterDNS:\n- 10.96.0.10\n- "fd00::a"\nresolvConf: /run/systemd/resolve/resolv.conf\n'
    )
    assert read_settings(text) == {
        "cgroupDriver": "systemd",
        "clusterDNS": ["10.96.0.10", "fd00::a"],
        "resolvConf": "/run/systemd/resolve/resolv.conf",
    }


def test_the_state_of_units():
    text = "Id=kubelet.service\nActiveState=activating\nNRestarts=7\nOther=x\n\n"
    text += "Id=containerd.service\nActiveState=active\n"
    assert read_units(text) == {
        "kubelet": {"ActiveState": "activating", "NRestarts": "7"},
        "containerd": {"ActiveState": "active"},
    }


def test_log_lines_speak_of_an_error_and_come_once():
    lines = [
        'E1128 10:00:01.1    1 run.go:72] "command failed" err="failed to run Kubelet: swap"',
        'I1128 10:00:02.1    1 server.go:1] "Failed but only told"',
        'E1128 10:00:03.7    2 run.go:72] "command failed" err="failed to run Kubelet: swap"',
        'time="2026-11-28T10:22:47Z" level=info msg="skip" error="not supported"',
        'time="2026-11-28T10:22:48Z" level=fatal msg="no config"',
        "kubelet.service: Main process exited, code=exited, status=1/FAILURE",
        "Started kubelet.service - kubelet.",
    ]
    assert log_lines("\n".join(lines)) == [lines[2], lines[4], lines[5]]
    many = "\n".join(f"E1128 10:00:01.1 1 a.go:1] {chr(97 + n)}" for n in range(20))
    assert len(log_lines(many)) == 6


def test_secrets_do_not_leave_the_node():
    (line,) = log_lines("E1128 10:00:01.1 1 a.go:1] failed: kubeadm join --token abcdef.0123456789abcdef")
    assert line.endswith("kubeadm join --token ***")


def test_a_kubeconfig_gives_certificates_and_no_key():
    text = (
        "clusters:\n- cluster:\n    certificate-authority-data: QUJD\n    server: https://10.0.0.1:6443\n"
        "users:\n- user:\n    client-certificate-data: REVG\n    client-key-data: S0VZ\n    token: abc\n"
    )
    assert kubeconfig_parts(text) == {"authority": "QUJD", "server": "https://10.0.0.1:6443", "client": "REVG"}
