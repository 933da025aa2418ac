# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.process_times import read_start_ticks


def test_the_start_of_a_program_with_an_odd_name():
    assert read_start_ticks(f"7 (a) b) S {'0 ' * 18}4242 0 0\n") == 4242


@pytest.mark.parametrize("stat", ["", "7 (a) S 1 2", f"7 (a) S {'0 ' * 18}x 0"])
def test_a_text_of_another_form(stat):
    with pytest.raises(InputError, match=r"^the state of a process has another form than proc\(5\) says: "):
        read_start_ticks(stat)
