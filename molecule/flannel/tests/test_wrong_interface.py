"""Flannel on the wrong NIC: its role names the NIC. Without that check the matrix fails in exactly the right cells.

The tests are one story, on a cluster that works. As in the walkthrough, Flannel chooses the NIC by itself: it takes
the NIC with the default route. The tests compute the cells that must fail from the nodes of pods and backends.
"""

from __future__ import annotations

import json

import pytest

CHOICE_OF_ITS_OWN = {"flannel_interface": None}


@pytest.fixture(scope="module")
def install_flannel(install):
    """A function that installs Flannel with variables, on all nodes at a time."""
    at_once = {"flannel_max_unavailable": "3"}  # as -e NAME=VALUE gives it
    return lambda variables: install("flannel", "--extra-vars", json.dumps({**at_once, **variables}))


@pytest.fixture(scope="module")
def refused(install_flannel):
    """The run of the role that leaves the choice of the NIC to Flannel."""
    return install_flannel(CHOICE_OF_ITS_OWN)


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
def broken(refused, install_flannel, play, reports):
    """The verification of the network with the role's check off: the run and its report."""
    installed = install_flannel({**CHOICE_OF_ITS_OWN, "flannel_check_public_address": False})
    assert installed.returncode == 0, installed.stdout
    done = play("playbooks/verify.yml", "--extra-vars", "connectivity_name=wrong-interface")
    return done, reports("wrong-interface")


def test_exactly_the_cells_on_the_overlay_fail(broken, overlay):
    done, report = broken
    assert done.returncode == 2, done.stdout
    found = overlay(report)
    assert found.failed == found.expected
    assert found.outcomes == {"blocked"}


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


def test_the_diagnosis_names_the_shared_address_first(broken, inventory, lab):
    found = json.loads((inventory.output / "reports/wrong-interface/findings.json").read_text())
    first = found["findings"][0]
    nics = ", ".join(f"{name}: {lab['lab_nat_interface']}" for name in sorted(inventory.nodes))
    assert (first["id"], first["nodes"]) == ("shared_address", sorted(inventory.nodes))
    assert first["evidence"] == [f"Flannel's address {lab['lab_nat_address']} on {nics}"]
    assert first["explained_cells"] == found["failed_cells"] > 0


def test_the_override_mends_it(broken, install_flannel, play, reports, names_nothing):
    for done in (install_flannel({}), play("playbooks/verify.yml", "--extra-vars", "connectivity_name=mended")):
        assert done.returncode == 0, done.stdout
    assert {cell["verdict"] for cell in reports("mended")["cells"]} == {"passed"}
    names_nothing()
