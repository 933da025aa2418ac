# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.boot_units import BootUnits, WantedUnit
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.machine_files import (
    choose_resolv_conf,
    read_boot_units,
    read_network_files,
    read_sysctl_files,
    read_text,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.sysctl_files import SysctlFile


@pytest.fixture
def write(tmp_path):
    """A function that writes a file of the machine below tmp_path."""

    def _write(path, text=""):
        target = tmp_path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
        return target

    return _write


@pytest.fixture
def link(tmp_path):
    """A function that makes a link of the machine below tmp_path."""

    def _link(path, target):
        source = tmp_path / path
        source.parent.mkdir(parents=True, exist_ok=True)
        source.symlink_to(target)

    return _link


def test_a_bare_machine(tmp_path):
    assert read_sysctl_files(tmp_path) == []
    assert read_boot_units(tmp_path) == BootUnits()
    assert read_network_files(tmp_path) == ([], [])
    assert read_text(tmp_path, "/etc/resolv.conf") == ""


def test_kernel_parameters(tmp_path, write, link):
    write("etc/sysctl.d/60-kubernetes.conf", "a=1\n")
    write("etc/sysctl.d/README.sysctl", "no conf")
    write("usr/lib/sysctl.d/50-x.conf", "b=2\n")
    write("etc/sysctl.conf", "c=3\n")
    link("etc/sysctl.d/99-sysctl.conf", "../sysctl.conf")
    link("etc/sysctl.d/50-x.conf", "/dev/null")
    link("lib", "usr/lib")
    assert read_sysctl_files(tmp_path) == [
        SysctlFile("/etc/sysctl.d/50-x.conf", ""),
        SysctlFile("/etc/sysctl.d/60-kubernetes.conf", "a=1\n"),
        SysctlFile("/etc/sysctl.d/99-sysctl.conf", "c=3\n", "/etc/sysctl.conf"),
        SysctlFile("/usr/lib/sysctl.d/50-x.conf", "b=2\n"),
    ]


def test_units(tmp_path, write, link):
    write("run/systemd/generator/dev-zram0.swap", "[Swap]\nWhat=/dev/zram0\n")
    link("run/systemd/generator/swap.target.wants/dev-zram0.swap", "../dev-zram0.swap")
    write("run/systemd/generator/dev-sda2.swap", "[Unit]\nSourcePath=/etc/fstab\n")
    link("run/systemd/generator/swap.target.requires/dev-sda2.swap", "../dev-sda2.swap")
    link("etc/systemd/system/sysinit.target.wants/nftables.service", "/lib/systemd/system/nftables.service")
    link("etc/systemd/system/swap.target", "/dev/null")
    units = read_boot_units(tmp_path)
    assert units.masked == {"swap.target"}
    assert set(units.wanted) == {
        WantedUnit("dev-zram0.swap", "swap.target"),
        WantedUnit("dev-sda2.swap", "swap.target", "/etc/fstab"),
        WantedUnit("nftables.service", "sysinit.target"),
    }


def test_files_of_networks(tmp_path, write):
    write(
        "etc/cni/net.d/10-mynet.conflist", '{"plugins": [{"type": "bridge", "bridge": "mynet"}, {"type": "portmap"}]}'
    )
    write("etc/cni/net.d/11-one.conf", '{"type": "bridge", "bridge": "one"}')
    write("etc/cni/net.d/12-bad.conf", '{"plugins": {"bridge": 3')
    write("etc/cni/net.d/13-list.conf", '[{"bridge": "none"}]')
    write("etc/cni/net.d/sub/14.conf", '{"bridge": "below"}')
    write("var/lib/cni/networks/mynet/10.22.1.2")
    files, bridges = read_network_files(tmp_path)
    assert bridges == ["mynet", "one"]
    assert files == [
        "/etc/cni/net.d/10-mynet.conflist",
        "/etc/cni/net.d/11-one.conf",
        "/etc/cni/net.d/12-bad.conf",
        "/etc/cni/net.d/13-list.conf",
        "/var/lib/cni/networks/mynet/10.22.1.2",
    ]


def test_the_file_of_resolvers(tmp_path, write):
    assert choose_resolv_conf(tmp_path, "", "") == "/etc/resolv.conf"
    write("run/systemd/resolve/resolv.conf")
    assert choose_resolv_conf(tmp_path, "", "") == "/run/systemd/resolve/resolv.conf"
    assert choose_resolv_conf(tmp_path, "/etc/mine.conf", "kind: KubeletConfiguration\n") == "/etc/mine.conf"
    assert choose_resolv_conf(tmp_path, "/etc/mine.conf", 'a: b\nresolvConf: "/x"\n') == "/x"
