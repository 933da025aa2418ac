"""The cluster is as the inventory describes it, and the controller reaches it."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta, timezone

import yaml

PUBLIC_ADDRESS = "flannel.alpha.coreos.com/public-ip"
TOKEN = re.compile(r"\b[a-z0-9]{6}\.[a-z0-9]{16}\b")


def test_all_nodes_are_ready(kubectl, inventory):
    conditions = {
        (node["metadata"]["name"], condition["status"])
        for node in kubectl.items("nodes")
        for condition in node["status"]["conditions"]
        if condition["type"] == "Ready"
    }
    assert conditions == {(name, "True") for name in inventory.nodes}


def test_kubelets_register_the_node_network(kubectl, inventory):
    addresses = {
        node["metadata"]["name"]: [
            entry["address"] for entry in node["status"]["addresses"] if entry["type"] == "InternalIP"
        ]
        for node in kubectl.items("nodes")
    }
    assert addresses == {name: [address] for name, address in inventory.nodes.items()}


def test_flannel_announces_the_node_network(kubectl, inventory):
    announced = {
        node["metadata"]["name"]: node["metadata"]["annotations"][PUBLIC_ADDRESS] for node in kubectl.items("nodes")
    }
    assert announced == inventory.nodes


def test_kubernetes_looks_soon_whether_flannel_is_ready(kubectl):
    """Upstream's first look is after 5 s, and the next one 10 s later."""
    (flannel,) = kubectl.items("daemonsets", "--namespace=kube-flannel")
    probe = flannel["spec"]["template"]["spec"]["containers"][0]["readinessProbe"]
    assert (probe["initialDelaySeconds"], probe["periodSeconds"]) == (1, 2)


def test_the_playbook_shows_the_nodes_before_and_after(scratch, inventory):
    """First without a network, then with it, as the walkthrough does."""
    shown = re.findall(r"Node (\S+): ((?:not )?ready)", (scratch / "ansible.log").read_text())
    for name in inventory.nodes:
        states = [state for node, state in shown if node == name]
        assert (states[0], states[-1]) == ("not ready", "ready")


def test_admin_conf_is_for_its_owner_only(kubeconfig):
    assert (kubeconfig.stat().st_mode & 0o777, kubeconfig.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_admin_conf_leads_to_the_control_plane_by_the_node_network(kubeconfig, inventory):
    cluster = yaml.safe_load(kubeconfig.read_text())["clusters"][0]["cluster"]
    control_plane = next(name for name in inventory.nodes if name not in inventory.workers)
    assert cluster["server"] == f"https://{inventory.nodes[control_plane]}:6443"


def test_tokens_end_within_minutes(on, inventory):
    control_plane = next(name for name in inventory.nodes if name not in inventory.workers)
    text = on(control_plane).check_output("kubeadm token list --output=json").strip()
    tokens, start = [], 0
    while start < len(text):  # one JSON document after the other
        token, end = json.JSONDecoder().raw_decode(text, start)
        tokens.append(token)
        start = end + len(text[end:]) - len(text[end:].lstrip())
    limit = datetime.now(timezone.utc) + timedelta(minutes=10)
    assert [token for token in tokens if datetime.fromisoformat(token["expires"]) > limit] == []


def test_no_run_showed_a_token(scratch):
    assert TOKEN.findall((scratch / "ansible.log").read_text()) == []
