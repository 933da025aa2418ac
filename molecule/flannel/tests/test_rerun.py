"""A run on a finished cluster restarts nothing, and check mode reports nothing (no change is what Molecule asserts)."""

from __future__ import annotations

from datetime import datetime

import pytest


def test_check_mode_reports_no_change(play, changes, inventory):
    counts = changes(play("playbooks/flannel.yml", "--check"))
    assert {name: counts[name] for name in inventory.nodes} == dict.fromkeys(inventory.nodes, 0)


@pytest.mark.parametrize("service", ["containerd", "kubelet"])
def test_services_run_since_before_flannel_was_installed(node, kubectl, service):
    """Neither the rest of the first run nor the second run restarted them."""
    property_ = "ActiveEnterTimestamp"
    started = node.check_output(f"systemctl show --timestamp=unix --property={property_} --value {service}")
    (flannel,) = kubectl.items("daemonsets", "--namespace=kube-flannel")
    installed = datetime.fromisoformat(flannel["metadata"]["creationTimestamp"])
    assert int(started.removeprefix("@")) < installed.timestamp()
