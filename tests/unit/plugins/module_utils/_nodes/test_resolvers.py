# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.resolvers import find_resolver_fault, nameservers

TEXT = """\
# nameserver 10.0.0.9
search lan
nameserver 10.0.0.1
nameserver\tfd00::1%enp0s8
nameserver
options edns0
"""


def test_resolvers_of_a_file():
    assert nameservers(TEXT) == ("10.0.0.1", "fd00::1%enp0s8")
    assert nameservers("") == ()


@pytest.mark.parametrize("server", ["127.0.0.1", "127.0.0.53", "127.1.2.3", "::1", "::ffff:127.0.0.1", "0.0.0.0"])
@pytest.mark.parametrize("others", [(), ("10.0.0.1",)])
def test_a_resolver_that_is_coredns_itself(server, others):
    fault = find_resolver_fault("/etc/resolv.conf", (*others, server))
    assert fault.startswith(f"/etc/resolv.conf has the resolver {server}, which in a pod is CoreDNS itself")


def test_no_resolver():
    assert find_resolver_fault("/x/resolv.conf", ()).startswith(
        "/x/resolv.conf has no resolver, and CoreDNS does not start"
    )


@pytest.mark.parametrize("server", ["10.0.0.1", "203.0.113.1", "fd00::1", "fe80::1%enp0s8", "not-an-address"])
def test_a_resolver_of_the_network(server):
    assert find_resolver_fault("/etc/resolv.conf", (server,)) is None
