"""The diagnosis names each of many faults, whose causes are real, and nothing after their remedies."""

from __future__ import annotations

from contextlib import ExitStack

import faults
import pytest
from fault_world import World

# Each harms no other one. They are mended in the opposite order, because a daemon's rollout waits for nodes that are
# not ready.
TOGETHER = (
    faults.other_nic,
    faults.one_machine_id,
    faults.other_cgroup_driver,
    faults.no_configuration,
    faults.other_mac,
    faults.stale_authority,
    faults.foreign_bridge,
    faults.second_configuration,
    faults.expired_certificate,
    faults.policy,
    faults.stopped_kubelet,
    faults.flushed_services,
    faults.subnet_outside,
)
ALONE = (
    *TOGETHER,
    faults.full_disk,
    faults.route_of_a_vpn,
    faults.winning_configuration,
    faults.no_subnet,
    faults.gone_address,
    faults.kubelets_on_the_nat,
    faults.swap,
    faults.dns_that_asks_itself,
    faults.api_on_the_nat,
)


@pytest.fixture(scope="module")
def world(lab, on, kubectl, inventory):
    """The lab's nodes and cluster."""
    return World(on, kubectl, inventory.nodes)


def compare(found, expected):
    """Expect these findings, and no others."""
    assert [(one["id"], tuple(one["nodes"])) for one in found] == [(one.id, one.nodes) for one in expected], found
    for one, wanted in zip(found, expected, strict=True):
        assert wanted.fits(one), (one, wanted)


@pytest.mark.more  # a renewed certificate stays, and test_uninstall.py compares all files
def test_many_faults_at_once_are_named_and_gone_after_their_remedies(world, diagnose, names_nothing):
    with ExitStack() as stack:
        expected = [one for fault in TOGETHER for one in stack.enter_context(fault(world))]
        _done, found = diagnose()
    in_order = sorted(found["findings"], key=lambda one: (one["id"], one["nodes"]))
    compare(in_order, sorted(expected, key=lambda one: (one.id, one.nodes)))
    names_nothing()


@pytest.mark.more
@pytest.mark.parametrize("fault", ALONE, ids=lambda fault: fault.__name__)
def test_one_fault_alone_is_named_first_and_gone_after_its_remedy(fault, world, diagnose, names_nothing):
    with fault(world) as expected:
        _done, found = diagnose()
    compare(found["findings"], expected)
    names_nothing()
