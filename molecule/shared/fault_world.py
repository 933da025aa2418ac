"""The lab in which tests make faults for the diagnosis, and what must be named."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import wraps
from itertools import zip_longest
from typing import Any

from cluster import Kubectl
from testinfra.host import Host


@dataclass(frozen=True)
class Named:
    """A finding that must be named: its id, its nodes, and its whole evidence, as texts or patterns."""

    id: str
    nodes: tuple[str, ...]
    evidence: tuple[str | re.Pattern[str], ...]

    def fits(self, found: dict[str, Any]) -> bool:
        """Whether a finding of findings.json is this one."""
        pairs = list(zip_longest(self.evidence, found["evidence"], fillvalue=""))
        return (self.id, self.nodes) == (found["id"], tuple(found["nodes"])) and all(
            text == wanted if isinstance(wanted, str) else wanted.fullmatch(text) for wanted, text in pairs
        )


@dataclass(frozen=True)
class World:
    """The lab. addresses: of the nodes on their network."""

    on: Callable[[str], Host]
    kubectl: Kubectl
    addresses: dict[str, str]

    def run(self, node: str, *commands: str) -> str:
        """Run commands on a node, and return what the last one prints."""
        return [str(self.on(node).check_output(command)) for command in commands][-1]

    def apply(self, *items: Any) -> None:
        """Make objects in the cluster."""
        self.kubectl.make([*items])

    def node(self, name: str) -> dict[str, Any]:
        """Read a Node object."""
        (found,) = self.kubectl.items("nodes", f"--field-selector=metadata.name={name}")
        return found

    def is_ready(self, name: str) -> bool:
        """Whether a node is ready."""
        return any(
            one["type"] == "Ready" and one["status"] == "True" for one in self.node(name)["status"]["conditions"]
        )

    def internal(self, name: str) -> str:
        """Read the InternalIP of a node."""
        addresses = self.node(name)["status"]["addresses"]
        return str(next(one["address"] for one in addresses if one["type"] == "InternalIP"))

    def delete_pod(self, namespace: str, daemons: str, node: str) -> None:
        """Delete a daemon's pod on a node, and wait until the new one is ready."""
        selector = {"kube-flannel-ds": "app=flannel"}.get(daemons, f"k8s-app={daemons}")
        place = ("--namespace", namespace)
        chosen = f"--field-selector=spec.nodeName={node}"
        self.kubectl.output("delete", "pod", *place, f"--selector={selector}", chosen, "--grace-period=1")
        self.kubectl.output("rollout", "status", f"daemonset/{daemons}", *place, "--timeout=120s")

    def restart_flannel(self, node: str) -> None:
        """Do what several remedies say: delete the pod kube-flannel of a node."""
        self.delete_pod("kube-flannel", "kube-flannel-ds", node)


def wait_until(holds: Callable[[], bool], what: str, seconds: int = 90) -> None:
    """Wait until something holds."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"after {seconds} s: {what}"
        time.sleep(0.5)


Fault = Callable[[World], AbstractContextManager[list[Named]]]


def fault(steps: Callable[[World], Iterator[list[Named]]]) -> Fault:
    """Turn steps that make a fault, yield what must be named, and mend it, into a fault that is always mended."""

    @contextmanager
    @wraps(steps)
    def run(world: World) -> Iterator[list[Named]]:
        left = steps(world)
        expected = next(left, [])
        try:
            yield expected
        finally:
            next(left, None)

    return run
