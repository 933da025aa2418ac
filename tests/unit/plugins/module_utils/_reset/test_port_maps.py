# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.podnet.kubernetes.plugins.module_utils._reset.port_maps import port_map_removal

OWN = (
    r'-A CNI-HOSTPORT-DNAT -p tcp -m comment --comment "dnat name: \"cbr0\" id: \"a1\"" -m multiport --dports 80 '
    "-j CNI-DN-aaa"
)
FOREIGN = OWN.replace("cbr0", "podman").replace("aaa", "bbb")
JUMPS = [
    "-A PREROUTING -m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT",
    '-A POSTROUTING -m comment --comment "CNI portfwd requiring masquerade" -j CNI-HOSTPORT-MASQ',
]
HEAD = [
    "*nat",
    ":PREROUTING ACCEPT [0:0]",
    ":CNI-DN-aaa - [0:0]",
    ":CNI-DN-bbb - [0:0]",
    ":CNI-HOSTPORT-DNAT - [0:0]",
    ":CNI-HOSTPORT-MASQ - [0:0]",
    ":CNI-HOSTPORT-SETMARK - [0:0]",
    *JUMPS,
    "-A CNI-DN-aaa -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.244.1.2:80",
    "-A CNI-DN-aaa -s 127.0.0.1/32 -j CNI-HOSTPORT-SETMARK",
    "-A CNI-HOSTPORT-MASQ -m mark --mark 0x2000/0x2000 -j MASQUERADE",
]


def saved(*rules):
    return "".join(f"{line}\n" for line in ["*filter", "COMMIT", *HEAD, *rules, "COMMIT"])


def test_the_shared_chains_go_with_the_last_rule():
    assert port_map_removal(saved(OWN), "cbr0").splitlines() == [
        "*nat",
        f"-D{OWN[2:]}",
        *(f"-D{jump[2:]}" for jump in JUMPS),
        "-F CNI-DN-aaa",
        "-F CNI-HOSTPORT-DNAT",
        "-F CNI-HOSTPORT-MASQ",
        "-F CNI-HOSTPORT-SETMARK",
        "-X CNI-DN-aaa",
        "-X CNI-HOSTPORT-DNAT",
        "-X CNI-HOSTPORT-MASQ",
        "-X CNI-HOSTPORT-SETMARK",
        "COMMIT",
    ]


def test_the_host_ports_of_another_network_stay():
    assert port_map_removal(saved(FOREIGN, OWN), "cbr0").splitlines() == [
        "*nat",
        f"-D{OWN[2:]}",
        "-F CNI-DN-aaa",
        "-X CNI-DN-aaa",
        "COMMIT",
    ]


def test_there_is_nothing_to_remove():
    assert port_map_removal(saved(FOREIGN), "cbr0") == ""
    assert port_map_removal("*filter\nCOMMIT\n", "cbr0") == ""
    assert port_map_removal("", "cbr0") == ""
