# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a report says of the cells that nodes only counted: those that passed, and those that are too many. No I/O."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.briefs import Brief
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import Endpoint, as_dict
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.crowds import Crowd
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.judgements import Judgement

_NO_CROWD = Crowd()


def text_briefs(judgements: Iterable[Judgement], crowd: Crowd = _NO_CROWD) -> list[str]:
    """Return a line that counts the cells without detail, if there are any."""
    number = crowd.cells + sum(judgement.is_brief for judgement in judgements)
    rest = sum(crowd.unlisted.values())
    return [
        *([f"{number} of the cells that passed have no detail: their nodes only counted them"] if number else []),
        *([f"{rest} of the cells that did not pass are not listed: their nodes only counted them"] if rest else []),
    ]


def passed_without_detail(
    endpoints: Iterable[Endpoint], judgements: Iterable[Judgement], briefs: Iterable[Brief], crowd: Crowd
) -> dict[str, Any]:
    """Return the part of the report that counts the cells without detail; nothing when there are none."""
    ends = Counter((one.cell.source, one.cell.target) for one in judgements if one.is_brief)
    if not ends and not crowd.cells:
        return {}
    nodes = {one.name: one.node if one.kind in ("pod", "node") else None for one in endpoints}
    by_endpoint, by_node = Counter(crowd.by_endpoint), Counter(crowd.by_node)
    for (source, target), number in ends.items():
        by_endpoint.update({source: number, target: number})
        by_node.update(dict.fromkeys(filter(None, (nodes[source], nodes[target])), number))
    return {
        "passed_without_detail": {
            "cells": ends.total() + crowd.cells,
            "by_node": dict(by_node),
            "by_endpoint": dict(by_endpoint),
            "tallies": [as_dict(tally) for brief in briefs for tally in brief.tallies],
        }
    }


def not_listed(crowd: Crowd) -> dict[str, Any]:
    """Return the part of the report that counts the cells that did not pass and are not listed, if there are any."""
    by_kind = crowd.unlisted_by(lambda place: (place.check, place.family))
    if not by_kind:
        return {}
    tallies = [
        {"check": check, "family": family, "verdict": verdict, "cells": number}
        for (check, family), verdicts in sorted(by_kind.items())
        for verdict, number in sorted(verdicts.items())
    ]
    cells = sum(crowd.unlisted.values())
    return {"not_listed": {"cells": cells, "by_node": dict(crowd.unlisted_by_node), "tallies": tallies}}


__all__ = ["not_listed", "passed_without_detail", "text_briefs"]
