"""A set of network namespaces whose names share a prefix, and what tests do in them."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True)
class NamespaceSet:
    """A set of namespaces; prefix: of their names on the machine."""

    prefix: str

    def path(self, name: str) -> str:
        """Return the path of a namespace."""
        return f"/run/netns/{self.prefix}{name}"

    def inside(self, name: str, *command: str, stdin: str = "") -> str:
        """Return what a command prints that runs in a namespace."""
        whole = ["ip", "netns", "exec", f"{self.prefix}{name}", *command]
        return subprocess.run(whole, input=stdin, text=True, check=True, stdout=subprocess.PIPE).stdout

    def add(self, names: Iterable[str]) -> None:
        """Make namespaces."""
        batch(f"netns add {self.prefix}{name}" for name in names)

    def remove(self) -> None:
        """Remove the namespaces, and all links with them."""
        listed = subprocess.run(["ip", "netns", "list"], check=True, stdout=subprocess.PIPE, text=True).stdout
        found = [line.split()[0] for line in listed.splitlines() if line.startswith(self.prefix)]
        batch(f"netns delete {name}" for name in found)

    @contextmanager
    def rules(self, name: str, *lines: str, hook: str = "forward", kind: str = "filter") -> Iterator[None]:
        """Have these rules of nftables in a namespace."""
        chain = "\n".join([f"type {kind} hook {hook} priority 0", *lines])
        self.inside(name, "nft", "-f", "-", stdin=f"table inet test {{\nchain test {{\n{chain}\n}}\n}}\n")
        try:
            yield
        finally:
            self.inside(name, "nft", "delete", "table", "inet", "test")

    @contextmanager
    def changed(self, name: str, do: str, undo: str) -> Iterator[None]:
        """Have a change by a command in a namespace."""
        self.inside(name, *do.split())
        try:
            yield
        finally:
            self.inside(name, *undo.split())


def batch(lines: Iterable[str]) -> None:
    """Run lines of ip(8)."""
    subprocess.run(["ip", "-batch", "-"], input="".join(f"{line}\n" for line in lines), text=True, check=True)
