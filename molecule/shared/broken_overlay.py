"""The cells of a report that must fail when an overlay carries no packets, computed from the topology."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Overlay:
    """What a report shows of an overlay without packets: sets of (source, target, check)."""

    expected: set[tuple[str, str, str]]
    failed: set[tuple[str, str, str]]
    outcomes: set[str]  # of the cells that failed


def needs_the_overlay(source: dict[str, Any], target: dict[str, Any]) -> bool | None:
    """Say whether packets from source to target cross the overlay; None when only some backends are across.

    The overlay carries packets to a pod on another node. Packets to nodes and to host-network pods do not cross it. An
    answer to a pod goes to the address that the pod's packet came with, which is its node's.
    """
    if target["kind"] in ("service", "nodeport", "dns"):
        # The node of a NodePort chooses the backend, and its own address is the source from there on.
        here = target.get("via", source["node"])
        across = {node in target.get("overlay_nodes", []) and node != here for node in target["backend_nodes"]}
        return across.pop() if len(across) == 1 else None
    return bool(target["kind"] == "pod" and target["node"] != source["node"])


def compare(report: Any) -> Overlay:
    """Compute the cells of a report that must fail without an overlay, and list those that did."""
    endpoints = {endpoint["name"]: endpoint for endpoint in report["endpoints"]}
    decided = {
        (source, target): needs_the_overlay(endpoints[source], endpoints[target])
        for source, target in {(cell["source"], cell["target"]) for cell in report["cells"]}
    }
    # The comparison is worth little unless pods and Services have pairs of both kinds.
    for kind in ("pod", "service", "nodeport"):
        assert {needs for (_s, target), needs in decided.items() if endpoints[target]["kind"] == kind} >= {True, False}
    cells = [cell for cell in report["cells"] if decided[cell["source"], cell["target"]] is not None]
    keys = {id(cell): (cell["source"], cell["target"], cell["check"]) for cell in cells}
    wrong = [cell for cell in cells if cell["verdict"] != "passed"]
    return Overlay(
        {keys[id(cell)] for cell in cells if decided[cell["source"], cell["target"]]},
        {keys[id(cell)] for cell in wrong},
        {cell["outcome"] for cell in wrong},
    )
