# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._settings import kinds

RIGHT = [
    (kinds.networks, "10.244.0.0/16"),
    (kinds.networks, "10.22.0.0/16, fd10:22::/56"),
    (kinds.address, "fd00::1"),
    (kinds.expression, "enp0s[0-9]+"),
    (kinds.image, "registry.example.org:5000/k8s/pause@sha256:12"),
    (kinds.registry, "mirror.example.org:5000/k8s"),
    (kinds.url, "http://10.100.198.2:5000/v2/docker.io"),
    (kinds.checksum, f"sha256:{'0' * 64}"),
    (kinds.checksum, "sha256:https://example.org/SHA256SUMS"),
    (kinds.duration, "1h30m"),
    (kinds.label, "a" * 63),
    (kinds.nic_name, "br-1234567890.1"),
    (kinds.number(1, 3), "2"),
    (kinds.each(kinds.address), []),
    (kinds.pairs(kinds.label, kinds.address), {"a": "10.0.0.1"}),
]


@pytest.mark.parametrize(("check", "value"), RIGHT)
def test_a_right_value(check, value):
    assert check(value) is None


# tests/wrong_inputs.py has wrong values for each variable; these are about the ends of a text.
@pytest.mark.parametrize("check", [kinds.label, kinds.image, kinds.registry, kinds.url, kinds.nic_name, kinds.path])
@pytest.mark.parametrize("end", ["\n", "\x00", "\u2028"])
def test_no_text_goes_over_its_line(check, end):
    assert check("http://a" + end)
    assert check("a" + end)


def test_a_long_value_is_shown_in_part():
    assert kinds.display("x" * 100) == "x" * 100
    assert kinds.display("x" * 101) == f"{'x' * 70}… (101 characters)"
    assert kinds.display(None) == "null"
    assert kinds.display("two words") == "'two words'"


@pytest.mark.parametrize(
    ("check", "value"),
    [(kinds.number(0, 1000), 10**400), (kinds.network, 5), (kinds.address, 5)],
)
def test_unusual_values_are_wrong_and_no_crash(check, value):
    """An item of a list of texts may be a number, and a number may have hundreds of digits."""
    assert check(value)
