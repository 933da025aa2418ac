# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.packages import (
    installed_packages,
    missing_packages,
    package_versions,
    read_distribution,
)

INSTALLED = {"containerd": [{"version": "1.7.24~ds1-6"}], "kubelet": [{"version": "1.36.3-1.1"}]}


@pytest.mark.parametrize(
    ("names", "pinned", "version", "missing"),
    [
        (["containerd"], ["kubelet"], "1.36.3", []),
        (["containerd", "runc"], [], None, ["runc"]),
        ([], ["kubelet", "kubeadm"], "1.36.3", ["kubeadm"]),
        (["containerd"], ["kubelet"], "1.36.4", ["kubelet"]),
        (["containerd"], ["kubelet"], "1.36", ["kubelet"]),
    ],
)
def test_packages_that_are_missing_or_have_another_version_are_named(names, pinned, version, missing):
    assert missing_packages(INSTALLED, names, pinned, version) == missing


def test_bad_input():
    with pytest.raises(InputError, match=r"^the input is .*: give ansible_facts"):
        missing_packages([], ["containerd"], [], None)


INDEX = """\
Package: kubeadm
Version: 1.36.10-1.1
Architecture: amd64
Description: a tool
 Version: 9.9.9

Package: kubelet
Version: 1.36.4-1.1

Version: 1.36.9-1.1
Package: kubeadm

Package: kubeadm
Version: 1.36.10-2.1
"""


def test_the_versions_in_a_repository():
    assert package_versions(INDEX, "kubeadm") == ["1.36.9", "1.36.10"]
    assert package_versions(INDEX.replace("\n", "\r\n"), "kubelet") == ["1.36.4"]
    assert package_versions("<html>Forbidden</html>", "kubeadm") == []


STATUS = """\
Package: libc6
Status: install ok installed
Architecture: amd64
Version: 2.41-12
Description: library
 Version: 9

Package: libc6
Status: install ok installed
Architecture: i386
Version: 2.41-11

Package: kubelet
Status: hold ok installed
Version: 1.36.3-1.1

Package: socat
Status: deinstall ok config-files
Version: 1.8.0.3-1

Package: runc
Status: install reinstreq half-installed
Version: 1.1
"""


def test_packages_of_dpkg():
    """Only those that are wholly installed, those of a second architecture too."""
    assert installed_packages(STATUS) == {
        "libc6": [{"version": "2.41-12", "held": False}, {"version": "2.41-11", "held": False}],
        "kubelet": [{"version": "1.36.3-1.1", "held": True}],
    }
    assert installed_packages("") == {}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('PRETTY_NAME="Debian GNU/Linux 13 (trixie)"\nNAME="Debian GNU/Linux"\nVERSION_ID="13"\n', ("Debian", "13")),
        ("NAME='Ubuntu'\nVERSION_ID=24.04\n", ("Ubuntu", "24.04")),
        ('NAME="Rocky Linux"\nVERSION_ID="9.4"\n', ("Rocky", "9.4")),
        ("NAME=Arch\n", ("Arch", "")),
        ("", ("Linux", "")),
    ],
)
def test_the_distribution(text, found):
    assert read_distribution(text) == found
