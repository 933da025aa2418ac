# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import page_samples
import pytest
from fuzzing import with_value

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.report_shape import (
    check_cells,
    check_whole_report,
)

REPORT = page_samples.failing()


@pytest.mark.parametrize("sample", [page_samples.failing, page_samples.explained])
def test_reports_of_the_collection(sample):
    check_whole_report(sample())


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        (("finished",), "2026-13-01T00:00:00Z", "report.finished is '2026-13-01T00:00:00Z', not a time such as "),
        (("cells", 0, "verdict"), "good", r"report\.cells\[0\]\.verdict is 'good', not one of passed, failed"),
        (("cells", 0, "latency_ms"), None, r"report\.cells\[0\]\.latency_ms is null, not a number"),
        (("cells", 0, "source"), "nobody", "report.cells has a cell of nobody, which is none of report.endpoints"),
        (("comparison", "worse", 0, "after"), None, r"report\.comparison\.worse\[0\]\.after is null"),
        (("nodes", 0, "roles"), "x", r"report\.nodes\[0\]\.roles is 'x', not a list"),
        (("summary", "flapping"), "x", r"report\.summary\.flapping is 'x', not a whole number"),
    ],
)
def test_the_error_names_the_place(path, value, sentence):
    with pytest.raises(InputError, match=sentence):
        check_whole_report(with_value(REPORT, path, value))


def test_a_part_of_a_report_has_cells_and_endpoints():
    check_cells({"cells": REPORT["cells"], "endpoints": REPORT["endpoints"]})
    with pytest.raises(InputError, match=r"^report\.cells is missing$"):
        check_cells({"endpoints": []})
