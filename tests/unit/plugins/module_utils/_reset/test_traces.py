# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._reset.traces import (
    Machine,
    Removal,
    Traces,
    check_paths,
    find_traces,
    read_mount_points,
)

SAVED = """*filter
:FORWARD ACCEPT [0:0]
:FLANNEL-FWD - [0:0]
-A FORWARD -j FLANNEL-FWD
-A FORWARD -s 198.51.100.0/24 -j DROP
COMMIT
"""
WANTED = Traces(
    chain_prefix="FLANNEL-",
    address_sets="cali40",
    nft_tables=("ip kube-proxy", "ip6 kube-proxy"),
    links="(flannel[.]1|cni0)$",
    mounts=("/var/lib/kubelet/", "/run/netns/cni-1"),
    files=("/run/flannel", "/etc/kubernetes/admin.conf"),
)


def test_traces_are_found_and_everything_else_is_foreign():
    machine = Machine(
        filters={"iptables": SAVED, "ip6tables": "*filter\nCOMMIT\n"},
        address_sets=("cali40all", "foreign"),
        nft_tables=("ip foreign", "ip kube-proxy"),
        links=("lo", "cni0", "cni0-foreign", "flannel.1", "flannel.10"),
        mounts=("/", "/var/lib/kubelet", "/var/lib/kubelet/pods/a", "/var/lib/kubelet/pods/a/b", "/run/netns/cni-2"),
        files=("/run/flannel", "/etc/kubernetes/foreign.conf"),
    )
    found = find_traces(WANTED, machine)
    assert found == Removal(
        filters={"iptables": "*filter\n-D FORWARD -j FLANNEL-FWD\n-F FLANNEL-FWD\n-X FLANNEL-FWD\nCOMMIT\n"},
        address_sets=("cali40all",),
        nft_tables=("ip kube-proxy",),
        links=("cni0", "flannel.1"),
        # The file system that was mounted last goes first.
        mounts=("/var/lib/kubelet/pods/a/b", "/var/lib/kubelet/pods/a"),
        files=("/run/flannel",),
    )
    assert found.lines == [
        "iptables: -D FORWARD -j FLANNEL-FWD",
        "iptables: -X FLANNEL-FWD",
        "IP set cali40all",
        "nftables: table ip kube-proxy",
        "link cni0",
        "link flannel.1",
        "mount /var/lib/kubelet/pods/a/b",
        "mount /var/lib/kubelet/pods/a",
        "file /run/flannel",
    ]


def test_traces_that_name_nothing_find_nothing():
    machine = Machine(
        {"iptables": SAVED}, ("cali40all",), ("ip kube-proxy",), ("cni0",), ("/run/netns/cni-1",), ("/a/b",)
    )
    assert find_traces(Traces(), machine) == Removal()
    assert Removal().lines == []


def test_mount_points_are_read_with_their_spaces():
    text = (
        "25 1 0:23 / / rw - overlay overlay rw\n"
        "26 25 0:24 / /var/lib/kubelet/pods/a\\040b rw,relatime shared:1 - tmpfs tmpfs rw\n"
        "\n"
    )
    assert read_mount_points(text) == ("/", "/var/lib/kubelet/pods/a b")


@pytest.mark.parametrize("path", ["etc/kubernetes", "/", "/etc", "//etc/", "/etc/../root", ""])
def test_a_path_that_holds_too_much_is_refused(path):
    with pytest.raises(InputError, match=r"files has .*: give an absolute path at least two directories deep"):
        check_paths("files", ["/run/flannel", path])
