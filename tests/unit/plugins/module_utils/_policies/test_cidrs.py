# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The expected values are those of IsValidCIDRForLegacyField and ParseCIDRSloppy of Kubernetes 1.36.3."""

from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.cidrs import read_cidr


@pytest.mark.parametrize(
    ("text", "network"),
    [
        ("0.0.0.0/0", "0.0.0.0/0"),
        ("10.244.0.0/16", "10.244.0.0/16"),
        ("::/0", "::/0"),
        ("FE80::/64", "fe80::/64"),
        ("2001:0db8::/32", "2001:db8::/32"),
        ("1::10.2.3.4/128", "1::a02:304/128"),
    ],
)
def test_a_network_that_all_versions_accept(text, network):
    cidr = read_cidr(text)
    assert (str(cidr.network), cidr.fault) == (network, None)


ZEROS = "a number begins with 0"
MAPPED = "the address is IPv4 in the form of IPv6"
BITS = "bits are set after the prefix"


@pytest.mark.parametrize(
    ("text", "network", "fault"),
    [
        ("010.244.0.0/16", "10.244.0.0/16", ZEROS),
        ("10.000000244.0.0/16", "10.244.0.0/16", ZEROS),
        ("0000.0.0.0/0", "0.0.0.0/0", ZEROS),
        ("10.0.0.0/08", "10.0.0.0/8", ZEROS),
        ("00fe80::/64", "fe80::/64", ZEROS),
        ("00001::/16", "1::/16", ZEROS),
        ("0:0::/00", "::/0", ZEROS),
        ("1::010.2.3.4/128", "1::a02:304/128", ZEROS),
        ("::ffff:010.1.1.0/120", "10.1.1.0/24", ZEROS),
        ("::ffff:10.244.0.0/112", "10.244.0.0/16", MAPPED),
        ("::ffff:10.244.2.9/112", "10.244.0.0/16", MAPPED),
        ("::ffff:0:0/96", "0.0.0.0/0", MAPPED),
        # The prefix of these is shorter than that of IPv4 addresses, so they are IPv6 networks.
        ("::ffff:10.0.0.0/95", "::fffe:0:0/95", MAPPED),
        ("::ffff:10.0.0.0/90", "::ffc0:0:0/90", MAPPED),
        ("10.244.2.9/16", "10.244.0.0/16", BITS),
        ("::10.2.3.4/120", "::a02:300/120", BITS),
    ],
)
def test_a_network_that_kubernetes_stores_and_refuses_since_1_36(text, network, fault):
    cidr = read_cidr(text)
    assert (str(cidr.network), cidr.fault) == (network, fault)
    assert cidr.zeros == (fault == ZEROS)
    assert read_cidr(cidr.remedy.partition(",")[0]).fault is None


def test_bits_after_the_prefix_may_mean_one_address():
    assert read_cidr("10.244.2.9/16").remedy == "10.244.0.0/16, or 10.244.2.9/32 for one address"


@pytest.mark.parametrize(
    "text",
    [
        *("", "any", "/8", "10.0.0.1", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/ 8"),
        *("10.0.0.0/255.0.0.0", "10.0.0.0/8/8", "10.0.0.0/8\n", "fe80::%a/64", "::/129", "10.0.0/8", "0x10.0.0.0/8"),
    ],
)
def test_a_text_that_no_version_accepts(text):
    assert read_cidr(text) is None
