"""Reports for the questions that a page answers: without a fault, with many causes, a lost node, policies."""

from __future__ import annotations

from typing import Any

from page_samples import EXPECTED, cells, failing, pods, report


def fine() -> dict[str, Any]:
    """A cluster without a fault."""
    endpoints = pods(2, 1)
    return report(endpoints, cells(endpoints))


def crowded() -> dict[str, Any]:
    """The same cluster with so many causes that they fill the first screen."""
    given = failing()
    return {**given, "findings": given["findings"] * 6}


def lost() -> dict[str, Any]:
    """Three nodes, one of which took no part. The finding explains its cells. Nothing was compared."""
    endpoints = pods(3, 2)
    some, reason = cells(endpoints), "node3 is not ready: NodeStatusUnknown: Kubelet stopped posting node status."
    for cell in some:
        if "node3" in f"{cell['source']} {cell['target']}":
            cell.update(verdict="not probed", outcome="not observed", message=f"not probed: {reason}")
    count = sum(cell["verdict"] == "not probed" for cell in some)
    scopes = [{end: ["node3"], "unprobed": True} for end in ("sources", "targets")]
    texts = {"id": "node_not_ready", "severity": "error", "cause": "node3 is not ready", "remedy": "look at the node"}
    found = {**texts, "nodes": ["node3"], "evidence": [reason], "explains": scopes, "explained_cells": count}
    given = report(endpoints, some, findings=[found], missing_nodes=[{"name": "node3", "reason": reason}])
    given["groups"] = [{"message": f"{count} cells: not probed: {reason}", "cells": count}]
    given["summary"].update(passed=len(some) - count, not_probed=count)
    return given


def decided() -> dict[str, Any]:
    """A cluster whose policies deny what fails."""
    given = failing()
    for cell in given["cells"]:
        if cell["verdict"] == "failed":
            because = "ingress: selected by shop/deny, and no rule allows it"
            cell["expected"] = {**EXPECTED, "outcome": "blocked", "because": because, "decided_by": "api"}
    return given
