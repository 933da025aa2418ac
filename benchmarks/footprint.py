"""Measure what a task sends to a node, and the memory of the probe and of the responders there.

The probe and the responders work on addresses of the loopback interface, so neither root nor a lab is needed. Each size
runs in processes of its own. Their memory grows with the cells and the pods, and the slope between two sizes is shown.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from multiprocessing import get_context
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / ".collections"))

from rows import ROOT, Row, record

from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import Endpoint, Listener
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.targets import find_targets
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing import responder
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.network_namespace import Namespaces
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.probe import Source, probe
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.settings import ProbeSettings

TABLE = "Footprint"
FEW, MANY = 10, 40
# The three tasks of a verification that run on nodes.
OF_A_PROOF = ("connectivity_responder", "connectivity_probe", "connectivity_responder")


def endpoints(pods: int) -> list[Endpoint]:
    """Make pods with addresses of the loopback interface."""
    return [
        Endpoint(f"p{number}", "pod", (f"127.98.{number // 250}.{number % 250 + 1}",), "node") for number in range(pods)
    ]


def of_probe(pods: list[Endpoint], listeners: list[Listener]) -> tuple[int, float]:
    """Probe all pods from all of them; return the cells and the peak of memory in KB."""
    targets = find_targets(pods, listeners, ["tcp", "udp"])
    sources = [Source(pod.name, "", pod.addresses) for pod in pods]
    with Namespaces() as namespaces:
        cells = probe(sources, targets, ProbeSettings("bench", attempts=1, transfer=0, timeout=20), namespaces)
    failed = sum(cell.outcome != "reachable" for cell in cells)
    if failed > len(cells) / 2:  # a busy machine drops datagrams, and the records of failed cells are as large
        raise RuntimeError(f"{failed} of {len(cells)} cells failed")
    return len(cells), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def serve(pods: list[Endpoint]) -> tuple[list[Listener], int]:
    """Start responders from a process that has nothing else in memory; return what listens, and their process."""
    with Namespaces() as namespaces:
        bound = responder.bind([responder.Place(pod.name, "", pod.addresses) for pod in pods], namespaces)
    responder.start(bound, "bench", 120)
    (process,) = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    return [one.listener for one in bound], int(process)


def peak(process: int) -> float:
    """Read the peak of the memory of a process in KB."""
    lines = dict(line.split(":", 1) for line in Path(f"/proc/{process}/status").read_text().splitlines())
    return float(lines["VmHWM"].split()[0])


def run(count: int) -> tuple[int, float, float]:
    """Measure one size: the cells, and the KB of the probe and of the responders."""
    pods = endpoints(count)
    responder.stop()
    try:
        with get_context("spawn").Pool(1) as pool:
            listeners, process = pool.apply(serve, (pods,))
        with get_context("spawn").Pool(1) as pool:
            cells, kilobytes = pool.apply(of_probe, (pods, listeners))
        return cells, kilobytes, peak(process)
    finally:
        responder.stop()


def main() -> None:
    """Measure, and record the rows."""
    shown = subprocess.run(
        [sys.executable, ROOT / "benchmarks/module_sizes.py"], check=True, stdout=subprocess.PIPE
    ).stdout
    sizes = {name: size / 1024 for name, size in json.loads(shown.splitlines()[-1]).items()}
    largest = max(sizes, key=lambda name: sizes[name])
    of_proof = sum(sizes[name] for name in OF_A_PROOF)
    (few_cells, few_probe, few_responder), (cells, probe_memory, memory) = run(FEW), run(MANY)
    zipped = "the module and what it imports, in a zip archive, at each task"
    record(
        [
            Row(TABLE, "bytes to a node for ansible.builtin.ping", "KB", (sizes["ping"],), limit="Ansible's own code"),
            Row(TABLE, f"bytes to a node for our largest module, {largest}", "KB", (sizes[largest],), 400, zipped),
            Row(
                TABLE,
                "bytes to a node for a verification, without the targets",
                "KB",
                (of_proof,),
                800,
                zipped,
            ),
            Row(
                TABLE,
                f"memory of the probe with {MANY} pods, {cells:,} cells",
                "MB",
                (probe_memory / 1024,),
                100,
                "Python itself",
            ),
            Row(
                TABLE,
                "memory of the probe for each further cell",
                "KB",
                ((probe_memory - few_probe) / (cells - few_cells),),
                5,
                "a record and its attempts",
            ),
            Row(TABLE, f"memory of the responders of {MANY} pods", "MB", (memory / 1024,), 50, "Python itself"),
            Row(
                TABLE,
                "memory of the responders for each further pod",
                "KB",
                ((memory - few_responder) / (MANY - FEW),),
                50,
                "two sockets, and a generator for each",
            ),
        ]
    )


if __name__ == "__main__":
    main()
