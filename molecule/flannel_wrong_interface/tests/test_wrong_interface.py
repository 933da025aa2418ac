"""Flannel on the wrong NIC: its role names it; without that check the matrix does, in exactly the cells that suffer.

The tests are one story, in their order. Which cells suffer is computed from where pods and backends are.
"""

from __future__ import annotations

import pytest


@pytest.fixture(scope="module")
def refused(play):
    """Flannel's role, with the choice of the NIC left to Flannel."""
    return play("molecule/flannel_wrong_interface/install.yml")


def test_the_role_names_the_nodes_the_nic_and_the_variable(refused, inventory, lab):
    assert refused.returncode == 2
    text = " ".join(refused.stdout.split())
    for name, address in inventory.nodes.items():
        announced = (
            f"{name}: Flannel announces {lab['lab_nat_address']} ({lab['lab_nat_interface']}), should be {address}"
        )
        assert announced in text
    assert "set flannel_interface" in text


@pytest.fixture(scope="module")
def broken(refused, play, reports):
    """The network that is verified with the role's check off: how the run ended, and its report."""
    installed = play(
        "molecule/flannel_wrong_interface/install.yml", "--extra-vars", "flannel_check_public_address=false"
    )
    assert installed.returncode == 0, installed.stdout
    done = play("playbooks/verify.yml", "--extra-vars", "connectivity_name=wrong-interface")
    return done, reports("wrong-interface")


def needs_the_overlay(source, target):
    """Return whether packets from source to target cross the overlay; None when some backends are across and some not.

    It carries what goes to a pod on another node. Nodes and host-network pods are reached without it, and what a pod
    sends to a node is answered to the pod's node, whose address it came with.
    """
    if target["kind"] in ("service", "dns"):
        across = {
            node in target.get("overlay_nodes", []) and node != source["node"] for node in target["backend_nodes"]
        }
        return across.pop() if len(across) == 1 else None
    return target["kind"] == "pod" and target["node"] != source["node"]


def test_exactly_the_cells_on_the_overlay_fail(broken):
    done, report = broken
    assert done.returncode == 2, done.stdout
    endpoints = {endpoint["name"]: endpoint for endpoint in report["endpoints"]}
    computed = {
        (source["name"], target["name"]): needs_the_overlay(source, target)
        for source in report["endpoints"]
        for target in report["endpoints"]
        if source["kind"] in ("pod", "node") and source is not target
    }
    # All of them are there: pairs that cross and pairs that do not, of pods, nodes, Services and DNS.
    for kind in ("pod", "service"):
        assert {needs for (_source, target), needs in computed.items() if endpoints[target]["kind"] == kind} >= {
            True,
            False,
        }
    decided = {pair: needs for pair, needs in computed.items() if needs is not None}
    cells = [cell for cell in report["cells"] if (cell["source"], cell["target"]) in decided]
    failed = {(cell["source"], cell["target"], cell["check"]) for cell in cells if cell["verdict"] != "passed"}
    expected = {
        (cell["source"], cell["target"], cell["check"]) for cell in cells if decided[cell["source"], cell["target"]]
    }
    assert failed == expected
    assert {cell["outcome"] for cell in cells if cell["verdict"] != "passed"} == {"blocked"}


def test_services_of_one_backend_each_are_in_it(broken, inventory):
    _done, report = broken
    own = [endpoint for endpoint in report["endpoints"] if endpoint["kind"] == "service" and endpoint["own"]]
    assert sorted(endpoint["backend_nodes"] for endpoint in own) == sorted([name] for name in inventory.nodes)


def test_a_person_reads_what_the_failures_share(broken):
    done, report = broken
    assert any("other nodes" in group["message"] and "timeout" in group["message"] for group in report["groups"])
    assert len(report["groups"]) <= 12
    for group in report["groups"]:
        assert " ".join(group["message"].split()) in " ".join(done.stdout.split())


def test_the_override_mends_it(broken, play, reports):
    for arguments in (
        ["molecule/flannel/install.yml"],
        ["playbooks/verify.yml", "--extra-vars", "connectivity_name=mended"],
    ):
        done = play(*arguments)
        assert done.returncode == 0, done.stdout
    assert {cell["verdict"] for cell in reports("mended")["cells"]} == {"passed"}
