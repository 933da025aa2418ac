"""Time the probing of a node with many pods against three times as many targets, on network namespaces.

    python benchmarks/scale.py [PODS …]

A target is a namespace behind a router, as a pod is behind its node. So each knows one neighbour only, and the kernel's
table of neighbours, one for all namespaces, does not overflow. TCP and UDP with the source, one attempt a cell. Needs
root.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from multiprocessing import get_context
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / ".collections"))

from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import Endpoint, Listener
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.endpoints import find_targets
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing import responder as _responder
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.network_namespace import Namespaces
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.probe import Source, probe
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.settings import ProbeSettings

SIZES = (10, 30, 110)
TARGETS_PER_POD = 3
PREFIX = "bench-podnet-"
GATEWAY = "10.98.255.254"


def endpoint(number: int) -> Endpoint:
    """Return the pod with that number."""
    return Endpoint(f"p{number}", "pod", (f"10.98.{number // 250}.{number % 250 + 2}",), "node")


def path(name: str) -> str:
    """Return the path of a namespace."""
    return f"/run/netns/{PREFIX}{name}"


def batch(lines: list[str]) -> None:
    """Run lines of ip(8)."""
    subprocess.run(["ip", "-batch", "-"], input="".join(f"{line}\n" for line in lines), text=True, check=True)


def make(pods: list[Endpoint]) -> None:
    """Make a namespace that routes, and one for each pod behind it."""
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
    """Return the lines that make the node a pod's gateway."""
    link = f"dev {pod.name}"
    return [f"link set {link} up", f"address add {GATEWAY}/32 {link}", f"route add {pod.addresses[0]} {link}"]


def batch_in(name: str, lines: list[str]) -> None:
    """Run lines of ip(8) in a namespace."""
    text = "".join(f"{line}\n" for line in lines)
    subprocess.run(["ip", "-n", f"{PREFIX}{name}", "-batch", "-"], input=text, text=True, check=True)


def remove() -> None:
    """Remove the namespaces."""
    names = [path.name for path in Path("/run/netns").glob(f"{PREFIX}*")]
    batch([f"netns delete {name}" for name in names])


def measure(pods: list[Endpoint], listeners: list[Listener], sources: int) -> tuple[int, int, float, float]:
    """Return pairs, failed cells, seconds and megabytes of probing all pods from the first of them."""
    targets = find_targets(pods, listeners, ["tcp", "udp"])
    start = time.monotonic()
    with Namespaces() as namespaces:
        froms = [Source(pod.name, path(pod.name), pod.addresses) for pod in pods[:sources]]
        cells = probe(froms, targets, ProbeSettings("bench", attempts=1, transfer=0, timeout=5), namespaces)
    seconds = time.monotonic() - start
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return len(cells) // 2, sum(cell.outcome != "reachable" for cell in cells), seconds, memory


def run(size: int) -> None:
    """Print a line of the table."""
    pods = [endpoint(number) for number in range(size * TARGETS_PER_POD)]
    make(pods)
    try:
        _responder.stop()
        with Namespaces() as namespaces:
            bound = _responder.bind(
                [_responder.Place(pod.name, path(pod.name), pod.addresses) for pod in pods], namespaces
            )
        _responder.start(bound, "bench", 300)
        # A process of its own: what it takes at most is not what an earlier size took.
        with get_context("spawn").Pool(1) as pool:
            listeners = [one.listener for one in bound]
            pairs, failed, seconds, memory = pool.apply(measure, (pods, listeners, size))
        _responder.stop()
    finally:
        remove()
    print(
        f"{size:6} {len(pods):8} {pairs:8} {failed:7} {seconds:9.2f} {seconds / pairs * 1e6:9.0f} {memory:7.0f}",
        flush=True,
    )


def main() -> None:
    """Print the table."""
    if os.geteuid() != 0:
        sys.exit("network namespaces need root")
    print("  pods  targets    pairs  failed   seconds   us/pair      MB")
    for size in [int(text) for text in sys.argv[1:]] or SIZES:
        run(size)


if __name__ == "__main__":
    main()
