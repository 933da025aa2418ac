# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The entries that probes make in the connection tracking of each node. No I/O, no Ansible."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.addresses import FAMILIES, family_of
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import Endpoint, Target

# Each attempt of these checks has a source port of its own. Those of the other checks share one.
_EACH_ATTEMPT = ("tcp", "udp", "dns")


def count_flows(endpoints: Sequence[Endpoint], targets: Iterable[Target], attempts: int) -> dict[str, int]:
    """Return the most entries that probes make on each node that takes part, by its name.

    A connection has an entry on the node of its source and on those that may get its packets: the node of the target,
    or of a Service's endpoints. An entry outlives its connection by two minutes, so none goes while probes run.

    Args:
        endpoints, targets: of the whole matrix
        attempts: for each cell
    """
    by_name = {one.name: one for one in endpoints}
    probing = [one for one in endpoints if one.node and not one.missing]
    all_sources = {family: _by_node(probing, family) for family in FAMILIES}
    everywhere: Counter[str] = Counter()  # by family, the entries that each source makes
    opened: Counter[str] = Counter()
    for target in targets:
        endpoint = by_name[target.name]
        if endpoint.missing:
            continue
        family = family_of(target.address)
        each = sum(attempts if one.check in _EACH_ATTEMPT else 1 for one in target.tries)
        sources = all_sources[family]
        if target.sources:
            sources = _by_node([by_name[name] for name in target.sources if not by_name[name].missing], family)
            opened.update({node: number * each for node, number in sources.items()})
        else:
            everywhere[family] += each
        total = sum(sources.values())
        for node in {endpoint.node or endpoint.via, *endpoint.backend_nodes} - {None}:
            opened[str(node)] += (total - sources[str(node)]) * each
    for family, sources in all_sources.items():
        opened.update({node: number * everywhere[family] for node, number in sources.items()})
    return {node: opened[node] for node in sorted({str(one.node) for one in probing})}


def _by_node(sources: Iterable[Endpoint], family: str) -> Counter[str]:
    """Count the sources that have an address in a family, by node. The controller has none."""
    return Counter(str(one.node) for one in sources if one.node and family in one.families)


def find_full_tables(flows: Mapping[str, int], responders: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return a sentence for each node whose table has too few free entries for the probes.

    Args:
        flows: what count_flows() returns
        responders: what connectivity_responder returned on the nodes; those without C(conntrack) track nothing

    Raises:
        InputError: C(conntrack) has another form
    """
    sentences = []
    for one in responders:
        table = one.get("conntrack")
        if table is None:
            continue
        if not isinstance(table, Mapping) or not all(isinstance(table.get(name), int) for name in ("used", "most")):
            raise InputError(f"conntrack of {one.get('node')} is {table!r}: give a result of connectivity_responder")
        free, needed = table["most"] - table["used"], flows.get(str(one.get("node")), 0)
        if needed > free:
            sentences.append(
                f"{one['node']}: the probes make up to {needed} entries in the connection tracking, and {max(free, 0)} "
                f"are free (nf_conntrack_max {table['most']} less nf_conntrack_count {table['used']})"
            )
    return sentences


__all__ = ["count_flows", "find_full_tables"]
