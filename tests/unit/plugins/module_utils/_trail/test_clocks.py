# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.clocks import Window, surely_watched


def window(start, seconds, ahead, before=1.0, after=0.5, work=0.2):
    """The watch of a node whose clock is ahead of the controller's; start is by the controller's clock.

    The node works some more time before and after the watch, and Ansible some more around that.
    """
    end = start + seconds
    node = (start + ahead, end + ahead, start - work + ahead, end + work + ahead)
    return Window(*node, start - work - before, end + work + after)


def test_the_bounds_of_a_clock():
    one = window(100, 6, ahead=3600, before=1.0, after=0.5)
    assert (one.least_ahead, one.most_ahead) == (3599.5, 3601)


@pytest.mark.parametrize(("a", "b"), [(0, 0), (3600, -7200), (-0.4, 0.4)])
def test_clocks_that_differ_do_not_matter(a, b):
    sender, watcher = window(100, 6, a), window(100.5, 6, b)
    assert surely_watched(103 + a, sender, watcher)
    assert not surely_watched(100.1 + a, sender, watcher)  # the watcher had not begun
    assert not surely_watched(105.9 + a, sender, watcher)  # the packet may arrive after its end


def test_watches_one_after_the_other_have_no_common_time():
    sender, watcher = window(100, 6, 0), window(107, 6, 0)
    assert not any(surely_watched(100 + tenth / 10, sender, watcher) for tenth in range(60))


def test_a_node_knows_its_own_clock():
    one = window(100, 6, 5, before=30, after=30)
    assert surely_watched(105.1, one, one)
    assert not surely_watched(110.9, one, one)


@given(st.floats(-9e3, 9e3), st.floats(-9e3, 9e3), st.floats(0, 6), st.floats(0, 8), st.tuples(*[st.floats(0, 4)] * 4))
def test_what_surely_was_watched_was_watched(a, b, sent, late, overheads):
    """Whatever the clocks and however slow Ansible is, a probe that counts was sent within the other's watch."""
    sender = window(1000, 6, a, overheads[0], overheads[1])
    watcher = window(1000 + late, 6, b, overheads[2], overheads[3])
    if surely_watched(1000 + sent + a, sender, watcher):
        assert late - 1e-6 <= sent <= late + 6 - 0.3 + 1e-6
