# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest

PATH = Path(__file__).resolve().parents[3] / "lab" / "roles" / "lab" / "filter_plugins" / "lab.py"
SPEC = importlib.util.spec_from_file_location("lab_filters", PATH)
MODULE = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(MODULE)
FILTERS = MODULE.FilterModule().filters()

IMAGES = json.dumps(
    [
        {"Names": None, "Labels": {"inputs": "of a dangling image"}},
        {"Names": ["localhost/podnet/web:trixie"], "Labels": None},
        {"Names": ["localhost/podnet/node:bookworm", "localhost/podnet/node:trixie"], "Labels": {"inputs": "abc"}},
        {"Names": ["localhost/podnet/mirror:trixie"], "Labels": {"other": "x"}},
    ]
)


@pytest.mark.parametrize(
    ("address", "gateway"), [("10.0.0.9/25", "10.0.0.126"), ("10.0.0.200/25", "10.0.0.254"), ("10.0.0.9/24", None)]
)
def test_the_route_to_the_other_half(address, gateway):
    routers = ["10.0.0.126", "10.0.0.254"] if gateway else []
    expected = {"10.0.0.0/24": gateway, "10.0.0.1/32": None} if gateway else {}
    assert FILTERS["lab_routes"]("10.0.0.0/24", routers, address, "10.0.0.1") == expected


@pytest.mark.parametrize(
    ("images", "name", "expected"),
    [
        (IMAGES, "localhost/podnet/node:trixie", "abc"),
        (IMAGES, "localhost/podnet/web:trixie", ""),
        (IMAGES, "localhost/podnet/mirror:trixie", ""),
        (IMAGES, "localhost/podnet/missing:trixie", ""),
        ("", "localhost/podnet/node:trixie", ""),  # podman is not installed yet
    ],
)
def test_inputs_of_an_image(images, name, expected):
    assert FILTERS["lab_image_inputs"](images, name) == expected


OWN = {"dst": "10.100.198.0/24", "dev": "podnet0"}
VPN = {"dst": "10.0.0.0/8", "dev": "tun0"}


@pytest.mark.parametrize(
    ("routes", "expected"),
    [
        ([], []),
        ([OWN], []),
        ([OWN, VPN], [VPN]),
        ([{"dst": name, "dev": "eth0"} for name in ("default", "0.0.0.0/1", "128.0.0.0/1")], []),
        ([{"dst": "10.100.198.0/24", "type": "unreachable"}], []),
        ([{"dst": "10.100.198.0/25", "dev": "eth1"}], [{"dst": "10.100.198.0/25", "dev": "eth1"}]),
    ],
)
def test_routes_of_others_into_the_lab_s_network(routes, expected):
    assert FILTERS["lab_foreign_routes"]([json.dumps(routes), ""], "podnet0") == expected


FILES = {"basic_cni": "10-mynet.conflist", "flannel": "10-flannel.conflist", "calico": "10-calico.conflist"}


@pytest.mark.parametrize(
    ("rc", "lines", "network", "expected"),
    [
        (0, ["abc", "13.1"], None, ""),
        (0, ["abc", "13.1", "1.36.3-1.1", "10-flannel.conflist"], None, ""),
        (0, ["abc", "13.1", "1.36.4-1.1", "10-flannel.conflist"], "flannel", ""),
        (0, ["abc", "13.1", ""], "flannel", ""),
        (0, ["abc", "13.1", "1.36.3-1.1"], "flannel", "node1 has Kubernetes 1.36.3 instead of 1.36.4"),
        (0, ["abc", "13.1", "1.36.4-1.1", "10-flannel.conflist"], "calico", "node1 carries flannel instead of calico"),
        (0, ["abc", "12.9"], "flannel", "node1 runs Debian 12 instead of 13"),
        (0, ["def", "13.1"], "flannel", "node1 was started from other settings"),
        (0, ["def", "12.9", "", "10-calico.conflist"], "flannel", "node1 runs Debian 12 instead of 13"),
        (0, ["abc"], None, "node1 runs Debian of no known release instead of 13"),
        (255, [], "flannel", "node1 is dead"),
    ],
)
def test_reasons_why_a_node_cannot_stay(rc, lines, network, expected):
    found = {"rc": rc, "stdout_lines": lines}
    assert FILTERS["lab_stale_reason"](found, "node1", "abc", 13, network, FILES, "1.36.4") == expected
    assert FILTERS["lab_stale_reason"](found, "node1", "abc", "13", network, FILES, "1.36.4") == expected


SERVED = [
    {"name": "registry.k8s.io/pause:3.10.2", "entrypoint": ["/pause"]},
    {"name": "registry.k8s.io/etcd:3.6.8-0", "files": {"etcd/server": "/etcd"}, "entrypoint": ["/etcd"]},
    {
        "name": "registry.k8s.io/kube-proxy:v1.36.3",
        "from": "network",
        "files": {"kubernetes/kube-proxy": "/kube-proxy"},
    },
    {"name": "quay.io/calico/cni:v3.31.0", "files": {"calico/calico": "/a", "cni-plugins/tuning": "/b"}},
]
COMPONENTS = [
    {"name": "kubernetes-1.36.4", "kubernetes": "1.36.4", "version": "1.36.4"},
    {"name": "kubernetes-1.37.1", "kubernetes": "1.37.1", "version": "1.37.1"},
    {"name": "etcd-3.7.0", "kubernetes": "1.37.1", "version": "3.7.0"},
]


def test_images_of_further_versions():
    found = FILTERS["lab_further_images"](SERVED, COMPONENTS, ["1.37.1", "1.36.4"])
    assert [(one["name"], one["files"]) for one in found] == [
        ("registry.k8s.io/etcd:3.7.0-0", {"etcd-3.7.0/server": "/etcd"}),
        ("registry.k8s.io/kube-proxy:v1.37.1", {"kubernetes-1.37.1/kube-proxy": "/kube-proxy"}),
        ("registry.k8s.io/kube-proxy:v1.36.4", {"kubernetes-1.36.4/kube-proxy": "/kube-proxy"}),
    ]
    assert found[1]["from"] == "network"
    assert FILTERS["lab_further_images"](SERVED, COMPONENTS, []) == []


@pytest.mark.parametrize(
    ("flags", "device", "expected"),
    [
        ("fpu vme vmx lm", True, "kvm"),
        ("fpu svm", True, "kvm"),
        ("fpu vme vmx lm", False, "tcg"),
        # /dev/kvm of a machine whose processor has no virtualisation of its own: Debian's kernel does not boot with it.
        ("fpu hypervisor lm svml", True, "tcg"),
    ],
)
def test_the_accelerator(flags, device, expected):
    cpuinfo = f"processor\t: 0\nmodel name\t: vmx svm 3\nflags\t\t: {flags}\nbugs\t\t: spectre_v1\n"
    assert FILTERS["lab_accelerator"](cpuinfo, device) == expected


def test_the_frequency_of_the_time_stamp_counter():
    """Two processors at 2.3 GHz, of which one runs faster for a moment."""
    processor = "processor\t: {}\ncpu MHz\t\t: {}\nbogomips\t: 4600.05\n\n"
    assert FILTERS["lab_tsc_khz"](processor.format(0, 3100.7) + processor.format(1, 2300.0)) == 2300025
