"""Time the lab's cluster with Flannel, by benchmarks/by_hand.sh and by the playbook, in turns (takes the lab over).

From bare nodes, the lab makes its nodes anew before each run. From prepared nodes, a reset before each run leaves the
packages and the images there. Both ways end when the nodes and the DNS are ready. Then the playbook runs a second time,
and in check mode.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import time
from collections.abc import Iterable, Mapping
from statistics import median

from commands import play
from lab_cluster import ROOT
from rows import Row, record

TABLE = "Cluster up"
FORKS = "Ansible forks a process for each host and task"
# The phases of by_hand.sh, and the plays that do the same.
PHASES = {
    "packages": "Prepare the nodes",
    "init": "Make the control plane",
    "joins": "Join the nodes",
    "network": "Install Flannel",
}
_LINE = re.compile(r"^ *[0-9.]+ s  (?P<play>[^:]+?)(:|  |$)")


def by_hand() -> dict[str, float]:
    """Run the script, and read the seconds of each phase."""
    done = subprocess.run(["benchmarks/by_hand.sh"], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    return {name: float(seconds) for name, seconds in (line.split() for line in done.stdout.splitlines())}


def by_playbook(*options: str) -> tuple[dict[str, float], float]:
    """Run the playbook, and return the seconds of each phase and those of the whole run."""
    command = ["ansible-playbook", "playbooks/flannel.yml", *options]
    environment = {**os.environ, "ANSIBLE_STDOUT_CALLBACK": "phases", "CI": "1"}
    began = time.monotonic()
    lines = []
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as run:
        for line in run.stdout or ():
            lines.append((time.monotonic() - began, line))
    if run.returncode:
        raise SystemExit("".join(line for _moment, line in lines))
    return phases(lines), time.monotonic() - began


def phases(lines: Iterable[tuple[float, str]]) -> dict[str, float]:
    """Read the seconds of each phase from the lines of the screen and the moments when they came.

    The line of a play comes when it ends. What comes before a phase counts for it: the checks of the machines count for
    the packages.
    """
    ends: dict[str, float] = {}
    for moment, line in lines:
        found = _LINE.match(line)
        for name, title in PHASES.items():
            if found and found["play"] == title:
                ends[name] = moment
    starts = [0.0, *ends.values()]
    return {name: end - start for (name, end), start in zip(ends.items(), starts, strict=False)}


def make_bare_nodes() -> None:
    """Let the lab make its nodes anew. It replaces nodes that carry another network than they are to carry."""
    play("lab/create.yml", "-e", "lab_network=basic_cni", "-e", '{"lab_networks": ["basic_cni", "flannel"]}')


def reset_nodes() -> None:
    """Take the nodes out of their cluster, and leave packages and images there."""
    play("playbooks/reset.yml", "-e", "podnet_reset_confirmed=true")


def rows_of(state: str, hand: list[Mapping[str, float]], ours: list[Mapping[str, float]]) -> list[Row]:
    """Compare the runs in their order: the whole time against the goal, and the phases without one."""
    ratios = tuple(sum(one.values()) / sum(other.values()) for one, other in zip(ours, hand, strict=True))
    rows = [Row(TABLE, f"from {state} nodes, against the same steps by hand", "times", ratios, 1.25, FORKS)]
    for who, runs in (("by hand", hand), ("the playbook", ours)):
        parts = ", ".join(f"{name} {median(run[name] for run in runs):.1f}" for name in PHASES)
        whole = tuple(sum(run.values()) for run in runs)
        rows.append(Row(TABLE, f"from {state} nodes, {who}", "s", whole, limit=f"of it {parts}"))
    return rows


def main() -> None:
    """Measure, and record the rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--state", choices=["bare", "prepared"], action="append", help="both without it")
    arguments = parser.parse_args()
    rows, first_runs = [], []
    for state in arguments.state or ["bare", "prepared"]:
        begin = make_bare_nodes if state == "bare" else reset_nodes
        hand, ours = [], []
        for _round in range(arguments.rounds):
            begin()
            hand.append(by_hand())
            begin()
            found, whole = by_playbook()
            ours.append(found)
            first_runs += [whole] if state == "bare" else []
        rows += rows_of(state, hand, ours)
    second = [by_playbook()[1] for _round in range(arguments.rounds)]
    check = [by_playbook("--check")[1] for _round in range(arguments.rounds)]
    if first_runs:
        ratios = tuple(one / other for one, other in zip(second, first_runs, strict=True))
        rows.append(Row(TABLE, "a second run against the first", "times", ratios, 0.2, FORKS))
    ratios = tuple(one / other for one, other in zip(check, second, strict=True))
    rows.append(Row(TABLE, "check mode against a second run", "times", ratios, 1, "it probes nothing"))
    record(rows)


if __name__ == "__main__":
    main()
