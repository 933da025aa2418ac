# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.boot_units import (
    BootUnits,
    WantedUnit,
    find_filter_warnings,
    find_swap_faults,
    has_swap,
    needs_mask,
)

ZRAM = WantedUnit("dev-zram0.swap", "swap.target")
FSTAB = WantedUnit("dev-sda2.swap", "swap.target", "/etc/fstab")
FILE = WantedUnit("swapfile.swap", "multi-user.target")

SWAP_TASKS = yaml.safe_load((Path(__file__).parents[5] / "roles/common/tasks/swap.yml").read_text())
COMMENT_OUT = next(one["ansible.builtin.replace"] for one in SWAP_TASKS if "ansible.builtin.replace" in one)


def units(*wanted, masked=()):
    return BootUnits(tuple(wanted), frozenset(masked))


@pytest.mark.parametrize(
    ("found", "mask"),
    [
        pytest.param(units(), False, id="no swap"),
        pytest.param(units(ZRAM), True, id="zram-generator or a partition table"),
        pytest.param(units(FSTAB), False, id="a line of fstab, which the role comments out"),
        pytest.param(units(FSTAB, ZRAM), True, id="both"),
        pytest.param(units(ZRAM, masked=["swap.target"]), False, id="masked already"),
        pytest.param(units(ZRAM, masked=["dev-zram0.swap"]), False, id="the unit itself is masked"),
        pytest.param(units(FILE), False, id="a unit that swap.target does not start"),
    ],
)
def test_the_mask_of_swap_target(found, mask):
    assert needs_mask(found) is mask


@pytest.mark.parametrize(
    ("found", "names"),
    [
        pytest.param(units(ZRAM, FSTAB), [], id="swap.target keeps them off"),
        pytest.param(units(FILE), ["swapfile.swap"], id="a unit of another target"),
        pytest.param(units(FILE, masked=["swapfile.swap"]), [], id="masked"),
        pytest.param(
            units(WantedUnit("zramswap.service", "multi-user.target")), ["zramswap.service"], id="Debian's zram-tools"
        ),
        pytest.param(
            units(WantedUnit("zramswap.service", "multi-user.target"), masked=["zramswap.service"]),
            [],
            id="masked service",
        ),
        pytest.param(units(WantedUnit("ssh.service", "multi-user.target")), [], id="another service"),
    ],
)
def test_units_that_turn_swap_on(found, names):
    assert find_swap_faults(found) == [
        f"{name} turns swap on at boot: disable it (systemctl disable --now {name}), or set common_swap to keep"
        for name in names
    ]


@pytest.mark.parametrize("name", ["nftables.service", "netfilter-persistent.service"])
def test_services_that_remove_the_rules_of_others(name):
    wanted = WantedUnit(name, "sysinit.target")
    [warning] = find_filter_warnings(units(wanted, ZRAM))
    assert warning.startswith(f"{name} is enabled: its start ")
    assert "kube-proxy" in warning
    assert find_filter_warnings(units(wanted, masked=[name])) == []
    assert find_filter_warnings(units(ZRAM, FILE)) == []


@pytest.mark.parametrize(
    ("line", "swaps"),
    [
        ("/swapfile none swap sw 0 0", True),
        ("LABEL=s\tnone\tswap\tsw", True),
        (" \t/swapfile none swap sw 0 0", True),
        ("/swapfile none swap", True),
        ("  # /swapfile none swap sw 0 0", False),
        ("/dev/sda1 /swap swapfs defaults", False),
        ("# /swapfile none swap sw 0 0", False),
        ("#/swapfile none swap sw 0 0", False),
        ("/dev/sda1 /swap ext4 defaults 0 1", False),
        ("", False),
    ],
)
def test_a_line_of_fstab(line, swaps):
    before = f"/dev/sda1 / ext4 defaults 0 1\n{line}\n/dev/sdb1 /data ext4\n"
    assert has_swap(before) == swaps
    # The role comments it out.
    after = re.sub(COMMENT_OUT["regexp"], COMMENT_OUT["replace"], before, flags=re.MULTILINE)
    assert after == (before.replace(line, f"# {line}") if swaps else before)
    assert not has_swap(after)
