# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.sysctl_files import SysctlFile, find_overridden

OWN = "/etc/sysctl.d/60-kubernetes.conf"
WANTED = {"net.ipv4.ip_forward": 1, "net.bridge.bridge-nf-call-iptables": 1}
OURS = SysctlFile(OWN, "net.ipv4.ip_forward=1\nnet.bridge.bridge-nf-call-iptables=1\n")
OFF = "net.ipv4.ip_forward=0\n"


def told(path, key="net.ipv4.ip_forward", wanted="net.ipv4.ip_forward", value=0):
    """The sentence about a file that sets a key."""
    return f"{path} sets {key} to {value} at boot, after {OWN}, and the node needs {wanted} = 1: remove that line"


def faults(*files):
    return find_overridden([SysctlFile(*one) for one in files], OURS, WANTED)


@pytest.mark.parametrize(
    ("path", "text", "found"),
    [
        pytest.param("/etc/sysctl.d/99-router.conf", OFF, ["net.ipv4.ip_forward"], id="a later name"),
        pytest.param("/etc/sysctl.d/10-router.conf", OFF, [], id="an earlier name"),
        pytest.param("/run/sysctl.d/61.conf", OFF, ["net.ipv4.ip_forward"], id="later, in /run"),
        pytest.param("/usr/lib/sysctl.d/99-vendor.conf", OFF, ["net.ipv4.ip_forward"], id="later, of a package"),
        pytest.param("/usr/local/lib/sysctl.d/99.conf", OFF, ["net.ipv4.ip_forward"], id="later, of the administrator"),
        pytest.param("/run/sysctl.d/60-kubernetes.conf", OFF, [], id="hidden by our own name in /etc"),
        pytest.param("/etc/sysctl.d/99.conf", "net.ipv4.ip_forward = 1\n", [], id="the same value"),
        pytest.param("/etc/sysctl.d/99.conf", "#net.ipv4.ip_forward=0\n; net.ipv4.ip_forward=0\n", [], id="comments"),
        pytest.param("/etc/sysctl.d/99.conf", " -net/ipv4/ip_forward = 0", ["net.ipv4.ip_forward"], id="with slashes"),
        pytest.param(
            "/etc/sysctl.d/99.conf",
            "net.ipv4.conf.all.forwarding=0",
            ["net.ipv4.conf.all.forwarding"],
            id="the other name of the switch",
        ),
        pytest.param(
            "/etc/sysctl.d/99.conf",
            "net.ipv4.conf.*.forwarding=0",
            ["net.ipv4.conf.*.forwarding"],
            id="a glob over the other name",
        ),
        pytest.param(
            "/etc/sysctl.d/99.conf",
            "net.ipv4.conf.*.forwarding=0\n-net.ipv4.conf.all.forwarding\n",
            [],
            id="a glob that leaves the switch out",
        ),
        pytest.param("/etc/sysctl.d/99.conf", "net.ipv4.ip_*=0\n", [], id="an exact key goes before a glob"),
        pytest.param("/etc/sysctl.d/99.conf", "net.ipv4.*=0\n", [], id="a star ends at a separator"),
        pytest.param("/etc/sysctl.d/99.conf", f"{OFF}net.ipv4.ip_forward=1\n", [], id="corrected in the same file"),
        pytest.param("/etc/sysctl.d/99.conf", "net.ipv4.ip_forward\n=\n", [], id="lines that mean nothing"),
        pytest.param("/etc/sysctl.d/99.conf", "", [], id="an empty file"),
    ],
)
def test_one_other_file(path, text, found):
    assert faults((path, text)) == [told(path, key) for key in found]


def test_an_older_version_of_our_own_file_does_not_count():
    assert faults((OWN, OFF)) == []


def test_a_file_in_etc_hides_the_one_of_its_name():
    vendor = ("/usr/lib/sysctl.d/99-vendor.conf", OFF)
    assert faults(vendor, ("/etc/sysctl.d/99-vendor.conf", "")) == []
    assert faults(("/run/sysctl.d/99-vendor.conf", OFF), ("/etc/sysctl.d/99-other.conf", "")) == [
        told("/run/sysctl.d/99-vendor.conf")
    ]


def test_the_last_of_several_files_counts():
    assert faults(("/etc/sysctl.d/70.conf", OFF), ("/usr/lib/sysctl.d/80.conf", "net.ipv4.ip_forward=1")) == []
    assert faults(("/etc/sysctl.d/90.conf", OFF), ("/usr/lib/sysctl.d/80.conf", "net.ipv4.ip_forward=1")) == [
        told("/etc/sysctl.d/90.conf")
    ]


def test_other_parameters_and_links():
    key = "net.bridge.bridge-nf-call-iptables"
    link = ("/etc/sysctl.d/99-sysctl.conf", f"{key}=0", "/etc/sysctl.conf")
    assert faults(link) == [told("/etc/sysctl.d/99-sysctl.conf (a link to /etc/sysctl.conf)", key, key)]
