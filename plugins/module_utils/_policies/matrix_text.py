# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The matrix of the oracle as lines of text, for people. No I/O, no Ansible."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.report import draw_table
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.matrix import Layer, Matrix

_MOST_ROWS = 30
_LEGEND = {
    ".": ". may connect",
    "-": "- is blocked",
    "*": "* is left to the implementation",
    "/": "allowed/all connections",
}


@dataclass(frozen=True)
class _Sheet:
    """A matrix that some ports and families have in common.

    Attributes:
        titles: of these ports and families
        members: the pods that have cells
        allowed, undecided: for each target, the masks of the sources
    """

    titles: tuple[str, ...]
    members: int
    allowed: tuple[int, ...]
    undecided: tuple[int, ...]

    def symbol(self, source: int, target: int) -> str:
        """Return the symbol of a cell; nothing when a pod has no address of the family."""
        if not self.members >> source & self.members >> target & 1:
            return ""
        if self.undecided[target] >> source & 1:
            return "*"
        return "." if self.allowed[target] >> source & 1 else "-"

    def are_alike(self, one: int, other: int) -> bool:
        """Whether two pods reach the same pods, are reached by the same pods, and reach each other or do not."""
        aside = ~(1 << one | 1 << other)
        if self.members >> one & 1 != self.members >> other & 1 or self.symbol(one, other) != self.symbol(other, one):
            return False
        for rows in (self.allowed, self.undecided):
            if (rows[one] ^ rows[other]) & aside:
                return False
            if any((row >> one ^ row >> other) & 1 for target, row in enumerate(rows) if target not in (one, other)):
                return False
        return True


def draw_matrix(matrix: Matrix, decide_open: bool) -> list[str]:
    """Draw the matrix: a source is a row, a target is a column. Ports with the same matrix share a drawing.

    When there are many pods, pods that are alike share a row. When there are still many rows, a row stands for the pods
    of a namespace and counts connections.

    Args:
        matrix: the matrix
        decide_open: whether its reading decides the cells that the API leaves open
    """
    sheets = _sheets(matrix, decide_open)
    groups = [[position] for position in range(len(matrix.pods))]
    if len(groups) > _MOST_ROWS:
        groups = _merge(sheets, len(matrix.pods))
    draw = _draw
    if len(groups) > _MOST_ROWS:
        groups, draw = _by_namespace(matrix), _draw_counts
    labels = [_label(matrix, group, counts=draw is _draw_counts) for group in groups]
    lines: list[str] = []
    entries: set[str] = set()
    for sheet in sheets:
        table = draw(sheet, groups)
        entries.update(table.values())
        named = {(labels[source], labels[target]): entry for (source, target), entry in table.items()}
        rows = (line.rstrip() for line in draw_table(dict.fromkeys(labels, ""), named))
        lines += [f"{', '.join(sheet.titles)}:", *rows, ""]
    symbols = set("".join(entries))
    return [*lines, "   ".join(words for symbol, words in _LEGEND.items() if symbol in symbols)] if lines else []


def _sheets(matrix: Matrix, decide_open: bool) -> list[_Sheet]:
    """Return the different matrices, each with the titles of its ports and families."""
    several = len({layer.family for layer in matrix.layers}) > 1
    titles: dict[tuple[int, tuple[int, ...], tuple[int, ...]], list[str]] = {}
    for layer in matrix.layers:
        undecided = (0,) * len(layer.allowed) if decide_open else layer.contested
        titles.setdefault((layer.members, layer.allowed, undecided), []).append(_title(layer, several))
    return [_Sheet(tuple(some), *key) for key, some in titles.items()]


def _title(layer: Layer, with_family: bool) -> str:
    port = layer.port.protocol if layer.port.number is None else f"{layer.port.protocol} {layer.port.number}"
    return f"{port} ({layer.family.replace('ip', 'IP')})" if with_family else port


def _merge(sheets: Sequence[_Sheet], count: int) -> list[list[int]]:
    """Put pods that are alike in all sheets into one group. Pods that are like the first of a group are all alike."""
    groups: list[list[int]] = []
    for position in range(count):
        same = (group for group in groups if all(sheet.are_alike(group[0], position) for sheet in sheets))
        group = next(same, None)
        if group is None:
            groups.append([position])
        else:
            group.append(position)
    return groups


def _by_namespace(matrix: Matrix) -> list[list[int]]:
    groups: dict[str, list[int]] = {}
    for position, pod in enumerate(matrix.pods):
        groups.setdefault(pod.namespace, []).append(position)
    return list(groups.values())


def _label(matrix: Matrix, group: Sequence[int], counts: bool) -> str:
    if counts:
        return f"pods of {matrix.pods[group[0]].namespace}"
    return f"{matrix.pods[group[0]]}{f' and {len(group) - 1} more' if len(group) > 1 else ''}"


def _draw(sheet: _Sheet, groups: Sequence[Sequence[int]]) -> dict[tuple[int, int], str]:
    """Return the symbols of all pairs of groups. A pod and itself have none."""
    entries = {}
    for (row, source), (column, target) in _pairs(groups):
        # Of a group and itself, the first two pods stand for all.
        other = target[1] if row == column and len(target) > 1 else target[0]
        if source[0] != other:
            entries[row, column] = sheet.symbol(source[0], other)
    return entries


def _draw_counts(sheet: _Sheet, groups: Sequence[Sequence[int]]) -> dict[tuple[int, int], str]:
    """Return the numbers of the connections that are allowed, and of all, between the pods of two groups."""
    entries = {}
    for (row, source), (column, target) in _pairs(groups):
        symbols = [sheet.symbol(one, other) for one in source for other in target if one != other]
        decided = [symbol for symbol in symbols if symbol in (".", "-")]
        mark = "*" if "*" in symbols else ""
        entries[row, column] = f"{decided.count('.')}/{len(decided)}{mark}" if decided else mark
    return entries


_Group = tuple[int, Sequence[int]]


def _pairs(groups: Sequence[Sequence[int]]) -> Iterator[tuple[_Group, _Group]]:
    """Yield all pairs of groups, each group with its number."""
    for source in enumerate(groups):
        for target in enumerate(groups):
            yield source, target


__all__ = ["draw_matrix"]
