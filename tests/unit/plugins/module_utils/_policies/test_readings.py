# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import asdict

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.readings import (
    IMPLEMENTATIONS,
    MOST_LENIENT,
    STRICTEST,
)


def test_the_two_ends_differ_in_every_point():
    strictest, most_lenient = asdict(STRICTEST), asdict(MOST_LENIENT)
    assert [name for name, value in strictest.items() if value == most_lenient[name]] == []


@pytest.mark.parametrize("name", IMPLEMENTATIONS)
def test_an_implementation_that_gives_no_answers_has_the_strictest_reading(name):
    implementation = IMPLEMENTATIONS[name]
    assert implementation.answers or implementation.reading == STRICTEST
