# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible.release import __version__ as core
from hypothesis import settings
from interpreters import NODE_VERSIONS, find

from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import (
    Cell,
    Endpoint,
    Listener,
    Target,
    Try,
    as_dict,
)

PODS = (Try("icmp"), Try("tcp", 8080, "podnet"), Try("udp", 8080, "podnet"), Try("mtu", 8080, "podnet"))


# A busy machine takes longer than Hypothesis's 200 ms for an example, and that says nothing about the code.
settings.register_profile("podnet", deadline=None)
settings.load_profile("podnet")


def pytest_report_header():
    """Name the versions that the tests use."""
    found = {version: find(version) is not None for version in NODE_VERSIONS}
    lists = [", ".join(version for version in found if found[version] is there) or "none" for there in (True, False)]
    return [f"ansible-core {core}", "modules are run with Python {}; not found here: {}".format(*lists)]


class Network:
    """A cluster of nodes with pods, over VXLAN: its endpoints, its targets, and its cells when every check passes.

    Sizes are bytes. Names: node1, its pods default/node1-a and -b, and demo/on-node1:80, a Service with one backend,
    node1-a. DNS has its backends on node1. With node ports, demo/on-node1:80@node2 is that Service's at node2.
    """

    def __init__(self, nodes=3, pods=2, services=False, mtu=1450, node_ports=False):
        self.mtu = mtu  # of pods
        self.names = [f"node{number}" for number in range(1, nodes + 1)]
        self.nodes = [
            Endpoint(name, "node", (f"10.100.198.{number}",), name) for number, name in enumerate(self.names, 200)
        ]
        self.pods = [
            Endpoint(
                f"default/{name}-{'abcdefghijklmnopqrstuvwxyz'[pod]}", "pod", (f"10.244.{number}.{pod + 2}",), name
            )
            for number, name in enumerate(self.names)
            for pod in range(pods)
        ]
        self.others = self._others() if services else []
        self.others += self._node_ports() if node_ports else []
        self.endpoints = [*self.pods, *self.nodes, *self.others]
        self.listeners = [
            Listener(one.name, one.addresses[0], protocol, 8080, mtu=1500 if one.kind == "node" else mtu)
            for one in (*self.pods, *self.nodes)
            for protocol in ("tcp", "udp")
        ]
        self.targets = [Target(one.name, one.kind, one.addresses[0], self._tries(one)) for one in self.endpoints]

    def _others(self):
        services = [
            Endpoint(
                f"demo/on-{name}:80",
                "service",
                (f"10.96.0.{number}",),
                own=True,
                port=80,
                protocols=("tcp", "udp"),
                backends=(f"default/{name}-a",),
                backend_nodes=(name,),
                overlay_nodes=(name,),
            )
            for number, name in enumerate(self.names, 100)
        ]
        first = tuple(self.names[:1])
        question = {"port": 53, "question": "kubernetes.default.svc.cluster.local.", "answer": "10.96.0.1"}
        dns = Endpoint(
            "kube-system/dns:dns", "dns", ("10.96.0.10",), backend_nodes=first, overlay_nodes=first, **question
        )
        return [*services, dns, Endpoint("203.0.113.1", "outside", ("203.0.113.1",), port=80)]

    def _node_ports(self):
        first = tuple(self.names[:1])
        behind = {"backends": (self.pods[0].name,), "backend_nodes": first, "overlay_nodes": first}
        kind = {"kind": "nodeport", "own": True, "port": 30080, "protocols": ("tcp", "udp")}
        return [
            Endpoint(
                name=f"demo/on-{self.names[0]}:80@{node.name}",
                addresses=node.addresses,
                via=node.name,
                **kind,
                **behind,
            )
            for node in self.nodes
        ]

    def _tries(self, endpoint):
        return {
            "service": (Try("tcp", 80, "podnet"), Try("udp", 80, "podnet")),
            "nodeport": (Try("tcp", 30080, "podnet"), Try("udp", 30080, "podnet")),
            "dns": (Try("dns", 53, "dns", (), endpoint.question, endpoint.answer),),
            "outside": (Try("icmp"), Try("tcp", 80, "agnhost"), Try("udp", 80, "agnhost")),
        }.get(endpoint.kind, PODS)

    def cells(self, fault=lambda source, target, check: None):
        """The cells; a fault is a function that says which fields of a cell are different, and None when none is."""
        return [
            self._cell(source, target, one, fault(source, target, one.check) or {})
            for source in (*self.pods, *self.nodes)
            for target, addressed in zip(self.endpoints, self.targets)
            if source is not target
            for one in addressed.tries
        ]

    def _cell(self, source, target, one, differences):
        found = {"outcome": "reachable", "attempts": 3, "succeeded": 3}
        if one.check in ("tcp", "udp"):
            found["own"] = f"{source.addresses[0]}:40000"
            found["seen"] = found["own"] if target.kind in ("pod", "node") else f"{self._node_address(source)}:40000"
        if one.check == "mtu":
            found["mtu"] = min(1500 if one.kind == "node" else self.mtu for one in (source, target))
        return Cell(source.name, target.name, one.check, "ipv4", one.port, **{**found, **differences})

    def _node_address(self, pod):
        return next(node.addresses[0] for node in self.nodes if node.name == pod.node)

    def options(self, fault=lambda source, target, check: None):
        """The options of the module connectivity_assert."""
        forms = {
            "endpoints": self.endpoints,
            "targets": self.targets,
            "listeners": self.listeners,
            "cells": self.cells(fault),
        }
        return {"name": "lab", **{name: [as_dict(one) for one in some] for name, some in forms.items()}}


@pytest.fixture(scope="session")
def network():
    """The class that makes a network."""
    return Network
