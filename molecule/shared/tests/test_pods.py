"""Pods reach each other, DNS and Services over VXLAN. The check of this fails when a route is missing."""

from __future__ import annotations

import json
import subprocess

import pytest

TABLE = "molecule"


def test_there_is_a_pod_on_every_node(pods, inventory):
    assert set(pods.found()) == set(inventory.nodes)


def test_every_pod_reaches_every_other_pod(pods):
    assert pods.unreachable() == set()


def test_dns_answers_every_pod(pods, inventory):
    name = f"{pods.name}.{pods.namespace}.svc.cluster.local"
    assert {node for node in inventory.nodes if not pods.fetches(node, name)} == set()


def test_the_service_answers_every_pod(pods, kubectl, inventory):
    (service,) = kubectl.items("services", "--namespace", pods.namespace)
    assert {node for node in inventory.nodes if not pods.fetches(node, service["spec"]["clusterIP"])} == set()


def test_every_node_reaches_every_pod(pods, on, inventory):
    addresses = [pod["status"]["podIP"] for pod in pods.found().values()]
    script = "import sys, urllib.request as r; [r.urlopen(f'http://{a}/', timeout=5) for a in sys.argv[1:]]"
    command = f'python3 -c "{script}" {" ".join(addresses)}'
    assert {node for node in inventory.nodes if on(node).run(command).rc != 0} == set()


def test_a_missing_route_breaks_the_pairs_that_need_it(pods, kubectl, on, inventory):
    owner, other = inventory.workers[:2]
    subnet = next(node["spec"]["podCIDR"] for node in kubectl.items("nodes") if node["metadata"]["name"] == other)
    route = on(owner).check_output(f"ip route show {subnet}")
    on(owner).check_output(f"ip route delete {route}")
    try:
        # What the owner's pod sends to the other's, and what it answers to it.
        assert pods.unreachable() == {(owner, other), (other, owner)}
    finally:
        on(owner).check_output(f"ip route add {route}")
    assert pods.unreachable() == set()


@pytest.mark.usefixtures("lab")  # the test counts packets in the namespaces of the containers
def test_pods_of_different_nodes_talk_by_vxlan(pods, inventory):
    source, target = inventory.workers[:2]
    nic, network = inventory.variables["podnet_node_interface"], "10.244.0.0/16"
    rules = [f'iifname "{nic}" udp dport 8472 counter', f'iifname "{nic}" ip saddr {network} counter']
    nft = ["ip", "netns", "exec", f"podnet-{target}", "nft"]
    lines = [f"table ip {TABLE} {{", "chain seen {", "type filter hook prerouting priority -400", *rules, "}", "}", ""]
    subprocess.run([*nft, "--file", "-"], input="\n".join(lines), text=True, check=True)
    try:
        requests = 5
        address = pods.found()[target]["status"]["podIP"]
        assert all(pods.fetches(source, address) for _request in range(requests))
        listed = subprocess.run([*nft, "--json", "list", "table", "ip", TABLE], check=True, stdout=subprocess.PIPE)
    finally:
        subprocess.run([*nft, "delete", "table", "ip", TABLE], check=True)
    rules_found = [entry["rule"] for entry in json.loads(listed.stdout)["nftables"] if "rule" in entry]
    encapsulated, plain = (
        part["counter"]["packets"] for rule in rules_found for part in rule["expr"] if "counter" in part
    )
    assert encapsulated >= requests
    assert plain == 0
