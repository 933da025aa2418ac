"""Time the probes of a node with many pods against three times as many targets, on network namespaces.

    python benchmarks/scale.py [--rounds ROUNDS] [PODS …]

Three arms alternate in one run: the probe on its own event loop, and the same probes on asyncio by its socket functions
and by its streams (probe_asyncio.py).
They probe TCP and UDP with the responder's report, one attempt a cell. "processor" is the probing process's own time:
the responders share the machine, and their time is in "seconds" only.

A target is a namespace behind a router, as a pod is behind its node. Each one has a single neighbour, so the kernel's
neighbour table, which all namespaces share, does not overflow. The benchmark needs root.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from itertools import product
from multiprocessing import get_context
from operator import attrgetter
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / ".collections"))

from probe_asyncio import probe_by_sockets, probe_by_streams
from rows import Row, record

from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import Endpoint, Listener
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.targets import find_targets
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing import responder
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.network_namespace import Namespaces
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.probe import Source, probe
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.settings import ProbeSettings

SIZES = (10, 30, 110)
TARGETS_PER_POD = 3
PREFIX = "bench-podnet-"
GATEWAY = "10.98.255.254"
TABLE = "Probes of a node: TCP and UDP, one attempt, to three targets a pod"
ARMS = {"ours": probe, "asyncio, sockets": probe_by_sockets, "asyncio, streams": probe_by_streams}


@dataclass(frozen=True)
class Measured:
    """One run of one arm; the processor's seconds are those of the probing process."""

    cells: int
    failed: int
    seconds: float
    processor: float
    megabytes: float


def endpoint(number: int) -> Endpoint:
    """Make the pod endpoint with that number."""
    return Endpoint(f"p{number}", "pod", (f"10.98.{number // 250}.{number % 250 + 2}",), "node")


def path(name: str) -> str:
    """Name the file of a namespace."""
    return f"/run/netns/{PREFIX}{name}"


def batch(lines: list[str]) -> None:
    """Run commands of ip(8)."""
    subprocess.run(["ip", "-batch", "-"], input="".join(f"{line}\n" for line in lines), text=True, check=True)


def make(pods: list[Endpoint]) -> None:
    """Make a namespace that routes, and a namespace behind it for each pod."""
    remove()
    batch([f"netns add {PREFIX}{name}" for name in ("node", *(pod.name for pod in pods))])
    settings = ["net.ipv4.ip_forward=1", "net.ipv4.conf.all.send_redirects=0", "net.ipv4.conf.default.send_redirects=0"]
    subprocess.run(["ip", "netns", "exec", f"{PREFIX}node", "sysctl", "-qw", *settings], check=True)
    link = "link add eth0 netns {0}{1} type veth peer name {1} netns {0}node"
    batch([link.format(PREFIX, pod.name) for pod in pods])
    for pod in pods:
        there = ["link set lo up", f"address add {pod.addresses[0]}/32 dev eth0", "link set eth0 up"]
        batch_in(pod.name, [*there, f"route add {GATEWAY} dev eth0", f"route add default via {GATEWAY}"])
    batch_in("node", [line for pod in pods for line in way_to(pod)])


def way_to(pod: Endpoint) -> list[str]:
    """List the commands that make the node the gateway of a pod."""
    link = f"dev {pod.name}"
    return [f"link set {link} up", f"address add {GATEWAY}/32 {link}", f"route add {pod.addresses[0]} {link}"]


def batch_in(name: str, lines: list[str]) -> None:
    """Run commands of ip(8) in a namespace."""
    text = "".join(f"{line}\n" for line in lines)
    subprocess.run(["ip", "-n", f"{PREFIX}{name}", "-batch", "-"], input=text, text=True, check=True)


def remove() -> None:
    """Remove the namespaces."""
    names = [path.name for path in Path("/run/netns").glob(f"{PREFIX}*")]
    batch([f"netns delete {name}" for name in names])


def measure(arm: str, pods: list[Endpoint], listeners: list[Listener], sources: int) -> Measured:
    """Probe all pods from the first of them, in this process."""
    targets = find_targets(pods, listeners, ["tcp", "udp"])
    start, processor = time.monotonic(), time.process_time()
    with Namespaces() as namespaces:
        froms = [Source(pod.name, path(pod.name), pod.addresses) for pod in pods[:sources]]
        cells = ARMS[arm](froms, targets, ProbeSettings("bench", attempts=1, transfer=0, timeout=60), namespaces)
    return Measured(
        cells=len(cells),
        failed=sum(cell.outcome != "reachable" for cell in cells),
        seconds=time.monotonic() - start,
        processor=time.process_time() - processor,
        megabytes=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    )


def measure_alone(*arguments: Any) -> Measured:
    """Measure in a new process, whose peak of memory is its own."""
    with get_context("spawn").Pool(1) as pool:
        return pool.apply(measure, arguments)


def run(size: int, rounds: int) -> list[Row]:
    """Measure the arms in turn, as many rounds as asked, print the lines of one size, and return our rows."""
    pods = [endpoint(number) for number in range(size * TARGETS_PER_POD)]
    make(pods)
    try:
        responder.stop()
        with Namespaces() as namespaces:
            bound = responder.bind(
                [responder.Place(pod.name, path(pod.name), pod.addresses) for pod in pods], namespaces
            )
        responder.start(bound, "bench", 3600)
        listeners = [one.listener for one in bound]
        found = [{arm: measure_alone(arm, pods, listeners, size) for arm in ARMS} for _round in range(rounds)]
    finally:
        responder.stop()
        remove()
    broken = [f"{arm}: {one.failed}" for runs in found for arm, one in runs.items() if one.failed]
    if broken:
        sys.exit(f"cells failed ({', '.join(broken)}): did another process stop the responders of this machine?")
    for arm in ARMS:
        runs = [one[arm] for one in found]
        middle = sorted(runs, key=attrgetter("seconds"))[rounds // 2]
        print(
            f"{size:6} {len(pods):8} {middle.cells:8}  {arm:16} {middle.seconds:8.2f} {middle.processor:10.2f} "
            f"{middle.seconds / middle.cells * 1e6:8.0f} {middle.megabytes:7.0f}"
        )
    for arm, title in product(list(ARMS)[1:], ("seconds", "processor")):
        ratios = sorted(getattr(one[arm], title) / getattr(one["ours"], title) for one in found)
        spread = f"({ratios[0]:.2f} to {ratios[-1]:.2f} in {rounds} rounds)"
        print(f"{'':25} {arm:16} takes {median(ratios):.2f} times our {title} {spread}", flush=True)
    ours = [one["ours"] for one in found]
    name = f"{size} pods, {ours[0].cells:,} cells"
    against = tuple(one["ours"].processor / min(one[arm].processor for arm in ARMS if arm != "ours") for one in found)
    return [
        Row(TABLE, name, "s", tuple(one.seconds for one in ours), 10, "opening sockets in the pods' namespaces"),
        Row(TABLE, f"{name}: memory", "MB", tuple(one.megabytes for one in ours), 200, "a record of each cell"),
        Row(TABLE, f"{name}: processor time, against asyncio's faster way", "times", against, 1, "packets and sockets"),
    ]


def main() -> None:
    """Print the table."""
    if os.geteuid() != 0:
        sys.exit("network namespaces need root")
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sizes", nargs="*", type=int, default=SIZES, metavar="PODS")
    parser.add_argument("--rounds", type=int, default=5, help="how often each arm runs (default: 5)")
    options = parser.parse_args()
    print("  pods  targets    cells  loop              seconds  processor  us/cell      MB")
    rows = [row for size in options.sizes for row in run(size, options.rounds)]
    if options.sizes == SIZES:
        record(rows)


if __name__ == "__main__":
    main()
