"""The unit of `common_service_route` gives a machine without a default route a way to the addresses of Services.

The test runs the commands of the unit, as the role writes it, in a network namespace.
"""

from __future__ import annotations

import os
import shlex
from pathlib import Path

import pytest
from jinja2 import Environment
from namespace_set import NamespaceSet

from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.service_routes import (
    find_route_faults,
    read_routes,
)

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="network namespaces need root")

TEMPLATE = Path(__file__).resolve().parents[2] / "roles/common/templates/podnet-service-route.service.j2"
NODE = "node"
SET = NamespaceSet("test-service-route-")
NETWORKS = {"-4": "10.96.0.0/16", "-6": "fd00:96::/112"}
ADDRESSES = {"-4": "10.99.1.1", "-6": "fd00:99:1::1"}


@pytest.fixture
def machine():
    """A function that runs a command in a namespace with a NIC that has an address of each family, and no route on."""
    SET.remove()
    SET.add([NODE])
    SET.inside(NODE, "sysctl", "-qw", "net.ipv6.conf.default.accept_dad=0")
    SET.inside(NODE, "ip", "link", "add", "enp0s8", "type", "veth", "peer", "name", "wire")
    for family, length in (("-4", 24), ("-6", 64)):
        SET.inside(NODE, "ip", family, "address", "add", f"{ADDRESSES[family]}/{length}", "dev", "enp0s8")
    for link in ("lo", "wire", "enp0s8"):
        SET.inside(NODE, "ip", "link", "set", link, "up")
    yield lambda *command: SET.inside(NODE, *command)
    SET.remove()


def faults(machine):
    """What the survey of the machine says of its routes."""
    return [
        fault
        for family, network in NETWORKS.items()
        for fault in find_route_faults(
            read_routes(machine("ip", "-json", family, "-details", "route", "show"), family), [network]
        )
    ]


def test_the_unit_gives_the_services_a_route(machine):
    assert len(faults(machine)) == 2
    nics = {family: {"address": address, "interface": "enp0s8"} for family, address in ADDRESSES.items()}
    variables = {"podnet_node_address": nics["-4"], "podnet_node_address_ipv6": nics["-6"]}
    template = Environment(trim_blocks=True).from_string(TEMPLATE.read_text())
    unit = template.render(__common_service_networks=list(NETWORKS.values()), **variables)
    commands = [line.removeprefix("ExecStart=") for line in unit.splitlines() if line.startswith("ExecStart=")]
    assert len(commands) == 2
    # The unit starts again at each boot, and whenever somebody restarts it.
    for command in commands * 2:
        machine(*shlex.split(command))
    assert faults(machine) == []
    assert f"src {ADDRESSES['-4']}" in machine("ip", "-4", "route", "get", "10.96.0.1")
    assert f"src {ADDRESSES['-6']}" in machine("ip", "-6", "route", "get", "fd00:96::1")
