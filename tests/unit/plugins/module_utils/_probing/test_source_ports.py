# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import Target
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.source_ports import SourcePorts

POD = Target("shop/web", "pod", "10.244.1.2", ())
OTHER = Target("shop/db", "pod", "10.244.1.3", ())
SERVICES = [
    Target("shop/web:80", "service", "10.96.0.9", ()),
    Target("dns", "dns", "10.96.0.10", ()),
    Target("shop/web:80@node1", "nodeport", "10.100.198.201", ()),
    Target("shop/web:80@192.0.2.7", "loadbalancer", "192.0.2.7", ()),
]
REMEMBERED = 120  # seconds that Linux keeps a UDP flow in connection tracking


def first(ports, target, port):
    return next(ports.candidates(target, port))


def test_a_target_is_probed_from_each_port_once():
    ports = SourcePorts(1000.0)
    assert len({first(ports, POD, 80) for _probe in range(28232)}) == 28232


def test_other_targets_and_ports_share_the_ports():
    """There are not enough for all of them."""
    ports = SourcePorts(1000.0)
    assert first(ports, POD, 80) == first(ports, POD, 81) == first(ports, OTHER, 80) != first(ports, POD, 80)


def test_all_services_together_are_probed_from_each_port_once():
    ports = SourcePorts(1000.0)
    found = {first(ports, SERVICES[number % 4], 53 + number % 3) for number in range(10000)}
    assert found == set(range(20000, 30000))


def test_ports_are_those_that_the_kernel_takes_and_no_node_ports():
    ports = SourcePorts(1000.0)
    assert {first(ports, POD, 80) for _probe in range(28232)} == set(range(32768, 61000))


def test_a_program_that_has_ports_is_passed_by():
    ports = SourcePorts(1000.0)
    assert len(set(ports.candidates(POD, 80))) == 100


def test_the_port_that_a_probe_took_in_place_of_another_is_not_the_next_one_s():
    """Two probes of one port and one target are one connection to the kernel: the second would fail."""
    ports = SourcePorts(1000.0)
    taken_by_others = {first(SourcePorts(1000.0), POD, 80)}
    found = [next(port for port in ports.candidates(POD, 80) if port not in taken_by_others) for _probe in range(3)]
    assert len(set(found)) == 3


@given(now=st.floats(0, 1e7), later=st.floats(1, REMEMBERED), probes=st.integers(1, 228))
def test_what_is_remembered_is_not_used_again(now, later, probes):
    """A run of a second, and any run that begins within the two minutes after it."""
    before, after = SourcePorts(now), SourcePorts(now + later)
    used = {first(before, POD, 80) for _probe in range(probes)}
    assert not used & {first(after, POD, 80) for _probe in range(probes)}
