"""Run by test_connectivity.py with each Python found: pod a1 waits for pod b1, probes it and prints the outcomes."""

from __future__ import annotations

import namespaces

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.addresses import FAMILIES
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import CHECKS
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.expected_cells import ExpectedCell
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.targets import find_targets
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing import responder
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.convergence import Goal, converge
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.network_namespace import Namespaces
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.probe import Source, probe
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.settings import ProbeSettings


def main() -> None:
    """Print the outcome of each cell."""
    source, target = (next(one for one in namespaces.endpoints() if one.name == name) for name in ("a1", "b1"))
    with Namespaces() as entered:
        bound = responder.bind([responder.Place("b1", namespaces.path("b1"), target.addresses)], entered)
        responder.start(bound, "once", 30)
        targets = find_targets([target], [one.listener for one in bound], CHECKS)
        sources, settings = [Source("a1", namespaces.path("a1"), source.addresses)], ProbeSettings("once")
        goal = Goal([ExpectedCell("a1", "b1", None, "ICMP", family, True) for family in FAMILIES])
        convergence = converge(sources, targets, goal, settings, entered)
        cells = probe(sources, targets, settings, entered)
    responder.stop()
    assert (convergence.cells, convergence.wrong) == (2, ())
    print(*(cell.outcome for cell in cells))


if __name__ == "__main__":
    main()
