# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.machines import FutureNode, find_unfit

SUPPORTED = {"Debian 13": 1, "Ubuntu 24.04": 1}
MACHINE = FutureNode("node1", "Debian", "13", {}, keeps_version=False)


def unfit(kubernetes="1.36.4", **given):
    return find_unfit(replace(MACHINE, **given), SUPPORTED, kubernetes)


def test_a_bare_machine_is_fit():
    assert unfit() == ([], [])


@pytest.mark.parametrize(
    ("distribution", "version", "system"),
    [("Debian", "13.2", "Debian 13"), ("Ubuntu", "24.04", "Ubuntu 24.04"), ("Fedora", "40", "Fedora 40")],
)
def test_the_system(distribution, version, system):
    assert replace(MACHINE, distribution=distribution, version=version).system == system


@pytest.mark.parametrize(("distribution", "version"), [("Fedora", "40"), ("Debian", "11"), ("Ubuntu", "24.10")])
def test_another_system_is_named_with_those_that_are_right(distribution, version):
    text = f"it runs {distribution} {version}; the roles support Debian 13, Ubuntu 24.04"
    # Nothing is known of its containerd.
    assert unfit("1.38.0", distribution=distribution, version=version) == ([text], [])


@pytest.mark.parametrize(
    ("name", "right"),
    [("n", True), ("node-1.example", True), ("a" * 253, True)]
    + [(name, False) for name in ("Node1", "node_1", "-node", "node1.", "a" * 254, "node1\n")],
)
def test_the_name(name, right):
    faults, _warnings = unfit(name=name)
    assert [one.partition(":")[0] for one in faults] == ([] if right else ["its name cannot be that of a node"])


def test_dockers_containerd():
    (fault,), _warnings = unfit(packages={"containerd.io": "1.7"})
    assert fault.startswith("it has containerd.io, ")


@pytest.mark.parametrize(
    ("keeps_version", "packages", "right"),
    [
        (True, {"kubelet": "1.36.4-1.1"}, True),
        (True, {"kubelet": "1.36.3-1.1"}, False),
        (True, {"kubelet": "1.37.1-1.1"}, False),
        (True, {}, True),  # a kubelet that no package brought
        (False, {"kubelet": "1.36.3-1.1"}, True),  # no node of a cluster yet, or an upgrade
    ],
)
def test_the_version_of_a_node_of_a_cluster(keeps_version, packages, right):
    faults, _warnings = unfit(keeps_version=keeps_version, packages=packages)
    assert [one.partition(",")[0] for one in faults] == (
        [] if right else [f"it is a node of a cluster and has the package kubelet {packages['kubelet']}"]
    )


@pytest.mark.parametrize(
    ("containerd", "kubernetes", "faults", "warnings"),
    [
        (None, "1.36.4", 0, 0),
        (None, "1.37.1", 0, 1),
        (None, "1.38.0", 1, 0),
        ("1.7.24~ds1-6", "1.38.0", 1, 0),
        ("1.7.24~ds1-6", "2.0.0", 1, 0),
        ("2.1.4~ds-1", "1.38.0", 0, 0),
        ("2.1.4~ds-1", "1.37.0", 0, 0),
    ],
)
def test_the_version_of_containerd(containerd, kubernetes, faults, warnings):
    found = unfit(kubernetes, packages={"containerd": containerd} if containerd else {})
    assert tuple(map(len, found)) == (faults, warnings)
    assert all(f"Kubernetes {kubernetes} " in one for one in (*found[0], *found[1]))
