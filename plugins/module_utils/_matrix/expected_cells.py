# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cells that NetworkPolicies allow or deny, as filters and modules exchange them. No I/O, no Ansible.

The filter expected_connectivity makes these cells. They have a protocol and a port in place of a check.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any, NamedTuple

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.addresses import FAMILIES
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.fields import (
    read_fields,
    read_list,
    read_port_number,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import CellKey

_CHOICES = {
    "protocol": ("TCP", "UDP", "SCTP", "ICMP"),
    "family": FAMILIES,
    "decided_by": ("api", "implementation"),
}


class ExpectedCell(NamedTuple):
    """Whether a pod should reach another pod on a port in an address family.

    Attributes:
        source, target: pods, as NAMESPACE/NAME
        port: the port; None for ICMP
        protocol: V(TCP), V(UDP), V(SCTP) or V(ICMP)
        family: V(ipv4) or V(ipv6)
        allowed: whether the connection should succeed; None: the API leaves it open, and no implementation is known
        because: one line that names the deciding policies and rules, or says that there is none
        decided_by: V(api), or V(implementation) when the API leaves the cell open
    """

    source: str
    target: str
    port: int | None
    protocol: str
    family: str
    allowed: bool | None
    because: str = "policies"
    decided_by: str = "api"

    @property
    def key(self) -> CellKey:
        """The place of the cell in the matrix. The matrix has no cells of SCTP, and none of a pod and itself."""
        return CellKey(self.source, self.target, self.protocol.lower(), self.family, self.port)

    @property
    def outcome(self) -> str:
        """The outcome that the cell of the matrix should have."""
        return "any" if self.allowed is None else "reachable" if self.allowed else "blocked"


def load_expected_cells(value: Any, name: str) -> list[ExpectedCell]:
    """Load cells from a list of dicts with the fields of ExpectedCell. C(because) and C(decided_by) may be left out.

    Args:
        value: the list
        name: the name of the option, for errors

    Raises:
        InputError: a field is unknown, missing or wrong. The message names the field.
    """
    return [_load(item, f"{name}[{index}]") for index, item in enumerate(read_list(value, name))]


def _load(value: Any, path: str) -> ExpectedCell:
    given = read_fields(value, path, ExpectedCell._fields)
    # null is a value of these two fields. In other fields it counts as absent.
    nulls = {name: None for name in ("allowed", "port") if name == "port" or name in value}
    fields = {**nulls, **given}
    missing = [name for name in ExpectedCell._fields if name not in {**fields, **ExpectedCell._field_defaults}]
    if missing:
        raise InputError(f"{path} has no {missing[0]}: give cells as the filter expected_connectivity returns them")
    for name in ("source", "target", "because"):
        if not isinstance(fields.get(name, "x"), str) or not fields.get(name, "x"):
            raise InputError(f"{path}.{name} is {fields[name]!r}, not a text")
    for name, choices in _CHOICES.items():
        if fields.get(name, choices[0]) not in choices:
            raise InputError(f"{path}.{name} is {fields[name]!r}: give {', '.join(choices[:-1])} or {choices[-1]}")
    undecided = fields["allowed"] is None and fields.get("decided_by") == "implementation"
    if not undecided and not isinstance(fields["allowed"], bool):
        raise InputError(f"{path}.allowed is {fields['allowed']!r}: give true or false")
    if fields["protocol"] != "ICMP":
        read_port_number(fields["port"], f"{path}.port")
    elif fields["port"] is not None:
        raise InputError(f"{path}.port is {fields['port']!r}: leave the port out, because ICMP has none")
    return ExpectedCell(**fields)


def by_key(cells: Iterable[ExpectedCell], name: str) -> dict[CellKey, ExpectedCell]:
    """Return the cells by their keys, without cells that nothing probes: those of SCTP, and of a pod and itself.

    Args:
        cells: the cells
        name: the name of the option that has them, for errors

    Raises:
        InputError: two cells contradict each other
    """
    found: dict[CellKey, ExpectedCell] = {}
    for cell in cells:
        if cell.protocol == "SCTP" or cell.source == cell.target:
            continue
        if found.setdefault(cell.key, cell).allowed != cell.allowed:
            raise InputError(f"{name} has {cell.key} both allowed and denied: give the cells of one set of policies")
    return found


def only_computed(cells: Iterable[ExpectedCell]) -> list[ExpectedCell]:
    """Return the cells between two pods that nothing probes: those of SCTP."""
    return [cell for cell in cells if cell.protocol == "SCTP" and cell.source != cell.target]


def text_computed(cells: Iterable[ExpectedCell]) -> list[str]:
    """Return a line that counts cells which are computed and not observed, if there are any."""
    counts = Counter({True: "allowed", False: "blocked", None: "left open by the API"}[cell.allowed] for cell in cells)
    total = counts.total()
    parts = ", ".join(f"{number} {name}" for name, number in counts.items())
    return [f"{total} cells of SCTP are computed, and not observed: {parts}"] if total else []


def find_changes(after: Iterable[ExpectedCell], before: Iterable[ExpectedCell]) -> list[ExpectedCell]:
    """Return the cells of C(after) that C(before) lacks or allows otherwise, without those of a pod and itself.

    Undecided cells are left out: nothing can be expected of them.
    """
    said = {(cell.key, cell.allowed) for cell in before}
    decided = [cell for cell in after if cell.source != cell.target and cell.allowed is not None]
    return [cell for cell in decided if (cell.key, cell.allowed) not in said]


__all__ = ["ExpectedCell", "by_key", "find_changes", "load_expected_cells", "only_computed", "text_computed"]
