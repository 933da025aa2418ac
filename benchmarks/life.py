"""Time the life of the lab's cluster: an upgrade, and a node that joins three and eight (takes the lab over).

Requests to a web server of two replicas are counted during the upgrade. The nodes that join are bare machines of the
lab; the time is that of the playbook with `--limit NODE,control_plane`. Eight nodes want 16 GB of memory.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

from commands import play
from lab_cluster import ROOT, items, kubectl
from rows import Row, record
from web_server import NAME, Prober, objects

TABLE = "A cluster's life"
OLD, NEW = "1.36.3", "1.36.4"
NETWORK = "10.100.198."  # the node network of the lab, whose first node has .200
SIZES = (3, 8)


def further_nodes(size: int) -> dict[str, object]:
    """Make an inventory that has the nodes beside the lab's own three, up to a cluster of some size."""
    hosts = {f"node{number}": {"ansible_host": f"{NETWORK}{200 + number}"} for number in range(3, size)}
    return {"all": {"children": {"lab": {"children": {"nodes": {"hosts": hosts}}}}}}


def upgrade() -> list[Row]:
    """Make a cluster of the older version, and upgrade it under requests."""
    old = ("-e", f"podnet_kubernetes_version={OLD}")
    # Nodes that have another version are replaced.
    play("lab/create.yml", "-e", "lab_network=flannel", "-e", json.dumps({"lab_kubernetes_versions": [OLD]}), *old)
    play("playbooks/flannel.yml", *old)
    kubectl("apply", "-f", "-", data={"apiVersion": "v1", "kind": "List", "items": objects()})
    kubectl("rollout", "status", f"deployment/{NAME}", "--timeout=90s")
    addresses = [one["address"] for node in items("nodes") for one in node["status"]["addresses"]]
    with Prober([address for address in addresses if address.startswith(NETWORK)]) as prober:
        seconds = play("playbooks/upgrade.yml", "-e", f"podnet_kubernetes_version={NEW}")
    print("\n".join(prober.failures))
    name = f"upgrade {OLD} to {NEW}, one control plane and two workers"
    failed = Row(TABLE, f"{name}: failed requests", "requests", (len(prober.failures),), 0, f"of {prober.answers:,}")
    return [Row(TABLE, f"{name}: for each node", "s", (seconds / 3,), limit="drain, and pods that end in 8 s"), failed]


def growth() -> list[Row]:
    """Add a node to three nodes, and to eight."""
    play("lab/create.yml", "-e", "lab_network=flannel")
    play("playbooks/flannel.yml")
    found = []
    for size in SIZES:
        if size > 3:
            grow(size)
        found.append(grow(size + 1))
    first, last = found
    return [
        *(Row(TABLE, f"a bare node joins {size} nodes", "s", (one,)) for size, one in zip(SIZES, found, strict=True)),
        Row(TABLE, f"a node joins {SIZES[1]} nodes, against {SIZES[0]}", "times", (last / first,), 1.2, "packages"),
    ]


def grow(size: int) -> float:
    """Make the lab's further nodes, let them join, and return the seconds of the playbook."""
    old = {node["metadata"]["name"] for node in items("nodes")}
    with tempfile.TemporaryDirectory() as folder:
        inventory = Path(folder, "hosts.json")
        inventory.write_text(json.dumps(further_nodes(size)))
        options = ["-i", "lab/inventory", "-i", str(inventory), "-e", f"podnet_output_dir={ROOT}/lab/inventory/.podnet"]
        play("lab/create.yml", *options, "-e", "lab_network=flannel")
        new = sorted({f"node{number}" for number in range(3, size)} - old)
        return play("playbooks/flannel.yml", *options, "--limit", ",".join([*new, "control_plane"]))


def main() -> None:
    """Measure, and record the rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", choices=["upgrade", "growth"], action="append", help="both without it")
    parts = parser.parse_args().part or ["upgrade", "growth"]
    if "upgrade" in parts:
        record(upgrade())
    if "growth" in parts:
        record(growth())


if __name__ == "__main__":
    main()
