# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.addresses import family_of, without_port


@pytest.mark.parametrize(
    ("address", "family"),
    [("10.244.1.2", "ipv4"), ("fd00::2", "ipv6"), ("::1", "ipv6"), ("::ffff:10.0.0.1", "ipv6")],
)
def test_the_family_of_an_address(address, family):
    assert family_of(address) == family


@pytest.mark.parametrize(("text", "address"), [("10.0.0.1:80", "10.0.0.1"), ("[fd00::1]:80", "fd00::1")])
def test_the_address_without_its_port(text, address):
    assert without_port(text) == address
