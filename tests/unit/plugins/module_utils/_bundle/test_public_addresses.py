# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import ipaddress
import random

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._bundle.public_addresses import PublicAddresses

KEY = b"a key of a test"
replaced = PublicAddresses(KEY).replace_in


def addresses(version, count=400):
    """Addresses near one another and far from one another."""
    chance = random.Random(version)
    bits = 32 if version == 4 else 128
    made = [chance.getrandbits(bits) for _number in range(count)]
    if version == 6:
        made = [1 << 125 | number >> 3 for number in made]
    made += [number ^ 1 << chance.randrange(bits - 8) for number in made]
    form = ipaddress.IPv4Address if version == 4 else ipaddress.IPv6Address
    return [form(number) for number in made]


def shared_bits(one, other):
    return one.max_prefixlen - (int(one) ^ int(other)).bit_length()


@pytest.mark.parametrize("version", [4, 6])
def test_stand_ins_share_the_bits_that_the_addresses_share(version):
    originals = addresses(version)
    stand_ins = [ipaddress.ip_address(replaced(str(one))) for one in originals]
    chance = random.Random(1)
    for _try in range(5000):
        one, other = chance.randrange(len(originals)), chance.randrange(len(originals))
        assert shared_bits(originals[one], originals[other]) == shared_bits(stand_ins[one], stand_ins[other])


@pytest.mark.parametrize("version", [4, 6])
def test_only_public_addresses_change_and_stay_public(version):
    changed = 0
    for one in addresses(version):
        stand_in = ipaddress.ip_address(replaced(str(one)))
        assert stand_in.is_global == one.is_global or stand_in == one
        changed += stand_in != one
        if not one.is_global:
            assert stand_in == one
    assert changed > 300


@pytest.mark.parametrize("text", ["10.244.1.0/24", "192.168.1.5", "100.64.0.1", "203.0.113.1", "fd00::1", "fe80::1/64"])
def test_addresses_with_a_meaning_stay(text):
    assert replaced(text) == text


@pytest.mark.parametrize(
    ("network", "inside"),
    [("8.8.0.0/16", "8.8.200.9"), ("52.4.16.0/20", "52.4.17.1/24"), ("2a00:1::/32", "2a00:1:2::5")],
)
def test_a_network_contains_what_it_contained(network, inside):
    new = ipaddress.ip_network(replaced(network))
    assert str(new) != network
    assert new.prefixlen == ipaddress.ip_network(network).prefixlen
    assert ipaddress.ip_interface(replaced(inside)).ip in new


def test_the_first_address_of_a_subnet_stays_the_first():
    assert replaced("52.4.17.0/32").endswith(".0/32")
    assert replaced("52.4.17.1/24").endswith(".1/24")


@pytest.mark.parametrize(
    "text",
    [
        "0a:58:0a:f4:00:01",
        "12:34:56",
        "v1.36.3",
        "1.3.6.1.5.5.7",
        "8.8.8.888",
        "a52.4.17.1",
        "52.4.17.1.example",
        "rules::x",
        "0.0.0.0/0",
        "::/0",
    ],
)
def test_other_texts_stay(text):
    assert replaced(text) == text


def test_addresses_in_a_text_are_replaced_each_the_same():
    new = replaced("52.4.17.1")
    v6 = replaced("2a00:1:2::5")
    assert new != "52.4.17.1" != v6
    text = "https://52.4.17.1:6443 from 52.4.17.1, [2a00:1:2::5]:53; -d 52.4.17.1/32"
    assert replaced(text) == f"https://{new}:6443 from {new}, [{v6}]:53; -d {new}/32"


def test_another_key_gives_other_stand_ins():
    assert PublicAddresses(b"1").replace_in("52.4.17.1") != PublicAddresses(b"2").replace_in("52.4.17.1")
