# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The diagnosis as SARIF 2.1.0 (OASIS), which systems of CI and editors read. No I/O, no Ansible."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.cell_counts import cells_words
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.causes import Cause

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_HOME = "https://github.com/podnet/kubernetes"
_FINGERPRINT = "podnetFinding/v1"


def sarif_document(document: Mapping[str, Any], causes: Iterable[Cause], version: str) -> dict[str, Any]:
    """Write findings.json as a SARIF log with one run.

    Args:
        document: the content of findings.json
        causes: all causes; they become rules
        version: of this collection
    """
    rules = list(causes)
    driver = {
        "name": "podnet.kubernetes.diagnose",
        "semanticVersion": version,
        "informationUri": _HOME,
        "rules": [_rule(cause) for cause in rules],
    }
    run = {
        "tool": {"driver": driver},
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": list(_notifications(document))}],
        "results": list(_results(document["findings"], [cause.id for cause in rules])),
        "columnKind": "unicodeCodePoints",
    }
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(cause: Cause) -> dict[str, Any]:
    parts = (cause.cause, f"Evidence: {cause.evidence}", f"Remedy: {cause.remedy}", f"Harmless: {cause.harmless}")
    return {
        "id": cause.id,
        "shortDescription": {"text": f"{cause.title}."},
        "fullDescription": {"text": cause.cause},
        "help": {"text": "\n".join(parts), "markdown": "\n\n".join(parts)},
        "helpUri": f"{_HOME}/blob/main/docs/findings.md#{cause.id}",
        "defaultConfiguration": {"level": cause.severity},
    }


def _results(findings: Iterable[Mapping[str, Any]], rules: list[str]) -> Iterator[dict[str, Any]]:
    """Yield a result for each finding.

    Sentences hold values that differ from run to run, such as times. So the fingerprint is made of id and nodes, and of
    a number where several findings share both.
    """
    seen: Counter[str] = Counter()
    for finding in findings:
        key = json.dumps([finding["id"], sorted(finding["nodes"])])
        seen[key] += 1
        evidence = "; ".join(finding["evidence"])
        yield {
            "ruleId": finding["id"],
            **({"ruleIndex": rules.index(finding["id"])} if finding["id"] in rules else {}),
            "level": finding["severity"],
            "message": {"text": f"{finding['cause']}. Evidence: {evidence}. Remedy: {finding['remedy']}."},
            "locations": [_location(finding["nodes"])],
            "partialFingerprints": {_FINGERPRINT: hashlib.sha256(f"{key}{seen[key]}".encode()).hexdigest()},
            "properties": {
                "explainedCells": finding["explained_cells"],
                "mayFollowFrom": list(finding.get("may_follow_from") or ()),
            },
        }


def _location(nodes: Iterable[str]) -> dict[str, Any]:
    """Return the nodes as logical locations. GitHub shows no result without a file, so findings.json stands for it."""
    names = list(nodes)
    places = [{"name": name, "fullyQualifiedName": f"node/{name}", "kind": "resource"} for name in names]
    return {
        "physicalLocation": {"artifactLocation": {"uri": "findings.json"}, "region": {"startLine": 1}},
        "logicalLocations": places or [{"name": "cluster", "fullyQualifiedName": "cluster", "kind": "resource"}],
    }


def _notifications(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield what was not looked at, and the number of bad cells that no finding explains."""
    for text in document["not_looked_at"]:
        yield {"level": "warning", "message": {"text": f"Not looked at: {text}"}}
    if document["unexplained_cells"]:
        every = cells_words(document["failed_cells"], document["unprobed_cells"])
        text = f"{document['unexplained_cells']} of {every} are unexplained."
        yield {"level": "warning", "message": {"text": text}}


__all__ = ["sarif_document"]
