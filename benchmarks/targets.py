"""Time the targets of make that people wait for, and playbooks on a broken and a healthy lab (takes the lab over).

Flannel and Calico are made from bare nodes with the programs built, and again. `--part cold` builds everything in an
empty directory, and removes the lab's images before; what Debian's packages of the lab leave on the machine stays.
`--part test` runs `make test`.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import commands
from lab_cluster import kubectl
from rows import Row, record

TABLE = "Targets of make"
VERIFICATION = "A verification of the lab"
FORKS = "Ansible forks a process for each host and task"
STILL_READY = "Kubernetes calls it ready: its pod is waited for"
NETWORKS = ("flannel", "calico")
DEAD = "node2"
ROUNDS = 2
IMAGES = ["podman", "images", "--quiet", "--no-trunc", "--filter", "reference=localhost/podnet/*"]


def clusters() -> list[Row]:
    """Make the cluster of each network from bare nodes, and again."""
    found = []
    for network in NETWORKS:
        # The programs, which may be missing.
        commands.play("lab/create.yml", "-e", f"lab_network={network}")
        commands.seconds_of("make", "lab-destroy")
        title = f"`make {network}`"
        first, second = commands.seconds_of("make", network), commands.seconds_of("make", network)
        found += [
            Row(TABLE, f"{title}, with the programs built", "s", (first,), limit="packages and images"),
            Row(TABLE, f"a second {title}", "s", (second,), limit=FORKS),
        ]
    return found


def playbooks() -> list[Row]:
    """Diagnose the healthy lab, and verify it with a dead node, before and after Kubernetes has noticed."""
    diagnosis = [commands.play("playbooks/diagnose.yml") for _round in range(ROUNDS)]
    commands.seconds_of("podman", "kill", f"podnet-{DEAD}")
    try:
        just_died = commands.play("playbooks/verify.yml", expected=2)
        kubectl("wait", f"node/{DEAD}", "--for=condition=Ready=Unknown", "--timeout=180s")
        dead = [commands.play("playbooks/verify.yml", expected=2) for _round in range(ROUNDS)]
    finally:
        commands.play("lab/reboot.yml", "-e", f"lab_reboot={DEAD}")
        kubectl("wait", "node", "--all", "--for=condition=Ready", "--timeout=180s")
    return [
        Row(VERIFICATION, "the diagnosis of the healthy lab", "s", tuple(diagnosis), limit="one module on each node"),
        Row(VERIFICATION, "with a node that has just died, and its diagnosis", "s", (just_died,), limit=STILL_READY),
        Row(VERIFICATION, "with one dead node, and its diagnosis", "s", tuple(dead), limit="attempts of failed cells"),
    ]


def quick() -> list[Row]:
    """Run the tests that need no lab."""
    return [Row(TABLE, "`make test-quick`", "s", (commands.seconds_of("make", "test-quick"),), limit="two cores")]


def cold() -> list[Row]:
    """Make a cluster with Flannel where nothing is built and nothing was fetched."""
    commands.seconds_of("make", "lab-destroy")
    images = subprocess.run(IMAGES, check=True, stdout=subprocess.PIPE, text=True).stdout.split()
    if images:
        commands.seconds_of("podman", "rmi", "--force", *dict.fromkeys(images))
    with tempfile.TemporaryDirectory(prefix="podnet-cold-") as folder:
        places = {name: str(Path(folder, name)) for name in ("XDG_CACHE_HOME", "GOCACHE", "GOMODCACHE")}
        seconds = commands.seconds_of("make", "flannel", **places)
        commands.seconds_of("make", "lab-destroy", **places)
    return [Row(TABLE, "`make flannel` from nothing", "s", (seconds,), 540, "compiling on two cores")]


def tests() -> list[Row]:
    """Run `make test`."""
    seconds = commands.seconds_of("make", "test")
    return [Row(TABLE, "`make test`, with the programs built", "s", (seconds,), 2280, "the scenarios on the lab")]


PARTS: Mapping[str, Callable[[], Iterable[Row]]] = {
    "clusters": clusters,
    "playbooks": playbooks,
    "quick": quick,
    "cold": cold,
    "test": tests,
}


def main() -> None:
    """Measure, and record the rows of each part at its end."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", choices=PARTS, action="append", help="all but cold and test without it")
    for part in parser.parse_args().part or ("clusters", "playbooks", "quick"):
        record(PARTS[part]())


if __name__ == "__main__":
    main()
