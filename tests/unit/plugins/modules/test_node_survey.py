# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path

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
        "distribution": "Linux",
        "distribution_version": "",
        "packages": {},
        "node_addresses": [],
        "candidates": [],
        "configurations": [],
        "faults": [],
        "leftovers": {"links": [], "paths": [], "fault": None},
        "ca_pins": {},
        "hardening": False,
        "hardened": None,
        "mask_swap": False,
        "swap_on": False,
        "swap_in_fstab": False,
    }


STATUS = """\
Package: kubelet
Status: hold ok installed
Version: 1.36.3-1.1

Package: socat
Status: deinstall ok config-files
Version: 1.7

Package: vim
Status: install ok installed
Version: 9.1
"""


def test_the_system_and_the_packages_that_count(run_module, machine):
    root = machine.root
    (root / "etc/os-release").write_text('NAME="Ubuntu"\nVERSION_ID="24.04"\n')
    (root / "var/lib/dpkg").mkdir(parents=True)
    (root / "var/lib/dpkg/status").write_text(STATUS)
    result = run_module(node_survey, name="node1", packages=["kubelet", "socat", "runc"])
    assert (result["distribution"], result["distribution_version"]) == ("Ubuntu", "24.04")
    assert result["packages"] == {"kubelet": [{"version": "1.36.3-1.1", "held": True}]}


def test_what_keeps_the_machine_from_being_a_node(run_module, machine):
    root = machine.root
    (root / "etc/os-release").write_text('NAME="Debian GNU/Linux"\nVERSION_ID="13"\n')
    (root / "var/lib/dpkg").mkdir(parents=True)
    (root / "var/lib/dpkg/status").write_text(STATUS)
    machine.has("kubelet.conf")
    options = {"name": "node1", "packages": ["kubelet", "containerd"], "systems": {"Debian 13": 1}}
    result = run_module(node_survey, kubernetes_version="1.37.1", **options)
    assert [one.partition(", and ")[0] for one in result["faults"]] == [
        "it is a node of a cluster and has the package kubelet 1.36.3-1.1"
    ]
    assert machine.warnings == ["node1: Kubernetes 1.37.1 is the last one that runs on containerd 1"]
    # An upgrade is what gives it the other version. What else is wrong stays wrong.
    assert run_module(node_survey, kubernetes_version="1.37.1", upgrades=True, **options)["faults"] == []
    newest = run_module(node_survey, kubernetes_version="1.38.0", upgrades=True, **options)
    assert [one.partition(", but ")[0] for one in newest["faults"]] == [
        "Kubernetes 1.38.0 needs the RuntimeConfig call of containerd 2"
    ]
    # Without a version nothing is compared, as for the CA of a control plane that is not in the play.
    assert run_module(node_survey, **options)["faults"] == []


def test_a_directory_in_the_place_of_a_file(run_module, machine):
    (machine.root / "etc/os-release").mkdir()
    result = run_module(node_survey, name="node1")
    assert result["msg"] == "/etc/os-release cannot be read (Is a directory): it must be a file"
    assert result["no_address"] is False


def test_the_configurations_of_networks_and_of_the_kubelet(run_module, machine):
    folder = machine.root / "etc/cni/net.d"
    folder.mkdir(parents=True)
    for name in ("10-flannel.conflist", "20-other.conf", "30-old.json", "README"):
        (folder / name).touch()
    (folder / "calico.conf").mkdir()
    (machine.root / "etc/kubernetes").mkdir()
    (machine.root / "etc/kubernetes/kubelet.conf").touch()
    assert run_module(node_survey, name="node1")["configurations"] == [
        "/etc/cni/net.d/10-flannel.conflist",
        "/etc/cni/net.d/20-other.conf",
        "/etc/cni/net.d/30-old.json",
        "/etc/kubernetes/kubelet.conf",
    ]


@pytest.fixture
def links(machine, monkeypatch):
    """The machine with the NICs of a virtual machine of Vagrant."""
    monkeypatch.setattr(AnsibleModule, "get_bin_path", lambda _module, name: name)
    shown = Path(__file__).parent.parent / "ip_address_show" / "vagrant.json"
    machine.answer("ip -details -json address show", (0, shown.read_text(), ""))
    return machine


@pytest.mark.parametrize(
    ("options", "addresses"),
    [
        ({"families": ["ipv4"], "interface": "enp0s8"}, ["10.100.198.201"]),
        ({"families": ["ipv4"], "networks": ["fd17::/16", "10.100.0.0/16"]}, ["10.100.198.201"]),
        (
            {"families": ["ipv4", "ipv6"], "networks": ["10.0.2.0/24"]},
            ["10.0.2.15", "fd17:625c:f037:2:a00:27ff:fe8d:c04d"],
        ),
    ],
)
def test_the_address_of_each_family_is_picked(run_module, links, options, addresses):
    result = run_module(node_survey, name="node1", **options)
    assert [one["address"] for one in result["node_addresses"]] == addresses
    assert len(result["candidates"]) == len(addresses) + 1


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"families": ["ipv4"]}, "10.0.2.15"),
        # The address of the second family is on the NIC of the first one.
        ({"families": ["ipv4", "ipv6"], "interface": "enp0s8"}, "enp0s8"),
    ],
)
def test_a_node_without_one_right_address(run_module, links, options, named):
    result = run_module(node_survey, name="node1", **options)
    assert named in result["msg"]
    assert result["no_address"] is True


def test_the_picked_address_is_the_one_that_the_kubelet_has_to_announce(run_module, links):
    links.has("kubelet.conf")
    (links.root / "etc/resolv.conf").write_text("nameserver 10.0.0.1\n")
    links.flags.write_text('KUBELET_KUBEADM_ARGS="--node-ip=10.100.198.77"\n')
    run_module(node_survey, name="node1", families=["ipv4"], interface="enp0s8")
    assert ["10.100.198.77" in one and "10.100.198.201" in one for one in links.warnings] == [True]


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
