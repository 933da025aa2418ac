# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import copy
import time
from dataclasses import replace

import pytest
from diagnosis_world import NETWORKS, World, across

from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.causes import Found
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.diagnosis import load_gathered
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.judgement import judge
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.registry import causes

PARTS = ["links", "routes", "packet_filter", "cni", "units", "logs", "kubelet", "sysctls", "swap", "certificates"]
PARTS += [
    "identity",
    "subnet_env",
    "resolver",
    "server",
    "advertised",
    "overlay",
    "veths",
    "routing_rules",
    "last_words",
]


@pytest.mark.parametrize("objects", [True, False], ids=["with the API", "without the API"])
@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("cause", causes(), ids=lambda cause: cause.id)
def test_a_healthy_cluster_has_no_finding(cause, network, objects):
    assert World(network).diagnose(cause.id, objects=objects, node_network="10.100.198.0/24")["findings"] == []


@pytest.mark.parametrize("lost", ["master", "node2"])
@pytest.mark.parametrize("network", NETWORKS)
def test_nodes_that_did_not_answer_make_no_finding(network, lost):
    world = World(network)
    world.nodes[lost] = None
    result = world.diagnose()
    assert result["findings"] == []
    assert f"{lost}: it did not answer" in result["not_looked_at"]


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("part", PARTS)
def test_a_part_that_could_not_be_read_makes_no_finding(network, part):
    world = World(network)
    for node in world.nodes.values():
        node[part] = None
    assert world.found() == []


def test_a_cause_that_meets_odd_data_costs_itself_alone():
    def find(_gathered):
        yield Found(("node1",), "half", (), "")
        raise KeyError("subject\n")

    world = World()
    world.nodes["node1"]["sysctls"]["net.ipv4.ip_forward"]["value"] = "0"
    broken = replace(causes()[0], id="broken", find=find)
    diagnosis = judge(load_gathered(world.nodes, world.objects), (broken, *causes()))
    assert [one.id for one in diagnosis.findings] == ["forwarding_off"]
    (sentence,) = diagnosis.unread
    assert sentence.startswith("broken: the finding could not be looked for (KeyError: 'subject")
    assert "\n" not in sentence


def test_what_explains_most_comes_first_and_the_rest_is_unexplained():
    world = World()
    world.link("node1", "flannel.1")["mac"] = "02:11:22:33:44:55"  # explains the overlay of node1
    world.remove_routes("node2", world.subnet("master"))  # explains less
    world.nodes["master"]["identity"]["machine_id"] = world.nodes["node1"]["identity"]["machine_id"]  # explains nothing

    def fails(source, target, check):
        outside = target["kind"] == "outside" and source["node"] == "node2"
        return outside or across("node1")(source, target, check) or across("node2")(source, target, check)

    world.fail(fails)
    result = world.diagnose()
    assert [one["id"] for one in result["findings"]] == ["vtep_mac", "pod_routes", "duplicate_identity"]
    counts = [one["explained_cells"] for one in result["findings"]]
    assert counts[0] > counts[1] > counts[2] == 0
    assert {cell["target_kind"] for cell in result["unexplained"]} == {"outside"}
    assert len(result["unexplained"]) == result["unexplained_cells"]


def large(count):
    """A cluster of Flannel with many nodes, as its nodes and its API would show it."""
    world = World()
    node, item = world.nodes["node1"], world.node("node1")
    subnets = [f"10.{64 + number // 250}.{number % 250}.0/24" for number in range(count)]
    nets = [subnet.partition("/")[0] for subnet in subnets]
    addresses = [f"172.16.{number // 250}.{number % 250 + 1}" for number in range(count)]
    macs = [f"02:00:00:00:{number // 256:02x}:{number % 256:02x}" for number in range(count)]
    # As separate texts, which JSON from each node would be.
    nodes, items = {}, []
    base = {**node, "routes": [group for group in node["routes"] if group["device"] not in ("flannel.1", "cni0")]}
    for number in range(count):
        name = f"n{number}"
        one = copy.deepcopy(base)
        one["host"], one["identity"]["machine_id"] = name, f"{number:032x}"
        one["kubelet"]["flags"]["node-ip"] = addresses[number]
        one["subnet_env"] = {"FLANNEL_NETWORK": "10.64.0.0/10", "FLANNEL_SUBNET": f"{nets[number][:-1]}1/24"}
        for link in one["links"]:
            if link["name"] == "enp0s8":
                link.update(mac=f"06{macs[number][2:]}", addresses=[f"{addresses[number]}/12"])
            if link["name"] == "flannel.1":
                link.update(mac=macs[number], addresses=[f"{nets[number]}/32"])
            if link["name"] == "cni0":
                link["addresses"] = [f"{nets[number][:-1]}1/24"]
        others = [other for other in range(count) if other != number]
        group = {"table": "main", "type": "unicast", "protocol": "", "metric": "0"}
        one["routes"].append({**group, "device": "flannel.1", "routes": [f"{subnets[n]} {nets[n]}" for n in others]})
        one["overlay"] = {
            "flannel.1": {
                "neighbours": [f"{nets[n]} {macs[n]}" for n in others],
                "forwarding": [f"{macs[n]} {addresses[n]}" for n in others],
            }
        }
        nodes[name] = one
        new = copy.deepcopy(item)
        new["metadata"]["name"] = name
        new["metadata"]["annotations"].update(
            {"flannel.alpha.coreos.com/public-ip": addresses[number]}
            | {"flannel.alpha.coreos.com/backend-data": f'{{"VNI":1,"VtepMAC":"{macs[number]}"}}'}
        )
        new["spec"] = {"podCIDR": subnets[number], "podCIDRs": [subnets[number]]}
        new["status"]["addresses"] = [{"type": "InternalIP", "address": addresses[number]}]
        items.append(new)
    config = next(one["data"] for one in world.objects["config_maps"] if "ClusterConfiguration" in one["data"])
    config["ClusterConfiguration"] = "networking:\n  podSubnet: 10.64.0.0/10\n  serviceSubnet: 192.168.0.0/16\n"
    flannel = next(one["data"] for one in world.objects["config_maps"] if "net-conf.json" in one["data"])
    flannel["net-conf.json"] = '{"Network": "10.64.0.0/10"}'
    for node in nodes.values():
        for link in node["links"]:
            if link["name"] == "enp0s3":
                link["addresses"] = ["198.18.2.15/24"]
        for group in node["routes"]:
            group["routes"] = [
                one.replace("10.0.2.", "198.18.2.").replace("10.100.198.0/24", "172.16.0.0/12")
                for one in group["routes"]
            ]
    return nodes, {**world.objects, "nodes": items, "endpoint_slices": [], "pods": []}


def test_a_thousand_nodes_are_judged_in_two_seconds():
    """Their million routes and million neighbours are read once; the machine may be several times slower than usual.

    All links have a strict rp_filter, so the ways between nodes are looked at, too.
    """
    nodes, objects = large(1000)
    for node in nodes.values():
        for key, setting in node["sysctls"].items():
            if key.endswith(".rp_filter"):
                setting["value"] = "1"
    unit = min(_seconds(lambda: {f"{n}" for n in range(1_000_000)}) for _attempt in range(3))
    gathered = None

    def run():
        nonlocal gathered
        gathered = load_gathered(nodes, objects)
        assert judge(gathered, causes()).findings == ()

    # A million texts in a set take 0.2 s on the machine of docs/times.md.
    assert min(_seconds(run) for _attempt in range(2)) < 10 * max(unit, 0.2)
    nodes["n7"]["routes"][-1]["routes"].remove("10.64.9.0/24 10.64.9.0")
    (found,) = judge(load_gathered(nodes, objects), causes()).findings
    assert (found.id, found.found.cause) == ("pod_routes", "n7 has no route to the pods on n9")


def test_a_thousand_broken_nodes_are_judged_as_quickly():
    """Each node has a finding of its own, and 20,000 cells failed."""
    nodes, objects = large(1000)
    for node in nodes.values():
        node["units"]["containerd"].update(ActiveState="failed", SubState="failed", Result="exit-code")
    ends = [{"name": f"podnet/{name}", "kind": "pod", "node": name} for name in nodes]
    verdict = {"check": "tcp", "family": "ipv4", "verdict": "failed", "message": "timeout"}
    cells = [
        {"source": ends[one]["name"], "target": ends[(one + step) % 1000]["name"], **verdict}
        for one in range(1000)
        for step in range(1, 21)
    ]
    schema = {"schema": "podnet.kubernetes/connectivity-report", "version": 2}
    gathered = load_gathered(nodes, objects, {**schema, "endpoints": ends, "cells": cells})
    unit = min(_seconds(lambda: {f"{n}" for n in range(1_000_000)}) for _attempt in range(3))
    diagnosis = judge(gathered, causes())
    assert (len(diagnosis.findings), diagnosis.unexplained) == (1000, ())
    assert _seconds(lambda: judge(gathered, causes())) < 10 * max(unit, 0.2)


def _seconds(work):
    """The processor time of some work: other programs of a busy machine do not count."""
    start = time.process_time()
    work()
    return time.process_time() - start
