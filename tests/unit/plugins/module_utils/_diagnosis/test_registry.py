# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.causes import SEVERITIES
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.registry import causes, chosen


def test_every_file_defines_a_cause_with_its_name():
    found = causes()
    assert len(found) > 20
    assert all(cause.find.__module__.endswith(f".findings.{cause.id}") for cause in found)
    assert {cause.severity for cause in found} == set(SEVERITIES)
    texts = [
        text for cause in found for text in (cause.title, cause.cause, cause.evidence, cause.remedy, cause.harmless)
    ]
    assert all(texts)


def test_findings_are_chosen_by_their_ids():
    assert [one.id for one in chosen(["pod_routes", "mtu", "mtu"])] == ["pod_routes", "mtu"]
    assert chosen([]) == causes()
    with pytest.raises(InputError, match="only has 'pod_route', which is no finding: did you mean pod_routes"):
        chosen(["pod_route"])
