# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The shape of a whole report.json, for what is made from a file that others may have changed. No I/O, no Ansible.

The JSON schemas of the role connectivity say more. This is as much as pages, summaries and metrics rely on.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.shapes import (
    ANYTHING,
    FLAG,
    NUMBER,
    TEXT,
    WHOLE,
    Leaf,
    check_shape,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import CHECKS
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.judgements import VERDICTS
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.runs import TIME_FORMAT


def _is_time(value: Any) -> bool:
    if not isinstance(value, str) or not _TIME.fullmatch(value):
        return False
    try:
        datetime.strptime(value, TIME_FORMAT)
    except ValueError:
        return False
    return True


_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
_WHEN = Leaf("a time such as 2026-11-28T18:00:12Z", _is_time)
_CHECK = Leaf(f"one of {', '.join(CHECKS)}", lambda value: isinstance(value, str) and value in CHECKS)
_VERDICT = Leaf(f"one of {', '.join(VERDICTS)}", lambda value: isinstance(value, str) and value in VERDICTS)
_PERHAPS_TEXT = Leaf("a text or null", lambda value: value is None or isinstance(value, str))
_PERHAPS_WHOLE = Leaf("a whole number or null", lambda value: value is None or WHOLE.fits(value))

_ENDPOINT = {
    "name": TEXT,
    "kind": TEXT,
    "node?": TEXT,
    "via?": TEXT,
    "missing?": TEXT,
    **{f"{name}?": [TEXT] for name in ("addresses", "backends", "backend_nodes", "overlay_nodes", "protocols")},
}
_PLACE = {"source": TEXT, "target": TEXT, "check": _CHECK, "family?": TEXT, "port?": _PERHAPS_WHOLE}
_CELL = {
    **_PLACE,
    "family": TEXT,
    "verdict": _VERDICT,
    **{f"{name}?": TEXT for name in ("outcome", "reason", "detail", "message", "own", "seen", "answered_by")},
    **{f"{name}?": WHOLE for name in ("attempts", "succeeded", "mtu")},
    **{f"{name}?": NUMBER for name in ("latency_ms", "first_success_ms")},
    "translated?": FLAG,
    "expected?": {"*": ANYTHING},
}
_LINK = {"name": TEXT, "kind?": TEXT, "mtu?": WHOLE, "addresses?": [TEXT]}
_NODE = {
    "name": TEXT,
    "links?": [_LINK],
    **{f"{name}?": [TEXT] for name in ("roles", "addresses", "pod_subnets", "routes")},
}
_TRAIL = {
    "source": TEXT,
    "target": TEXT,
    "check": TEXT,
    "verdict?": TEXT,
    "message?": TEXT,
    "lines?": [TEXT],
    "broken_at?": _PERHAPS_WHOLE,
    "hops?": [{"place": TEXT, "node?": _PERHAPS_TEXT, "link?": _PERHAPS_TEXT, "link_kind?": _PERHAPS_TEXT}],
    "evidence?": [TEXT],
}
_FINDING = {
    "id": TEXT,
    **{f"{name}?": TEXT for name in ("severity", "cause", "remedy")},
    **{f"{name}?": [TEXT] for name in ("nodes", "evidence")},
    "explains?": [{"*": ANYTHING}],
    "explained_cells?": WHOLE,
}
_COMPARISON = {
    "with": {"name": TEXT, "time": TEXT},
    **{kind: [{**_PLACE, "before": TEXT, "after": TEXT}] for kind in ("worse", "better")},
    "new": [{**_PLACE, "after": TEXT}],
    "gone": [{**_PLACE, "before": TEXT}],
}
_TIMES = Leaf(
    "a list of a time and a number of cells each",
    lambda value: (
        isinstance(value, list)
        and all(isinstance(one, list) and len(one) == 2 and NUMBER.fits(one[0]) and WHOLE.fits(one[1]) for one in value)
    ),
)
_TALLY = {
    **dict.fromkeys(("node", "family", "outcome"), TEXT),
    "check": _CHECK,
    "cells": WHOLE,
    "translated?": WHOLE,
    "latency_ms?": _TIMES,
    "first_success_ms?": _TIMES,
}
_COUNTED = {"cells": WHOLE, "by_node": {"*": WHOLE}, "by_endpoint": {"*": WHOLE}, "tallies": [_TALLY]}
_CELLS = {"endpoints": [_ENDPOINT], "cells": [_CELL]}
_REPORT = {
    "name": TEXT,
    "started?": _WHEN,
    "finished": _WHEN,
    "settings?": {"*": ANYTHING},
    "scope?": {"name": TEXT, "pairs": WHOLE, "all_pairs": WHOLE, "says": [TEXT], "*": ANYTHING},
    "summary": {"cells": WHOLE, "passed": WHOLE, "failed": WHOLE, "*": WHOLE},
    "groups": [{"cells": WHOLE, "message": TEXT}],
    "nodes?": [_NODE],
    "findings?": [_FINDING],
    "trails?": [_TRAIL],
    "comparison?": _COMPARISON,
    "passed_without_detail?": _COUNTED,
    "not_listed?": {
        "cells": WHOLE,
        "by_node": {"*": WHOLE},
        "tallies": [{"check": _CHECK, "family": TEXT, "verdict": TEXT, "cells": WHOLE}],
    },
    **{f"{kind}_nodes?": [{"name": TEXT, "reason": TEXT}] for kind in ("missing", "excluded")},
    "enforced_after_seconds?": NUMBER,
}


def check_whole_report(report: Any) -> None:
    """Check that everything can be made from a report that is made from one.

    Raises:
        InputError: a part is missing or has another shape, or a cell is of no endpoint
    """
    check_shape(report, _REPORT, "report", nulls=False)
    check_cells(report)


def check_cells(report: Any) -> None:
    """Check the cells and the endpoints of a report, which may lack everything else. Raises InputError."""
    check_shape(report, _CELLS, "report", nulls=False)
    known = {one["name"] for one in report["endpoints"]}
    unknown = sorted({cell[end] for cell in report["cells"] for end in ("source", "target")} - known)
    if unknown:
        raise InputError(f"report.cells has a cell of {unknown[0]}, which is none of report.endpoints")


__all__ = ["check_cells", "check_whole_report"]
