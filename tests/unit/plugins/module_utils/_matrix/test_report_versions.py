# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.report_versions import with_findings

REPORT = {"schema": "podnet.kubernetes/connectivity-report", "version": 1, "name": "lab", "cells": [1], "endpoints": []}
FINDING = {"id": "mtu"}


def test_findings_stand_above_the_long_parts():
    report = with_findings(REPORT, [FINDING])
    assert report == {**REPORT, "version": 2, "findings": [FINDING]}
    assert list(report) == ["schema", "version", "name", "findings", "endpoints", "cells"]


def test_findings_replace_earlier_ones_and_keep_the_rest():
    report = with_findings({**with_findings(REPORT, [FINDING]), "more": 1}, [])
    assert (report["findings"], report["version"], report["more"]) == ([], 2, 1)


@pytest.mark.parametrize("report", [[], {}, {**REPORT, "schema": "other"}, None])
def test_another_file_is_refused(report):
    with pytest.raises(InputError, match=r"it is no report\.json of a verification"):
        with_findings(report, [])


@pytest.mark.parametrize("version", [3, "1", None])
def test_another_version_is_refused(version):
    with pytest.raises(InputError, match=rf"it has version {version!r}, and this collection knows 2 at most"):
        with_findings({**REPORT, "version": version}, [])
