# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.modules import node_packages

STATUS = """\
Package: kubelet
Status: hold ok installed
Version: 1.36.3-1.1
Description: node agent
 Version: 9

Package: socat
Status: deinstall ok config-files
Version: 1.7
"""


@pytest.fixture
def root(monkeypatch, tmp_path):
    monkeypatch.setattr(node_packages, "ROOT", tmp_path)
    return tmp_path


def test_a_machine(run_module, root):
    (root / "etc").mkdir()
    (root / "etc/os-release").write_text('NAME="Ubuntu"\nVERSION_ID="24.04"\n')
    (root / "var/lib/dpkg").mkdir(parents=True)
    (root / "var/lib/dpkg/status").write_text(STATUS)
    assert run_module(node_packages)["ansible_facts"] == {
        "distribution": "Ubuntu",
        "distribution_version": "24.04",
        "distribution_major_version": "24",
        "packages": {"kubelet": [{"version": "1.36.3-1.1", "held": True}]},
    }


def test_a_machine_without_both_files(run_module, root):
    assert list(root.iterdir()) == [root / "kubernetes"]
    facts = run_module(node_packages)["ansible_facts"]
    assert (facts["distribution"], facts["distribution_version"], facts["packages"]) == ("Linux", "", {})


def test_a_directory_in_the_place_of_a_file(run_module, root):
    (root / "etc/os-release").mkdir(parents=True)
    result = run_module(node_packages)
    assert result["msg"] == "/etc/os-release cannot be read (Is a directory): it must be a file"
