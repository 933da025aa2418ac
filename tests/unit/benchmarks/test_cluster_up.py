# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from cluster_up import phases, rows_of

HAND = {"packages": 12.0, "init": 14.0, "joins": 7.0, "network": 27.0}
SCREEN = [
    (0.5, "      0.4 s  Check the controller\n"),
    (9.0, "      1.7 s  Check the machines and the networks before anything is changed: Check the machine  3 hosts\n"),
    (30.0, "     20.0 s  Prepare the nodes: Install the packages       3 hosts, 12 changed\n"),
    (32.0, "      2.0 s  Prepare the nodes: Configure containerd       3 hosts, 3 changed\n"),
    (47.0, "     14.3 s  Make the control plane                        1 host, 1 changed\n"),
    (48.0, "      1.0 s  Make the control plane: Fetch admin.conf      1 host, 1 changed\n"),
    (55.0, "      7.0 s  Join the nodes: Join the node                 2 hosts, 2 changed\n"),
    (56.0, "             Node master: not ready\n"),
    (70.0, "      9.4 s  Install Flannel: Wait until DNS runs          3 hosts\n"),
    (90.0, "      5.2 s  Run the walkthrough's web servers             1 host, 1 changed\n"),
]


def test_phases_end_with_the_last_line_of_their_play():
    """Checks count for the packages, and what comes after the network does not count."""
    assert phases(SCREEN) == {"packages": 32.0, "init": 16.0, "joins": 7.0, "network": 15.0}


def test_rows_compare_the_runs_of_each_round():
    twice = {name: 2 * seconds for name, seconds in HAND.items()}
    ratio, hand, ours = rows_of("bare", [HAND, twice], [twice, twice])
    assert (ratio.values, ratio.goal, ratio.unit) == ((2.0, 1.0), 1.25, "times")
    assert (hand.values, ours.values) == ((60.0, 120.0), (120.0, 120.0))
    assert hand.limit == "of it packages 18.0, init 21.0, joins 10.5, network 40.5"


def test_a_run_without_one_of_the_phases():
    with pytest.raises(KeyError):
        rows_of("bare", [HAND], [{"packages": 1.0}])
