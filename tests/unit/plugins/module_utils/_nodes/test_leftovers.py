# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.leftovers import Leftovers, find_leftovers


@pytest.mark.parametrize(
    "link",
    [
        "cni0",
        "flannel.1",
        "flannel-v6.1",
        "vxlan.calico",
        "vxlan-v6.calico",
        "cali0f3a9c1b2d4",
        "cilium_host",
        "kube-ipvs0",
        "nodelocaldns",
    ],
)
def test_links_of_pod_networks(link):
    assert find_leftovers([link], [], []) == Leftovers(links=(link,))


@pytest.mark.parametrize(
    "link", ["lo", "eth0", "enp0s8", "docker0", "cni-podman0", "br-0a1b2c3d4e5f", "virbr0", "calibre", "mycni0"]
)
def test_other_links_stay(link):
    assert find_leftovers([link], [], []) == Leftovers()


def test_a_bridge_that_a_configuration_names():
    found = find_leftovers(["mynet", "cni-podman0"], ["mynet", "cni-podman0", "gone"], [])
    assert found.links == ("mynet",)


@pytest.mark.parametrize(
    ("file", "path"),
    [
        ("/etc/cni/net.d/10-flannel.conflist", "/etc/cni/net.d/10-flannel.conflist"),
        ("/etc/cni/net.d/calico-kubeconfig", "/etc/cni/net.d/calico-kubeconfig"),
        ("/var/lib/cni/networks/cbr0/10.244.1.2", "/var/lib/cni/networks/cbr0"),
        ("/var/lib/cni/networks/stray", "/var/lib/cni/networks"),
        ("/var/lib/cni/flannel/0a1b", "/var/lib/cni/flannel"),
        ("/var/lib/cni/results/cbr0-0a1b-eth0", "/var/lib/cni/results"),
    ],
)
def test_files_of_pod_networks(file, path):
    assert find_leftovers([], [], [file]) == Leftovers(paths=(path,))


@pytest.mark.parametrize(
    "file",
    [
        "/etc/cni/net.d/README",
        "/etc/cni/net.d/87-podman-bridge.conflist",
        "/etc/cni/net.d/100-crio-bridge.conflist",
        "/etc/cni/net.d/nerdctl-bridge.conflist",
        "/etc/cni/net.d/99-loopback.conf",
        "/var/lib/cni/networks/podman/10.88.0.2",
        "/var/lib/cni/results/podman-0a1b-eth0",
        "/var/lib/cni/networks/cbr0/lock",
        "/var/lib/cni/networks/cbr0/last_reserved_ip.0",
    ],
)
def test_other_files_stay(file):
    assert find_leftovers([], [], [file]) == Leftovers()


def test_the_sentence_names_all_of_it_once():
    files = ["/var/lib/cni/networks/cbr0/10.244.1.2", "/var/lib/cni/networks/cbr0/10.244.1.3"]
    assert find_leftovers(["flannel.1", "cni0", "lo"], [], files).fault == (
        "an earlier cluster left cni0, flannel.1, /var/lib/cni/networks/cbr0, and pods would stay in "
        "ContainerCreating: set common_remove_leftovers to true, and the role removes them, or remove them yourself"
    )
    assert Leftovers().fault is None
