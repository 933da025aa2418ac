# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A company's name stands in every name and text of a cluster, and in no field of its redacted bundle."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from functools import partial

import pytest
from diagnosis_world import NETWORKS, World, across, judged_without_names, shape

from ansible_collections.podnet.kubernetes.plugins.module_utils._bundle.bundle import BundleParts
from ansible_collections.podnet.kubernetes.plugins.module_utils._bundle.private_parts import without_private_parts
from ansible_collections.podnet.kubernetes.plugins.module_utils._bundle.redaction import _TECHNICAL, without_names
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.account import account_document
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.registry import causes

KEY = b"a key of a test"
NODES = {"master": "acme-cp1.corp.example", "node1": "acmeweb1", "node2": "web-acme-2"}
TEXTS = (
    "lookup acme-cp1.corp.example: no such host",
    "node acmeweb1 and node web-acme-2.",
    "pod acme-shop/acme-pod-7: gone",
    'pulling "registry.acme.example:5000/acme/app:v1"',
    "docker.acme.example/acme/app@sha256:0123",
    "https://api.acme.example:6443/healthz",
    "open /home/acmebob/.kube/config",
    "bob.acme@mail.acme.example",
    'User "acmebob" cannot list',
    "db.acme-shop.svc.cluster.local",
    "ACME-CP1.corp.example".lower(),
)


def renamed(old, new, found):
    return found[0].replace(old, new)


def acme(network):
    """A cluster whose nodes, objects and texts have the company's name."""
    text = json.dumps({"nodes": World(network).nodes, "objects": World(network).objects})
    for old, new in NODES.items():
        # The links of a bridge have the key master, too.
        text = re.sub(rf'(?<![\w"]){old}(?!\w)|"{old}"(?!: "(?:cni0|cali))', partial(renamed, old, new), text)
    world = World(network)
    data = json.loads(text)
    world.nodes, world.objects = data["nodes"], data["objects"]
    world.objects["pods"].append(
        {
            "metadata": {
                "name": "acme-pod-7",
                "namespace": "acme-shop",
                "labels": {"acme.example/team": "acme", "acmeteam": "acme-blue", "app": "acmeshop", "tier": "acme"},
            },
            "spec": {
                "nodeName": "acmeweb1",
                "containers": [{"name": "acme", "image": "registry.acme.example:5000/acme/app:v1"}],
                "nodeSelector": {"acmepool": "x"},
                "tolerations": [{"key": "acmepool", "operator": "Equal", "value": "acmeblue", "effect": "NoSchedule"}],
            },
            "status": {
                "conditions": [{"type": "Ready", "status": "True"}],
                "containerStatuses": [{"name": "acme", "image": "acme/app:v1", "imageID": "acme/app@sha256:01"}],
            },
        }
    )
    world.objects["nodes"][0]["spec"]["taints"].append({"key": "acmepool", "value": "acmeblue", "effect": "NoExecute"})
    world.objects["namespaces"] = [{"metadata": {"name": "acme-shop", "labels": {"acme": "1"}}}]
    expression = {"key": "acmeteam", "operator": "In", "values": ["acme-blue", "acmered"]}
    world.objects["network_policies"] = [
        {
            "metadata": {"name": "acme-deny", "namespace": "acme-shop"},
            "spec": {
                "podSelector": {"matchLabels": {"app": "acmeshop"}, "matchExpressions": [expression]},
                "ingress": [{"ports": [{"port": "acmehttp"}]}],
            },
        }
    ]
    return world


def parts_of(world, **more):
    return BundleParts(world.nodes, world.objects, world.report(), **more)


def redacted(parts):
    return without_names(without_private_parts(parts), KEY)


@pytest.mark.parametrize("network", NETWORKS)
def test_no_name_stays(network):
    world = acme(network)
    world.fail(across("acmeweb1"))
    shown = json.dumps(asdict(redacted(parts_of(world, not_looked_at={"acmeweb1": "acmeweb1 is away"}))))
    assert "acme" in json.dumps(world.nodes)
    assert re.findall(r".{60}acme.{20}|.{60}corp.example", shown, re.IGNORECASE) == []


def test_no_name_of_a_pod_that_is_gone_stays():
    world = acme(NETWORKS[0])
    world.fail(across("acmeweb1"))
    gone = {"source": "acme-shop/acme-old", "target": "acme-shop/acme-older", "before": "passed"}
    report = {**world.report(), "comparison": {"with": {"name": "acme", "time": "t"}, "gone": [gone]}}
    parts = redacted(BundleParts(world.nodes, world.objects, report))
    assert "acme" not in json.dumps(parts.report)
    assert "cells" in parts.report


def with_text(value, text, field=""):
    """The same data, with a text behind each text that may be any."""
    if isinstance(value, dict):
        return {key: with_text(one, text, key) for key, one in value.items()}
    if isinstance(value, list):
        return [with_text(one, text, field) for one in value]
    return f"{value} {text}" if isinstance(value, str) and field not in FIXED else value


# Fields that have another form with a text in them, and would not be loaded.
FIXED = _TECHNICAL | {"host", "name", "namespace", "nodeName", "addresses", "source", "target", "node"}


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("network", NETWORKS)
def test_no_name_in_a_text_stays(network, text):
    world = acme(network)
    nodes = {name: with_text(data, text) for name, data in world.nodes.items()}
    parts = BundleParts(nodes, world.objects, with_text(world.report(), text), None, None, {"the API": text})
    shown = json.dumps(asdict(redacted(parts)))
    assert re.findall(r".{60}acme.{20}", shown, re.IGNORECASE) == []


@pytest.mark.parametrize("network", NETWORKS)
def test_the_findings_are_the_same(network):
    world = acme(network)
    world.nodes["acmeweb1"]["sysctls"]["net.ipv4.ip_forward"]["value"] = "0"
    world.link("web-acme-2", "enp0s8")["mtu"] = 1300
    world.fail(across("acmeweb1"))
    parts = parts_of(world)
    found = account_document(parts.judged(causes()))
    assert len(found["findings"]) > 1
    assert shape(judged_without_names(parts)) == shape(found)


def test_a_name_has_one_stand_in():
    world = acme("flannel")
    shown = redacted(parts_of(world))
    assert list(shown.nodes) == ["node-1", "node-2", "node-3"]
    assert [data["host"] for data in shown.nodes.values()] == list(shown.nodes)
    assert [one["metadata"]["name"] for one in shown.objects["nodes"]] == list(shown.nodes)
    subjects = {one["subject"] for one in shown.nodes["node-1"]["certificates"]}
    assert "O=system:nodes, CN=system:node:node-1" in subjects


def test_aliases_of_a_node_have_its_stand_in():
    world = World()
    world.nodes["10.0.0.9"] = world.nodes.pop("node1")
    world.nodes["10.0.0.9"]["host"] = "NODE1.Corp.Example"
    world.nodes["10.0.0.9"]["logs"]["kubelet"] = ["E1 NODE1.Corp.Example and node1 and node1.corp.example"]
    shown = redacted(parts_of(world))
    assert sorted(shown.nodes) == ["node-1", "node-2", "node-3"]
    assert shown.nodes["node-2"]["logs"]["kubelet"] == ["E1 node-2 and node-2 and node-2"]
    assert shape(judged_without_names(parts_of(world))) == shape(world.diagnose())


def test_a_name_of_several_nodes_stays_apart():
    world = World()
    for data in world.nodes.values():
        data["host"] = "debian"
    shown = redacted(parts_of(world))
    assert {data["host"] for data in shown.nodes.values()} == {"host-1"}
    assert list(shown.nodes) == ["node-1", "node-2", "node-3"]


def test_hosts_with_one_name_stay_several_hosts():
    world = World()
    for data in world.nodes.values():
        data["host"] = "debian"
    parts = BundleParts({**world.nodes, "10.1.0.1": None, "10.1.0.2": None})
    shown = redacted(parts)
    assert len(shown.nodes) == len(parts.nodes)
    assert {data["host"] for data in shown.nodes.values() if data} == {"node-3"}
    assert shape(judged_without_names(parts)) == shape(account_document(parts.judged(causes())))


def test_many_nodes_keep_their_order():
    world = World()
    nodes = {f"n{number:02}": None for number in range(12)}
    assert list(redacted(BundleParts({**world.nodes, **nodes})).nodes)[:3] == ["node-01", "node-02", "node-03"]


def test_words_of_programs_stay_when_nodes_are_called_like_them():
    world = World()
    for old, new in (("node1", "bridge"), ("node2", "vxlan")):
        world.nodes[new] = world.nodes.pop(old)
        world.node(old)["metadata"]["name"] = new
        world.nodes[new]["host"] = new
    assert world.found() == []


def test_known_names_and_private_addresses_stay():
    world = World()
    shown = redacted(parts_of(world))
    assert {one["metadata"]["namespace"] for one in shown.objects["pods"]} == {"kube-system", "kube-flannel"}
    assert shown.nodes["node-1"]["links"][1]["addresses"] == world.nodes["master"]["links"][1]["addresses"]


def test_rules_lose_comments_and_foreign_chains():
    world = World()
    world.rules("node1").insert(1, ":ACME-FW - [0:0]")
    world.add_rule("node1", "filter", '-A ACME-FW -m comment --comment "for acme" -j LOG --log-prefix "acme: "')
    world.add_rule("node1", "filter", "-A FORWARD -j ACME-FW")
    shown = redacted(parts_of(world)).nodes["node-2"]["packet_filter"]["iptables"]["lines"]
    assert ":CHAIN-1 - [0:0]" in shown
    assert '-A CHAIN-1 -j LOG --log-prefix "..."' in shown
    assert "-A FORWARD -j CHAIN-1" in shown


def test_macs_and_identifiers_stay_equal_where_they_were():
    world = World()
    shown = redacted(parts_of(world))
    mac = next(one["mac"] for one in shown.nodes["node-2"]["links"] if one["name"] == "flannel.1")
    assert mac in json.dumps(shown.nodes["node-1"]["overlay"])
    assert mac in shown.objects["nodes"][1]["metadata"]["annotations"]["flannel.alpha.coreos.com/backend-data"]
    real = {one for data in world.nodes.values() for one in data["identity"].values() if isinstance(one, str)}
    assert not any(one in json.dumps(asdict(shown)) for one in real)


def test_public_addresses_are_replaced():
    world = World()
    world.add_link("node1", "wan0", "ether", "52.4.17.9/24")
    world.add_route("node1", "52.4.0.0/16 52.4.17.1", "wan0")
    shown = json.dumps(redacted(parts_of(world)).nodes)
    assert "52.4." not in shown
    assert re.search(r'"52\.\d+\.\d+\.9/24"', shown)


def test_allocation_and_network_are_redacted():
    allocation = {"schema": "podnet.kubernetes/subnet-allocation", "allocation": {"node1": ["10.1.0.0/24"]}}
    shown = redacted(BundleParts(World().nodes, None, None, allocation, "52.4.0.0/16", {"node9": "acme"}))
    assert shown.allocation == {**allocation, "allocation": {"node-2": ["10.1.0.0/24"]}}
    assert shown.node_network.endswith(".0.0/16") and shown.node_network != "52.4.0.0/16"


def test_the_doors_at_which_nodes_knocked_have_the_addresses_of_the_links():
    world = World()
    world.add_knocks({"tcp 10.244.2.0 10250": "timeout", "icmp 10.244.2.0": "timeout"})
    text = json.dumps([world.nodes, world.objects]).replace("10.100.198.", "93.184.216.")
    world.nodes, world.objects = json.loads(text)
    assert "93.184.216" not in json.dumps(without_names(BundleParts(world.nodes, world.objects), KEY).nodes)
    found = judged_without_names(BundleParts(world.nodes, world.objects))
    assert [one["id"] for one in found["findings"]] == ["port_closed"]


def test_names_of_people_and_of_their_tools_do_not_stay():
    """In URLs, in robot accounts, in comments and names of nftables, in sets, and in the file of old nodes."""
    world = World()
    node = world.nodes["node1"]
    node["logs"]["kubelet"] = ["error: Get https://acmebob:secret9@registry.test/v2/", "denied for robot$acmerobot"]
    world.add_rule("node1", "filter", "-A FORWARD -m set --match-set acme_block src -j DROP")
    match = {"match": {"left": {"meta": {"key": "iifname"}}, "op": "==", "right": "eth0"}}
    jump = [match, {"comment": "by acmebob"}, {"jump": {"target": "acmerules"}}]
    chain = {"family": "inet", "table": "acmetable", "chain": "acmechain", "hook": "forward", "policy": "drop"}
    rules = {"family": "inet", "table": "acmetable", "chain": "acmerules", "rules": [[{"accept": None}]]}
    known = {"family": "ip", "table": "kube-proxy", "chain": "filter-forward", "rules": []}
    node["packet_filter"]["nftables"] = [{**chain, "rules": [jump]}, rules, known]
    allocation = {"allocation": {"acmeold": ["10.9.0.0/24"], "node1": ["10.244.1.0/24"]}}
    service = {"namespace": "web", "name": "hook", "path": "/acme"}
    hooks = [{"name": "hook.test", "clientConfig": {"service": service}, "failurePolicy": "Ignore"}]
    world.objects["webhooks"] = [{"metadata": {"name": "hook"}, "webhooks": hooks}]
    parts = without_private_parts(BundleParts(world.nodes, world.objects, allocation=allocation))
    found = without_names(parts, KEY)
    assert "acme" not in json.dumps(asdict(found))
    (one, other, same) = found.nodes["node-3"]["packet_filter"]["nftables"]
    assert one["rules"][0][2]["jump"]["target"] == other["chain"] != one["chain"]
    assert one["table"] == other["table"]
    assert same == known
    assert set(found.allocation["allocation"]) == {"node-1", "node-3"}
    assert world.found() == []
