# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from diagnosis_world import World

KUBELET = "/var/lib/kubelet/pki/kubelet-client-current.pem"
DAY = 86400


def certificate(world, node, path, part=None):
    return next(one for one in world.nodes[node]["certificates"] if one["path"] == path and one.get("part") == part)


@pytest.mark.parametrize(
    ("node", "path"),
    [
        ("master", "/etc/kubernetes/pki/apiserver.crt"),
        ("node1", KUBELET),
        ("master", "/etc/kubernetes/pki/etcd/server.crt"),
    ],
)
def test_a_certificate_has_expired(node, path):
    world = World()
    certificate(world, node, path)["not_after"] = world.nodes[node]["clock"] - DAY
    found = world.first("certificates")
    assert found["nodes"] == [node]
    assert found["cause"] == f"{path} on {node} has expired"
    assert ("kubeadm join" if path == KUBELET else "kubeadm certs renew") in found["remedy"]


def test_a_ca_that_has_expired_is_renewed_by_nobody():
    world = World()
    ca = certificate(world, "master", "/etc/kubernetes/pki/ca.crt")
    ca["not_after"] = world.nodes["master"]["clock"] - DAY
    found = world.first("certificates")
    assert found["cause"] == "/etc/kubernetes/pki/ca.crt on master has expired"
    assert "certs renew" not in found["remedy"]
    assert "certificates.yml" not in found["remedy"]
    assert "by hand" in found["remedy"]
    # While a CA is replaced, the file has the old one beside the new one.
    world.nodes["master"]["certificates"].append({**ca, "not_after": world.nodes["master"]["clock"] + DAY})
    assert world.found() == []


def test_a_certificate_is_not_valid_yet():
    world = World()
    certificate(world, "node1", KUBELET)["not_before"] = world.nodes["node1"]["clock"] + DAY
    assert "is not valid yet" in world.first("certificates")["cause"]


def test_a_node_has_the_ca_of_an_earlier_cluster():
    world = World()
    certificate(world, "node2", "/etc/kubernetes/pki/ca.crt").update(public_key="f00d" * 16, subject_key="00" * 20)
    found = world.first("certificates")
    assert found["nodes"] == ["node2"]
    assert "is of another cluster" in found["cause"]
    assert "f00df00d" in found["evidence"][0]


def test_the_certificate_of_a_kubelet_is_of_another_ca():
    world = World()
    certificate(world, "node1", KUBELET)["authority_key"] = "ab" * 20
    found = world.first("certificates")
    assert found["cause"] == f"{KUBELET} on node1 is of another cluster"


def test_two_cas_after_a_rotation_are_harmless():
    world = World()
    for node in world.nodes.values():
        old = {
            **certificate(world, "master", "/etc/kubernetes/pki/ca.crt"),
            "public_key": "0ld" * 20,
            "subject_key": "cd" * 20,
        }
        node["certificates"].append(old)
    certificate(world, "node1", KUBELET)["authority_key"] = "cd" * 20
    assert world.found() == []


def test_the_kubelets_own_serving_certificate_is_not_looked_at():
    world = World()
    for node in world.nodes.values():
        for one in node["certificates"]:
            if one["path"] == "/var/lib/kubelet/pki/kubelet.crt":
                one["not_after"] = 1
    assert world.found() == []
