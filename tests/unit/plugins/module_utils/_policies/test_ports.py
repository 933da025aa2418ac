# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.ports import Port, parse_ports


def test_ports_are_read_once():
    asked = [{"port": 80}, {"port": 80, "protocol": "UDP"}, {"protocol": "ICMP"}, {"port": 80, "protocol": "TCP"}]
    assert parse_ports(asked) == (Port("TCP", 80), Port("UDP", 80), Port("ICMP", None))


@pytest.mark.parametrize(
    ("ports", "message"),
    [
        ([], "ports is empty: give at least one, such as {'port': 80, 'protocol': 'TCP'}"),
        (80, "ports is 80, not a list of objects"),
        ([80], "ports[0] is 80, not an object with port, protocol"),
        ([{"protocol": "TCP"}], "ports[0].port is None: give a port number from 1 to 65535"),
        ([{"port": "http"}], "ports[0].port is 'http': give a number; names are for the rules of policies"),
        ([{"port": 80, "protocol": "icmp"}], "ports[0].protocol is 'icmp': give TCP, UDP, SCTP or ICMP"),
        ([{"port": 80, "protocol": "ICMP"}], "ports[0].port is 80, and ICMP has no ports: leave the port out"),
        (
            [{"port": 80, "endPort": 90}],
            "ports[0].endPort is unknown: ports[0] has port, protocol",
        ),
    ],
)
def test_bad_ports_are_refused(ports, message):
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        parse_ports(ports)
