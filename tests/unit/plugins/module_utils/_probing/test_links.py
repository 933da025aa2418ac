# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.links import (
    link_overheads,
    mtu_of,
    node_addresses,
)


@pytest.mark.parametrize(
    ("links", "overhead"),
    [
        pytest.param({}, 0, id="none"),
        pytest.param({"lo": "INTERFACE=lo\nIFINDEX=1\n", "eth0": "INTERFACE=eth0\nIFINDEX=2\n"}, 0, id="plain"),
        pytest.param({"cni0": "DEVTYPE=bridge\nINTERFACE=cni0\nIFINDEX=5\n"}, 0, id="bridge"),
        pytest.param({"flannel.1": "DEVTYPE=vxlan\nINTERFACE=flannel.1\nIFINDEX=4\n"}, 50, id="VXLAN"),
        pytest.param({"kube-ipvs0": "INTERFACE=kube-ipvs0\nIFINDEX=5\n"}, 0, id="dummy"),
        pytest.param({"vxlan0": "INTERFACE=vxlan0\nIFINDEX=4\n"}, 0, id="only its name"),
        pytest.param(
            {"wireguard.cali": "DEVTYPE=wireguard\nINTERFACE=wireguard.cali\nIFINDEX=6\n"}, 60, id="WireGuard"
        ),
        pytest.param({"vxlan.calico": "DEVTYPE=vxlan\n", "wireguard.cali": "DEVTYPE=wireguard\n"}, 60, id="both"),
        pytest.param(
            {"flannel.1": "DEVTYPE=vxlan\n", "flannel-v6.1": "DEVTYPE=vxlan\n"},
            {"ipv4": 50, "ipv6": 70},
            id="Flannel, both",
        ),
        pytest.param({"vxlan-v6.calico": "DEVTYPE=vxlan\n"}, 70, id="Calico, IPv6"),
        pytest.param({"wg-v6.cali": "DEVTYPE=wireguard\n"}, 80, id="WireGuard over IPv6"),
        pytest.param({"br-v6": "DEVTYPE=bridge\n"}, 0, id="a bridge whose name has v6"),
    ],
)
def test_what_encapsulation_takes(tmp_path, links, overhead):
    for name, uevent in links.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "uevent").write_text(uevent)
    (tmp_path / "bonding_masters").write_text("bond0\n")  # a file among the links, where bonding is loaded
    (tmp_path / "leaving" / "uevent").mkdir(parents=True)  # cannot be read, like that of a link that has just gone
    assert link_overheads(tmp_path) == (
        overhead if isinstance(overhead, dict) else {"ipv4": overhead, "ipv6": overhead}
    )


def test_the_addresses_of_this_machine():
    """tests/integration/test_links.py has the links that are left out."""
    assert "127.0.0.1" in node_addresses()
    assert mtu_of("127.0.0.1") == int(Path("/sys/class/net/lo/mtu").read_text())
    assert mtu_of("192.0.2.1") is None
