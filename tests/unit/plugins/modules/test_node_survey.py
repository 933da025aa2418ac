# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import certificates
import pytest
from ansible.module_utils.basic import AnsibleModule

from ansible_collections.podnet.kubernetes.plugins.modules import node_survey

ROUTES = (0, '[{"type": "unicast", "dst": "default"}]', "")
NO_ROUTES = (0, "[ ]", "")


@pytest.fixture
def machine(node, monkeypatch, tmp_path):
    """A bare machine with a NIC and a resolver."""
    monkeypatch.setattr(node_survey, "ROOT", tmp_path)
    (tmp_path / "sys/class/net/enp0s8").mkdir(parents=True)
    (tmp_path / "etc/sysctl.d").mkdir(parents=True)
    (tmp_path / "etc/resolv.conf").write_text("nameserver 10.0.0.1\n")
    node.root = tmp_path
    node.warnings = []
    monkeypatch.setattr(AnsibleModule, "warn", lambda _module, warning: node.warnings.append(warning))
    return node


def test_a_bare_machine(run_module, machine):
    machine.answer("ip -json -4 -details route show", ROUTES)
    result = run_module(
        node_survey, name="node1", service_networks=["10.96.0.0/16"], sysctls={"net.ipv4.ip_forward": 1}
    )
    result.pop("invocation", None)  # Only some versions of ansible-core leave it to the module.
    assert result == {
        "changed": False,
        "faults": [],
        "leftovers": {"links": [], "paths": [], "fault": None},
        "ca_pins": {},
        "hardening": False,
        "hardened": None,
        "mask_swap": False,
        "swap_on": False,
        "swap_in_fstab": False,
    }


def test_everything_is_wrong(run_module, machine):
    machine.answer("ip -json -4 -details route show", NO_ROUTES)
    root = machine.root
    (root / "sys/class/net/cni0").mkdir()
    (root / "etc/resolv.conf").write_text("nameserver 127.0.0.1\n")
    (root / "etc/sysctl.d/99-router.conf").write_text("net.ipv4.ip_forward=0\n")
    wants = root / "etc/systemd/system/multi-user.target.wants"
    wants.mkdir(parents=True)
    for unit in ("zramswap.service", "nftables.service"):
        (wants / unit).symlink_to(f"/lib/systemd/system/{unit}")
    machine.has("pki/ca.crt")
    (machine.kubernetes / "pki/ca.crt").write_text(certificates.CA)
    result = run_module(
        node_survey, name="node1", service_networks=["10.96.0.0/16"], sysctls={"net.ipv4.ip_forward": 1}
    )
    assert [one.split(" ")[0] for one in result["faults"]] == [
        "/etc/resolv.conf",
        "the",
        "/etc/sysctl.d/99-router.conf",
        "zramswap.service",
    ]
    assert result["leftovers"]["links"] == ["cni0"]
    assert result["ca_pins"] == {str(machine.kubernetes / "pki/ca.crt"): [certificates.CA_PIN]}
    assert [one.split(":")[0] for one in machine.warnings] == ["node1"]
    assert "nftables.service is enabled" in machine.warnings[0]


def test_a_node_of_a_cluster_keeps_its_network(run_module, machine):
    machine.has("kubelet.conf")
    (machine.root / "sys/class/net/cni0").mkdir()
    (machine.root / "etc/resolv.conf").write_text("nameserver ::1\n")
    result = run_module(node_survey, name="node1")
    assert (result["faults"], result["leftovers"]["fault"]) == ([], None)
    assert machine.warnings[0].startswith("node1: /etc/resolv.conf has the resolver ::1, ")


@pytest.mark.parametrize("control_plane", [False, True])
def test_a_new_address(run_module, machine, control_plane):
    machine.has("kubelet.conf", *(["manifests/kube-apiserver.yaml"] if control_plane else []))
    machine.flags.write_text('KUBELET_KUBEADM_ARGS="--node-ip=10.0.0.1"\n')
    result = run_module(node_survey, name="node1", node_ip=["10.0.0.2"])
    words = result["faults"] if control_plane else machine.warnings
    assert len(words) == 1
    assert "10.0.0.1" in words[0]
    assert "10.0.0.2" in words[0]
    assert bool(result["faults"]) is control_plane


@pytest.mark.parametrize("hardened", [False, True])
def test_the_api_server_tells_whether_its_cluster_is_hardened(run_module, machine, hardened):
    machine.has("manifests/kube-apiserver.yaml")
    option = "--encryption-provider-config=/etc/kubernetes/hardening/encryption.yaml"
    (machine.kubernetes / "manifests/kube-apiserver.yaml").write_text(f"    - {option if hardened else '--v=2'}\n")
    result = run_module(node_survey, name="master", hardening=True)
    assert (result["hardening"], result["hardened"], result["faults"]) == (True, hardened, [])


@pytest.mark.parametrize("hardening", [False, True])
def test_a_kernel_parameter_that_a_hardened_kubelet_refuses(run_module, machine, hardening):
    result = run_module(node_survey, name="node1", sysctls={"kernel.panic": 0}, hardening=hardening)
    assert [one.split(",")[0] for one in result["faults"]] == (
        ["common_sysctls sets kernel.panic to 0"] if hardening else []
    )


def test_swap_may_stay(run_module, machine):
    wants = machine.root / "etc/systemd/system/multi-user.target.wants"
    wants.mkdir(parents=True)
    (wants / "zramswap.service").symlink_to("/lib/systemd/system/zramswap.service")
    assert len(run_module(node_survey, name="node1")["faults"]) == 1
    assert run_module(node_survey, name="node1", swap_off=False)["faults"] == []


def test_routes_that_cannot_be_read(run_module, machine):
    machine.answer("ip -json", (1, "", "no such option\n"))
    result = run_module(node_survey, name="node1", service_networks=["10.96.0.0/16"])
    assert result["msg"] == "'ip -json -4 -details route show' ended with 1: no such option"


def test_a_certificate_that_cannot_be_read(run_module, machine):
    machine.has("pki/ca.crt")
    path = machine.kubernetes / "pki/ca.crt"
    path.write_text("-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n")
    result = run_module(node_survey, name="node1")
    assert result["msg"].startswith(f"{path} holds a certificate that cannot be read (")


def test_a_machine_that_swaps(run_module, machine):
    (machine.root / "proc").mkdir()
    (machine.root / "proc/swaps").write_text("Filename Type Size Used Priority\n")
    (machine.root / "etc/fstab").write_text("# /swap none swap sw 0 0\n/dev/sda1 / ext4 errors=remount-ro 0 1\n")
    result = run_module(node_survey, name="node1")
    assert (result["swap_on"], result["swap_in_fstab"]) == (False, False)
    (machine.root / "proc/swaps").write_text("Filename Type Size Used Priority\n/swap file 1 0 -2\n")
    (machine.root / "etc/fstab").write_text("/dev/sda1 / ext4 defaults 0 1\nUUID=1\tnone\tswap\tsw 0 0\n")
    result = run_module(node_survey, name="node1")
    assert (result["swap_on"], result["swap_in_fstab"]) == (True, True)
