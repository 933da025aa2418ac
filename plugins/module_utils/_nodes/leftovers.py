# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the pod network of an earlier cluster left on a node that is in no cluster now. No I/O, no Ansible.

With them, new pods stay in ContainerCreating: the old bridge has an address of another subnet, or the runtime takes the
old configuration.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

# Links that pod networks and kube-proxy make.
_LINK = re.compile(
    r"cni\d+|flannel(-v6)?\.\d+|flannel-wg(-v6)?|vxlan(-v6)?\.calico|wireguard\.cali|wg-v6\.cali|cali[0-9a-f]{11}"
    r"|cilium_\w+|kube-bridge|kube-ipvs0|nodelocaldns|weave|antrea-gw\d+"
)
# Names of container engines, which have networks of their own beside Kubernetes.
_ENGINES = re.compile(r"podman|nerdctl|crio|loopback")
_CONFIGURATION = re.compile(r"\.(conf|conflist|json)$|kubeconfig$")
# host-local keeps these two files without meaning an address.
_EMPTY = re.compile(r"^(lock|last_reserved_ip\..*)$")


@dataclass(frozen=True)
class Leftovers:
    """The leftovers of an earlier cluster: names of links, and paths of files and directories."""

    links: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()

    @property
    def fault(self) -> str | None:
        """The sentence that names them; None without any."""
        names = [*self.links, *self.paths]
        if not names:
            return None
        return (
            f"an earlier cluster left {', '.join(names)}, and pods would stay in ContainerCreating: set "
            "common_remove_leftovers to true, and the role removes them, or remove them yourself"
        )


def find_leftovers(links: Iterable[str], bridges: Iterable[str], files: Iterable[str]) -> Leftovers:
    """Find the leftovers of a node that is in no cluster.

    Args:
        links: names of all links of the node
        bridges: names of the bridges that the files in /etc/cni/net.d name
        files: paths of all files in /etc/cni/net.d and below /var/lib/cni
    """
    named = set(bridges)
    own = [link for link in links if _LINK.fullmatch(link) or (link in named and not _ENGINES.search(link))]
    paths = dict.fromkeys(path for path in map(_leftover_path, files) if path)
    return Leftovers(tuple(sorted(own)), tuple(sorted(paths)))


def _leftover_path(file: str) -> str | None:
    """The path to remove for a file; None for a file that may stay."""
    directory, _slash, name = file.rpartition("/")
    if _ENGINES.search(file):
        return None
    if directory == "/etc/cni/net.d":
        return file if _CONFIGURATION.search(name) else None
    if not file.startswith("/var/lib/cni/") or _EMPTY.match(name):
        return None
    parts = file.split("/")  # "", var, lib, cni, networks, NETWORK, ADDRESS
    return "/".join(parts[: 6 if parts[4] == "networks" and len(parts) > 6 else 5])


__all__ = ["Leftovers", "find_leftovers"]
