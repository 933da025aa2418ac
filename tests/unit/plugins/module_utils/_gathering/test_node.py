# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._gathering import node
from ansible_collections.podnet.kubernetes.plugins.module_utils._gathering.node import gather
from ansible_collections.podnet.kubernetes.plugins.module_utils._gathering.reader import Reader

FILES = {
    "/etc/cni/net.d/10-a.conflist": json.dumps({"name": "a", "plugins": [{"type": "bridge"}]}),
    "/etc/cni/net.d/calico-kubeconfig": "token: eyJabc.eyJdef.ghi",
    "/opt/cni/bin/bridge": "",
    "/var/lib/cni/networks/a/10.22.1.2": "x",
    "/var/lib/cni/networks/a/10.22.1.3": "x",
    "/var/lib/cni/networks/a/last_reserved_ip.0": "10.22.1.3",
    "/etc/machine-id": "0123\n",
    "/proc/swaps": "Filename Type Size Used Priority\n/swap.img file 1 0 -2\n",
    "/proc/sys/net/ipv4/ip_forward": "0\n",
    "/etc/sysctl.d/99-x.conf": "net.ipv4.ip_forward = 0\n",
    "/run/flannel/subnet.env": "FLANNEL_NETWORK=10.244.0.0/16\nFLANNEL_SUBNET=10.244.1.1/24\n",
    "/etc/resolv.conf": "search x\nnameserver 127.0.0.53\n",
    "/etc/kubernetes/kubelet.conf": "    server: https://10.0.0.1:6443\n    client-key-data: S0VZS0VZ\n",
    "/etc/kubernetes/manifests/kube-apiserver.yaml": "    - kube-apiserver\n    - --advertise-address=10.0.0.1\n",
    "/proc/77/comm": "kubelet\n",
    "/proc/77/cmdline": "/usr/bin/kubelet\0--node-ip=10.0.0.1\0--bootstrap-kubeconfig=/secret\0",
    "/var/lib/kubelet/config.yaml": "cgroupDriver: systemd\n",
    "/run/systemd/container": "docker",
}


@pytest.fixture
def machine(tmp_path):
    """A node whose files are in a directory, and whose programs are the machine's."""
    for path, text in FILES.items():
        place = tmp_path / path.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    return Reader(tmp_path)


def test_the_files_of_a_node(machine):
    found = gather(machine, controller_clock=0)
    assert found["cni"]["configurations"][0]["name"] == "a"
    assert found["cni"]["programs"]["/opt/cni/bin"] == ["bridge"]
    assert found["cni"]["allocated"] == {"a": 2}
    assert found["identity"]["machine_id"] == "0123"
    assert found["identity"]["container"] is True
    assert found["swap"] == ["/swap.img"]
    assert found["sysctls"]["net.ipv4.ip_forward"] == {
        "value": "0",
        "files": [{"file": "/etc/sysctl.d/99-x.conf", "line": 1, "value": "0"}],
    }
    assert found["subnet_env"]["FLANNEL_SUBNET"] == "10.244.1.1/24"
    assert found["resolver"] == {"/etc/resolv.conf": ["127.0.0.53"]}
    assert (found["server"], found["advertised"]) == ("https://10.0.0.1:6443", "10.0.0.1")
    assert found["kubelet"] == {"flags": {"node-ip": "10.0.0.1"}, "settings": {"cgroupDriver": "systemd"}}
    assert found["clock_offset"] == found["clock"]
    assert not any(secret in json.dumps(found) for secret in ("eyJabc", "S0VZS0VZ", "/secret"))


def test_directories_beside_the_configurations_are_no_part_that_was_not_looked_at(machine):
    """Multus and Whereabouts make some."""
    machine.at("/etc/cni/net.d/multus.d").mkdir()
    gather(machine)
    assert [path for path in machine.unread if "cni" in path] == []


def test_rules_that_are_cut_are_no_whole_set(machine, monkeypatch):
    """Chains come by their names, so a cut one may lack those of kube-proxy's Services."""
    rules = "*nat\n:KUBE-SERVICES - [0:0]\n" + "-A KUBE-SEP-X -j DNAT\n" * 20 + "-A KUBE-SERVICES -j X\nCOMMIT\n"
    small = Reader(machine.root, output_limit=200)
    run = Reader._run

    def printed(self, command):
        if command[0] != "iptables-save":
            return None, f"{command[0]} is not on this node"
        return run(self, ("printf", "%s", rules))

    monkeypatch.setattr(Reader, "_run", printed)
    assert gather(small)["packet_filter"]["iptables"]["cut"] is True
    assert "the rest was left out" in small.unread["packet filter"]
    assert gather(Reader(machine.root))["packet_filter"]["iptables"]["cut"] is False


def test_a_user_who_may_not_see_the_namespace_of_a_process(machine, monkeypatch):
    def refuse(_path):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(machine.root), "readlink", refuse)
    assert gather(machine)["kubelet"]["flags"] == {"node-ip": "10.0.0.1"}


def test_a_machine_without_anything_is_no_error(tmp_path, monkeypatch):
    monkeypatch.setattr(Reader, "_run", lambda _self, command: (None, f"{command[0]} is not on this node"))
    found = gather(Reader(tmp_path))
    assert found["links"] is None
    assert found["packet_filter"] == {"iptables": None, "nftables": None}
    assert found["unread"]["links"] == "ip is not on this node"
    assert found["clock_offset"] is None


def test_programs_that_print_nonsense_are_no_error(tmp_path, monkeypatch):
    monkeypatch.setattr(Reader, "_run", lambda _self, command: ("{nonsense", None))
    monkeypatch.setattr(Reader, "has", lambda _self, program: True)
    found = gather(Reader(tmp_path))
    assert found["routes"] is None
    assert "printed something else" in found["unread"]["routes"]
    assert "printed something else" in found["unread"]["nftables"]


def test_every_part_of_the_result_is_small(machine, monkeypatch):
    """A node with 30,000 rules and 5,000 links sends less than a megabyte."""
    rules = "\n".join(f"-A KUBE-SEP-{number:016} -s 10.0.0.1/32 -j KUBE-MARK-MASQ" for number in range(30_000))
    links = [
        {"ifname": f"veth{n}", "mtu": 1450, "linkinfo": {"info_kind": "veth"}, "addr_info": []} for n in range(5_000)
    ]

    def run(_self, command):
        text = " ".join(command)
        return ("*filter\n" + rules if "iptables" in text else json.dumps(links) if "address" in text else "[]"), None

    monkeypatch.setattr(Reader, "_run", run)
    assert len(json.dumps(gather(machine))) < 1_000_000


def test_all_parts_are_parts_of_the_result():
    assert set(node._PARTS) >= {"links", "routes", "packet_filter", "cni", "units", "certificates"}


@pytest.mark.parametrize(
    ("file", "text", "directory", "programs"),
    [
        (
            "/var/lib/rancher/k3s/agent/etc/containerd/config.toml",
            "[plugins.'io.containerd.cri.v1.runtime'.cni]\n"
            '  bin_dirs = ["/var/lib/rancher/k3s/data/cni"]\n'
            '  conf_dir = "/var/lib/rancher/k3s/agent/etc/cni/net.d"\n',
            "/var/lib/rancher/k3s/agent/etc/cni/net.d",
            "/var/lib/rancher/k3s/data/cni",
        ),
        (
            "/var/snap/microk8s/current/args/containerd-template.toml",
            '[plugins."io.containerd.grpc.v1.cri".cni]\n'
            '  bin_dir = "${SNAP_DATA}/opt/cni/bin"\n  conf_dir = "${SNAP_DATA}/args/cni-network"\n',
            "/var/snap/microk8s/current/args/cni-network",
            "/var/snap/microk8s/current/opt/cni/bin",
        ),
    ],
)
def test_a_distribution_has_its_configurations_elsewhere(machine, file, text, directory, programs):
    """Docker's containerd may be there, too."""
    files = {file: text, f"{directory}/10-flannel.conflist": '{"name": "cbr0", "plugins": [{"type": "flannel"}]}'}
    files |= {f"{programs}/flannel": "", "/etc/containerd/config.toml": '[plugins.x.cni]\n  bin_dir = "/usr/lib/cni"\n'}
    for path, content in files.items():
        place = machine.at(path)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(content)
    cni = gather(machine)["cni"]
    assert (cni["directory"], cni["places"]) == (directory, [programs])
    assert [one["name"] for one in cni["configurations"]] == ["cbr0"]
    assert cni["programs"][programs] == ["flannel"]


@pytest.mark.parametrize("other", ["nft", "legacy"])
def test_the_kind_of_iptables_that_kube_proxy_uses(tmp_path, monkeypatch, other):
    def run(_self, command):
        texts = {"iptables-save": "*nat\nCOMMIT\n", f"iptables-{other}-save": "*nat\n:KUBE-SERVICES - [0:0]\nCOMMIT\n"}
        return texts.get(command[0]), None

    monkeypatch.setattr(Reader, "_run", run)
    assert ":KUBE-SERVICES - [0:0]" in gather(Reader(tmp_path))["packet_filter"]["iptables"]["lines"]
