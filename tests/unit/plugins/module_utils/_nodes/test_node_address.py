# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import ClusterError, InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.node_address import (
    choose_address,
    parse_interfaces,
)

OUTPUTS = Path(__file__).parents[2] / "ip_address_show"


def machine(name, family="ipv4"):
    """The NICs in a file of ip's output."""
    return parse_interfaces((OUTPUTS / f"{name}.json").read_text(), family)


def nic(name, *addresses, kind=None, **other):
    """A NIC as ip shows it; an address is in CIDR form, perhaps with flags after it."""
    shown = []
    for text in addresses:
        address, *flags = text.split()
        local, _slash, length = address.partition("/")
        entry = {"family": "inet6" if ":" in local else "inet", "local": local, "prefixlen": int(length)}
        shown.append({**entry, "scope": "global", **dict.fromkeys(flags, True)})
    link = {"ifname": name, "flags": ["UP"], "mtu": 1500, "operstate": "UP", "addr_info": shown}
    if kind:
        link["linkinfo"] = {"info_kind": kind}
    return {**link, **other}


def choose(links, family="ipv4", **asked):
    return choose_address(parse_interfaces(json.dumps(links), family), family, **asked)


@pytest.mark.parametrize(
    ("name", "asked", "address"),
    [
        pytest.param("vagrant", {"interface": "enp0s8"}, "10.100.198.201/24 (enp0s8)", id="name"),
        pytest.param("vagrant", {"interface": "enp0s[8-9]|eth1"}, "10.100.198.201/24 (enp0s8)", id="expression"),
        pytest.param("vagrant", {"network": "10.100.198.0/24"}, "10.100.198.201/24 (enp0s8)", id="network"),
        pytest.param("vagrant", {"network": "10.100.0.0/16"}, "10.100.198.201/24 (enp0s8)", id="larger network"),
        pytest.param("vagrant", {"network": "10.0.2.15/32"}, "10.0.2.15/24 (enp0s3)", id="network of one address"),
        # kube-ipvs0 also has the address of another node, as an externalIP of a Service.
        pytest.param("ipvs", {"network": "10.100.198.0/24"}, "10.100.198.201/24 (enp0s8)", id="ipvs, network"),
        pytest.param("ipvs", {"interface": ".*[08s]"}, "10.100.198.201/24 (enp0s8)", id="ipvs, expression"),
        pytest.param(
            "vagrant", {"interface": "enp.*", "network": "10.100.0.0/16"}, "10.100.198.201/24 (enp0s8)", id="both"
        ),
        pytest.param("vagrant_flannel", {"interface": "enp0s8"}, "10.100.198.201/24 (enp0s8)", id="flannel, name"),
        pytest.param(
            "vagrant_flannel", {"interface": ".*8|.*0"}, "10.100.198.201/24 (enp0s8)", id="flannel, expression"
        ),
        pytest.param(
            "vagrant_flannel", {"network": "10.64.0.0/10"}, "10.100.198.201/24 (enp0s8)", id="flannel, network"
        ),
        pytest.param(
            "vagrant_flannel",
            {"network": "10.64.0.0/10", "interface": ".*"},
            "10.100.198.201/24 (enp0s8)",
            id="flannel, both",
        ),
        pytest.param(
            "vagrant_flannel", {"network": "10.128.0.0/9", "interface": "cni0"}, "10.244.1.1/24 (cni0)", id="in full"
        ),
        pytest.param("docker", {}, "10.100.198.201/24 (enp0s8)", id="docker, nothing asked"),
        pytest.param("docker", {"network": "0.0.0.0/0"}, "10.100.198.201/24 (enp0s8)", id="docker, any network"),
        pytest.param(
            "lab_calico", {"interface": "enp0s8"}, "10.100.198.201/24 (enp0s8)", id="NICs that are veth links"
        ),
        pytest.param("lab_calico", {"network": "10.64.0.0/10"}, "10.100.198.201/24 (enp0s8)", id="calico, network"),
    ],
)
def test_recorded_machines(name, asked, address):
    assert str(choose_address(machine(name), "ipv4", **asked)) == address


def test_ipv6_is_a_family_of_its_own():
    chosen = choose_address(machine("vagrant", "ipv6"), "ipv6")
    assert chosen.as_node_address() == {
        "address": "fd17:625c:f037:2:a00:27ff:fe8d:c04d",
        "prefix_length": 64,
        "network": "fd17:625c:f037:2::/64",
        "interface": "enp0s3",
        "mtu": 1500,
        "family": "ipv6",
    }


@pytest.mark.parametrize("name", ["vagrant", "vagrant_flannel", "lab_calico"])
def test_a_second_run_gives_the_first_ones_answer(name):
    with pytest.raises(InputError) as error:
        choose_address(machine(name), "ipv4")
    assert str(error.value) == (
        "this node has more than one address on a network that the nodes may share, 10.0.2.15/24 (enp0s3) and "
        "10.100.198.201/24 (enp0s8): set interface to enp0s3 or enp0s8, or network to "
        "10.0.2.0/24 or 10.100.198.0/24, whichever the nodes share"
    )


def test_candidates_are_all_global_addresses_with_reasons():
    found = [one.as_candidate() for interface in machine("vagrant_flannel") for one in interface.candidates]
    assert [(one["address"], one["interface"], one["left_out"]) for one in found] == [
        ("10.0.2.15", "enp0s3", None),
        ("10.100.198.201", "enp0s8", None),
        ("10.244.1.0", "flannel.1", "flannel.1 is a vxlan link"),
        ("10.244.1.1", "cni0", "cni0 is a bridge without a port that leads to other machines"),
    ]
    assert found[3] == {
        "address": "10.244.1.1",
        "prefix_length": 24,
        "network": "10.244.1.0/24",
        "interface": "cni0",
        "mtu": 1450,
        "family": "ipv4",
        "left_out": "cni0 is a bridge without a port that leads to other machines",
    }


ETH0 = nic("eth0", "192.0.2.2/24")
OTHER_END = {"link_index": 9, "link_netnsid": 0}


@pytest.mark.parametrize(
    ("links", "interface"),
    [
        pytest.param([ETH0], "eth0", id="hardware"),
        pytest.param([nic("bond0", "192.0.2.2/24", kind="bond")], "bond0", id="bond"),
        pytest.param([nic("eth0.7", "192.0.2.2/24", kind="vlan", link="eth0")], "eth0.7", id="VLAN"),
        pytest.param([nic("eth0", "192.0.2.2/24", kind="veth", **OTHER_END)], "eth0", id="container node"),
        pytest.param(
            [nic("br0", "192.0.2.2/24", kind="bridge"), nic("eth0", master="br0")], "br0", id="bridge with a NIC"
        ),
        pytest.param(
            [
                nic("br0", "192.0.2.2/24", kind="bridge"),
                nic("bond0", kind="bond", master="br0"),
                nic("vnet0", kind="tun", master="br0"),
                nic("veth0", kind="veth", master="br0", **OTHER_END),
            ],
            "br0",
            id="bridge with a bond and machines",
        ),
        pytest.param([nic("eth0", "192.0.2.2/24", operstate="UNKNOWN")], "eth0", id="state unknown"),
        pytest.param([ETH0, {}], "eth0", id="empty object, as some versions of ip print"),
        pytest.param([ETH0, nic("eth1", "192.0.2.3/24", operstate="DOWN")], "eth0", id="no carrier"),
        pytest.param(
            [ETH0, nic("eth1", "192.0.2.3/24", flags=["BROADCAST"], operstate="UNKNOWN")], "eth0", id="not up"
        ),
        pytest.param([ETH0, nic("eth1", "192.0.2.3/24 deprecated")], "eth0", id="deprecated"),
        pytest.param(
            [ETH0, nic("lo", "203.0.113.7/32", flags=["LOOPBACK", "UP"], operstate="UNKNOWN")], "eth0", id="lo"
        ),
        pytest.param([ETH0, nic("tun0", "10.8.0.2/32", kind="tun", operstate="UNKNOWN")], "eth0", id="tun"),
        pytest.param([ETH0, nic("tunl0", "10.244.9.0/32", kind="ipip", operstate="UNKNOWN")], "eth0", id="ipip"),
        pytest.param([ETH0, nic("wireguard.cali", "10.244.9.1/32", kind="wireguard")], "eth0", id="wireguard"),
        pytest.param([ETH0, nic("kube-ipvs0", "10.96.0.1/32", kind="dummy")], "eth0", id="dummy"),
        pytest.param(
            [ETH0, nic("cilium_host", "10.0.0.9/32", kind="veth", link="cilium_net")], "eth0", id="veth pair here"
        ),
        pytest.param([ETH0, nic("cbr9", "10.244.1.1/24", kind="bridge")], "eth0", id="bridge without ports"),
        pytest.param(
            [ETH0, nic("virbr0", "192.168.122.1/24", kind="bridge"), nic("virbr0-nic", kind="tun", master="virbr0")],
            "eth0",
            id="bridge of virtual machines",
        ),
        pytest.param([nic("docker0", "172.17.0.1/16", kind="bridge"), ETH0], "eth0", id="in front"),
    ],
)
def test_which_nics_may_be_chosen(links, interface):
    assert choose(links).interface == interface


@pytest.mark.parametrize("flag", ["deprecated", "dadfailed", "tentative", "temporary"])
def test_addresses_with_a_fault_are_left_out(flag):
    assert str(choose([nic("eth0", f"fd00::9/64 {flag}", "fd00::1/64")], "ipv6").address) == "fd00::1"


def test_only_global_scope_counts():
    link_local = {"family": "inet", "local": "169.254.7.7", "prefixlen": 16, "scope": "link"}
    assert choose([nic("eth1", addr_info=[link_local]), ETH0]).interface == "eth0"


@pytest.mark.parametrize(
    ("links", "asked", "address"),
    [
        pytest.param([nic("eth0", "192.0.2.2/24", "192.0.2.9/24 secondary")], {}, "192.0.2.2", id="secondary"),
        pytest.param([nic("eth0", "192.0.2.9/32", "192.0.2.2/24")], {"interface": "eth0"}, "192.0.2.2", id="virtual"),
        pytest.param(
            [nic("eth0", "192.0.2.2/24", "192.0.2.9/24 secondary")],
            {"network": "192.0.2.9/32"},
            "192.0.2.9",
            id="secondary, by network",
        ),
        pytest.param(
            [nic("eth0", "192.0.2.9/32", "192.0.2.2/24")],
            {"network": "192.0.2.8/30"},
            "192.0.2.9",
            id="virtual, by network",
        ),
        pytest.param([nic("eth0", "192.0.2.2/32")], {}, "192.0.2.2", id="the cloud's only address, a /32"),
        pytest.param(
            [nic("wg0", "10.8.0.2/24", kind="wireguard"), ETH0], {"interface": "wg0"}, "10.8.0.2", id="in full"
        ),
        pytest.param(
            [nic("ens1", "192.0.2.2/24", altnames=["eno1"])], {"interface": "eno1"}, "192.0.2.2", id="other name"
        ),
        pytest.param(
            [nic("ens1", "192.0.2.2/24", altnames=["eno1"])], {"interface": "eno."}, "192.0.2.2", id="other, expr"
        ),
        pytest.param(
            [nic("eth0x7", "192.0.2.2/24"), nic("eth0.7", "192.0.2.3/24")],
            {"interface": "eth0.7"},
            "192.0.2.3",
            id="a name goes before the expression that it is",
        ),
        pytest.param(
            [nic("eth1", "192.0.2.2/24"), nic("eth10", "192.0.2.3/24")],
            {"interface": "eth.|x"},
            "192.0.2.2",
            id="an expression matches the whole name",
        ),
    ],
)
def test_which_address_is_taken(links, asked, address):
    assert str(choose(links, **asked).address) == address


TWO = "set interface or network to fit one of 10.0.2.15/24 (enp0s3), 10.100.198.201/24 (enp0s8)"


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (
            {"network": "10.100.198.201/24"},
            "network 10.100.198.201/24 has host bits set: the network is 10.100.198.0/24",
        ),
        (
            {"network": "10.100.198.0"},
            "network 10.100.198.0 is not a network in CIDR form, such as 10.244.0.0/16 or fd00:10:244::/56",
        ),
        (
            {"network": ""},
            "network '' is not a network in CIDR form, such as 10.244.0.0/16 or fd00:10:244::/56",
        ),
        (
            {"network": "fd00::/64"},
            "network fd00::/64 is an IPv6 network, but family is ipv4: give an IPv4 network, or the family ipv6",
        ),
        (
            {"network": "10.9.0.0/16"},
            f"network 10.9.0.0/16: no usable IPv4 address of this node fits: {TWO}",
        ),
        (
            {"network": "10.244.0.0/16"},
            "network 10.244.0.0/16: no usable IPv4 address of this node fits (10.244.1.0/32 (flannel.1) "
            "is left "
            "out because flannel.1 is a vxlan link; 10.244.1.1/24 (cni0) is left out because cni0 is a bridge without "
            "a "
            f"port that leads to other machines): {TWO}",
        ),
        (
            {"interface": "eth1"},
            "interface eth1: no usable IPv4 address of this node fits (its NICs with an address are "
            "enp0s3, enp0s8, flannel.1, "
            f"cni0): {TWO}",
        ),
        (
            {"interface": "veth1f2e3d4c"},
            "interface veth1f2e3d4c: no usable IPv4 address of this node fits (veth1f2e3d4c has no global "
            "IPv4 "
            f"address): {TWO}",
        ),
        (
            {"interface": "enp0s3", "network": "10.100.198.0/24"},
            "interface enp0s3 and network 10.100.198.0/24: no usable IPv4 address of this "
            "node fits "
            f"(enp0s3 has 10.0.2.15/24): {TWO}",
        ),
        (
            {"interface": "enp0s."},
            "interface enp0s.: more than one address of this node fits, 10.0.2.15/24 (enp0s3) and "
            "10.100.198.201/24 (enp0s8): set interface to enp0s3 or enp0s8, or network to "
            "10.0.2.0/24 or 10.100.198.0/24, whichever the nodes share",
        ),
        (
            {"interface": "enp0s["},
            "interface 'enp0s[' is neither a NIC of this node nor a regular expression (unterminated character "
            "set at position 5): give the name of a NIC (enp0s3, enp0s8, flannel.1, cni0) or "
            "an expression that matches the whole name",
        ),
        (
            {"interface": ""},
            "interface is empty: give the name of a NIC (enp0s3, enp0s8, flannel.1, cni0), or leave it out",
        ),
    ],
)
def test_errors_say_what_would_be_right(asked, message):
    with pytest.raises(InputError) as error:
        choose_address(machine("vagrant_flannel"), "ipv4", **asked)
    assert str(error.value) == message


@pytest.mark.parametrize(
    ("links", "asked", "message"),
    [
        (
            [nic("eth0", "192.0.2.2/24", "198.51.100.2/24")],
            {},
            "this node has more than one address on a network that the nodes may share, 192.0.2.2/24 (eth0) and "
            "198.51.100.2/24 (eth0): set network to a network that holds only one of them, such as "
            "192.0.2.2/32",
        ),
        (
            [nic("eth0", "192.0.2.2/24"), nic("eth1", "192.0.2.3/24")],
            {"network": "192.0.2.0/24"},
            "network 192.0.2.0/24: more than one address of this node fits, 192.0.2.2/24 (eth0) and "
            "192.0.2.3/24 (eth1): set interface to eth0 or eth1, whichever the nodes share",
        ),
        (
            [nic("eth0", "192.0.2.2/24", operstate="DOWN")],
            {"interface": "eth0"},
            "interface eth0: no usable IPv4 address of this node fits (192.0.2.2/24 (eth0) is left out "
            "because "
            "eth0 is down): give the node an IPv4 address on the network that the nodes share",
        ),
        (
            [nic("eth0", operstate="DOWN")],
            {"interface": "eth0"},
            "interface eth0: no usable IPv4 address of this node fits (eth0 is down and has no global IPv4 "
            "address): give the node an IPv4 address on the network that the nodes share",
        ),
        (
            [nic("lo", flags=["LOOPBACK", "UP"], operstate="UNKNOWN")],
            {},
            "no usable IPv4 address: give the node an IPv4 address on the network that the nodes share",
        ),
        (
            [nic("eth0")],
            {"interface": "eth1"},
            "interface eth1: no usable IPv4 address of this node fits (it has no NIC with an address): "
            "give the node an IPv4 address on the network that the nodes share",
        ),
        (
            [nic("wg0", "10.8.0.2/24", kind="wireguard")],
            {},
            "no usable IPv4 address (10.8.0.2/24 (wg0) is left out because wg0 is a wireguard link): give the node an "
            "IPv4 address on the network that the nodes share",
        ),
        (
            [nic("eth0", "192.0.2.2/24 deprecated", "192.0.2.3/24 secondary")],
            {"interface": "eth0"},
            "interface eth0: no usable IPv4 address of this node fits (192.0.2.2/24 (eth0) is left out "
            "because "
            "192.0.2.2 is deprecated; 192.0.2.3/24 (eth0) is left out because 192.0.2.3 is a secondary address): give "
            "the "
            "node an IPv4 address on the network that the nodes share",
        ),
    ],
)
def test_errors_of_odd_machines(links, asked, message):
    with pytest.raises(InputError) as error:
        choose(links, **asked)
    assert str(error.value) == message


@pytest.mark.parametrize(
    "text", ["", "1: lo: <LOOPBACK>", "{}x", "7", '{"ifname": "lo"}', '["lo"]', '[{"ifname": "lo"}]']
)
def test_output_of_another_program_is_an_error(text):
    with pytest.raises(
        ClusterError, match=r"^the output of 'ip -details -json address show' is not what iproute2 4\.14"
    ):
        parse_interfaces(text, "ipv4")


@pytest.mark.parametrize("network", ["10.96.0.0/16", "169.254.20.10/32", "10.100.198.202/32"])
def test_an_address_of_a_service_is_not_the_node_s(network):
    """NodeLocal DNSCache and kube-proxy in the mode ipvs have them on dummy links, which are down."""
    with pytest.raises(InputError, match=r"no usable IPv4 address of this node fits .* is left out because "):
        choose_address(machine("ipvs"), "ipv4", network=network)
