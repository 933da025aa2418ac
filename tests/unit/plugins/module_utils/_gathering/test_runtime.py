# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._gathering.runtime import (
    read_configurations,
    read_containerd,
)

FLANNEL = {
    "name": "cbr0",
    "cniVersion": "0.3.1",
    "plugins": [{"type": "flannel", "delegate": {"hairpinMode": True, "isDefaultGateway": True}}, {"type": "portmap"}],
}
BRIDGE = {
    "name": "mynet",
    "type": "bridge",
    "bridge": "cni7",
    "ipMasq": True,
    "mtu": 1400,
    "ipam": {"type": "host-local", "ranges": [[{"subnet": "10.22.1.0/24"}], [{"subnet": "fd00:22::/64"}]]},
}


def test_configurations_come_in_the_order_of_containerd():
    texts = {
        "20-b.conf": json.dumps(BRIDGE),
        "10-a.conflist": json.dumps(FLANNEL),
        "notes.txt": "x",
        "calico-kubeconfig": "x",
    }
    found = read_configurations(texts)
    assert [one["file"] for one in found] == ["10-a.conflist", "20-b.conf"]
    assert [plugin["type"] for plugin in found[0]["plugins"]] == ["flannel", "portmap"]
    assert found[1]["plugins"] == [
        {
            "type": "bridge",
            "bridge": "cni7",
            "mtu": 1400,
            "masquerade": True,
            "ipam": "host-local",
            "subnets": ["10.22.1.0/24", "fd00:22::/64"],
        }
    ]


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '"x"', '{"plugins": []}', '{"plugins": [{}]}', '{"plugins": 5}', '{"type": "x", "ipam": 3}']
)
def test_a_file_that_no_runtime_can_read_has_an_error(text):
    (found,) = read_configurations({"10-a.conf": text})
    assert set(found) == {"file", "error"}


VERSION_2 = """version = 2
[plugins."io.containerd.grpc.v1.cri".cni]
  bin_dir = "/opt/cni/bin"
  conf_dir = "/etc/cni/net.d"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
  SystemdCgroup = true
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
  cni_conf_dir = ""
"""
VERSION_3 = """version = 3
  [plugins.'io.containerd.cri.v1.runtime']
    [plugins.'io.containerd.cri.v1.runtime'.cni]
      bin_dir = ''
      bin_dirs = ['/usr/lib/cni', '/opt/cni/bin']
      conf_dir = '/etc/cni/net.d'
          [plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc.options]
            SystemdCgroup = false
"""


def test_the_settings_of_containerd_1_and_2():
    assert read_containerd(VERSION_2) == {
        "programs": ["/opt/cni/bin"],
        "configurations": "/etc/cni/net.d",
        "systemd_cgroup": True,
    }
    assert read_containerd(VERSION_3) == {
        "programs": ["/usr/lib/cni", "/opt/cni/bin"],
        "configurations": "/etc/cni/net.d",
        "systemd_cgroup": False,
    }
    assert read_containerd("") == {}


@pytest.mark.parametrize(
    "plugin",
    [
        {"type": "bridge", "mtu": "1450"},
        {"type": "bridge", "bridge": 7},
        {"type": "bridge", "ipam": {"type": "host-local", "subnet": "10.1.0.0/33"}},
        {"type": "flannel", "delegate": {"mtu": 1450.5}},
    ],
)
def test_a_field_of_another_kind_is_an_error_of_the_file(plugin):
    """Such a file must not end the diagnosis of the whole cluster."""
    (found,) = read_configurations({"10-a.conflist": json.dumps({"name": "a", "plugins": [plugin]})})
    assert found["error"] == "it has another form than a CNI configuration"


@pytest.mark.parametrize("subnet", ["usePodCidr", "usePodCidrIPv6"])
def test_calico_takes_the_subnet_of_the_node_object(subnet):
    """As Canal's configuration has it."""
    ipam = {"type": "host-local", "subnet": subnet, "ranges": [[{"subnet": subnet}]]}
    document = {"name": "k8s-pod-network", "plugins": [{"type": "calico", "ipam": ipam}, {"type": "portmap"}]}
    (found,) = read_configurations({"10-canal.conflist": json.dumps(document)})
    assert found["plugins"] == [{"type": "calico", "ipam": "host-local"}, {"type": "portmap"}]
