"""The rows of docs/times.md, which the benchmarks write.

A benchmark that ran with its usual sizes reports what it measured:

    record([Row("Planning", "routes: 5,000 hosts against 1,000", "times", (5.1, 4.9, 5.2), goal=6, limit="one core")])

Lower is better in every row. The values are those of the rounds; the page shows their median and range. Seconds depend
on the machine, all other units on the code: `record` compares these with the last commit.

benchmarks/last.json keeps all rows. A row with the table and name of an older one takes its place, and others keep
their date. Delete by hand what no benchmark measures any more. A script in another language calls

    python benchmarks/rows.py TABLE NAME UNIT LIMIT GOAL VALUE …      (GOAL: a number, or - for none)

Without arguments, this file writes the page again, prints the rows that are worse than in the last commit, and fails
when there are such rows.
"""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import date
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[1]
LAST = Path("benchmarks/last.json")
PAGE = Path("docs/times.md")
WORSE = 1.2
_BEGIN = "<!-- `make bench` writes the lines below. -->\n"


@dataclass(frozen=True)
class Row:
    """What a benchmark measured in some rounds of one run; the fields below the limit are filled by `record`.

    Raises:
        ValueError: the row has a goal, and does not say what limits its figure
    """

    table: str
    name: str
    unit: str
    values: tuple[float, ...]
    goal: float | None = None
    limit: str = ""
    date: str = ""
    machine: str = ""
    load: float = 0

    def __post_init__(self) -> None:
        if self.goal is not None and not self.limit:
            raise ValueError(f"{self.table}: {self.name} has a goal and no limit")

    @property
    def key(self) -> tuple[str, str]:
        """What names the row."""
        return self.table, self.name

    @property
    def figure(self) -> float:
        """The median of the rounds."""
        return median(self.values)


def record(rows: Iterable[Row], root: Path = ROOT) -> None:
    """Keep the rows with date, machine and load, write the page, and print what is worse than in the last commit."""
    here = (date.today().isoformat(), machine(), round(os.getloadavg()[0], 1))
    new = [replace(row, date=here[0], machine=here[1], load=here[2]) for row in rows]
    kept = merged(read((root / LAST).read_text()), new)
    (root / LAST).write_text(write(kept))
    (root / PAGE).write_text(with_rows((root / PAGE).read_text(), kept))
    for line in [*(f"{row.table}: {row.name}: {shown(row)}" for row in new), *worse(landed(root), new)]:
        print(line)


def merged(old: list[Row], new: list[Row]) -> list[Row]:
    """Put the new rows in the places of the old ones, and further ones at the end of their table."""
    rows = {row.key: row for row in [*old, *new]}
    tables = list(dict.fromkeys(row.table for row in rows.values()))
    return sorted(rows.values(), key=lambda row: tables.index(row.table))


def worse(landed: list[Row], rows: list[Row]) -> list[str]:
    """Describe the rows that are a fifth worse than in the last commit."""
    before = {row.key: row for row in landed if row.unit != "s"}
    pairs = [(before[row.key], row) for row in rows if row.key in before and row.unit != "s"]
    return [
        f"WORSE: {new.table}: {new.name}: {shown(new)} ({new.date}), in the last commit {shown(old)} ({old.date})"
        for old, new in pairs
        if new.figure > WORSE * old.figure
    ]


def landed(root: Path) -> list[Row]:
    """Read the rows of the last commit; none where there is no file yet, or no repository."""
    done = subprocess.run(["git", "show", f"HEAD:{LAST}"], cwd=root, capture_output=True, text=True, check=False)
    return read(done.stdout) if done.returncode == 0 else []


def read(text: str) -> list[Row]:
    """Read the kept rows."""
    return [Row(**{**row, "values": tuple(row["values"])}) for row in json.loads(text)]


def write(rows: list[Row]) -> str:
    """Write the rows, one a line, which git compares well."""
    return "[\n" + ",\n".join(json.dumps(asdict(row), ensure_ascii=False) for row in rows) + "\n]\n"


def with_rows(page: str, rows: list[Row]) -> str:
    """Put the tables under the mark of the page."""
    before, mark, _old = page.partition(_BEGIN)
    if not mark:
        raise ValueError(f"{PAGE} lacks the line {_BEGIN.strip()}")
    lines = []
    for table, of_table in groupby(rows, key=attrgetter("table")):
        lines += ["", f"## {table}", "| Measured | Goal | Median (range) | Limited by | On |", "|---|---|---|---|---|"]
        lines += [table_line(row) for row in of_table]
    lines += ["", "## Machines", "| Date | Machine | Load |", "|---|---|---|"]
    runs = sorted({(row.date, row.machine) for row in rows})
    for day, name in runs:
        loads = [row.load for row in rows if (row.date, row.machine) == (day, name)]
        lines.append(f"| {day} | {name} | {between(min(loads), max(loads))} |")
    return before + _BEGIN + "\n".join(lines) + "\n"


def table_line(row: Row) -> str:
    """Show a row in its table; a figure that misses its goal is bold."""
    goal = "" if row.goal is None else f"{number(row.goal)} {row.unit}"
    missed = row.goal is not None and row.figure > row.goal
    figure = f"**{shown(row)}**" if missed else shown(row)
    return f"| {row.name} | {goal} | {figure} | {row.limit} | {row.date} |"


def shown(row: Row) -> str:
    """Show the median, and the range of several rounds."""
    spread = f" ({between(min(row.values), max(row.values))})" if len(row.values) > 1 else ""
    return f"{number(row.figure)} {row.unit}{spread}"


def between(low: float, high: float) -> str:
    """Show a range, or the one number where both look alike."""
    low_text, high_text = number(low), number(high)
    return low_text if low_text == high_text else f"{low_text} to {high_text}"


def number(value: float) -> str:
    """Show three digits, and all digits of whole numbers, with commas between thousands."""
    rounded = float(f"{value:.3g}") if abs(value) < 1000 else round(value)
    return f"{rounded:,.10g}" if rounded == int(rounded) else f"{rounded:g}"


def machine() -> str:
    """Describe the machine without its name."""
    cpu = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    cores = len(os.sched_getaffinity(0))
    name = cpu.group(1) if cpu else platform.machine()
    return f"{cores} cores, {name}, {memory:.0f} GB, Python {platform.python_version()}"


def main() -> None:
    """Report a row of a script, or write the page again and compare all rows with the last commit."""
    if len(sys.argv) > 6:
        table, name, unit, limit, goal, *values = sys.argv[1:]
        numbers = tuple(float(value) for value in values)
        record([Row(table, name, unit, numbers, None if goal == "-" else float(goal), limit)])
        return
    rows = read((ROOT / LAST).read_text())
    (ROOT / PAGE).write_text(with_rows((ROOT / PAGE).read_text(), rows))
    found = worse(landed(ROOT), rows)
    sys.exit("\n".join(found) or 0)


if __name__ == "__main__":
    main()
