# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The kubelet is bound to an address that the node does not have."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.causes import (
    Cause,
    Found,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.failed_cells import either_end
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.gathered import Gathered
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.node_facts import NodeFacts
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.shapes import is_address, plain_address

# Where distributions that start the kubelet themselves read its address.
_FILES = {"k3s": "/etc/rancher/k3s/config.yaml", "rke2": "/etc/rancher/rke2/config.yaml"}
_FILES |= {"k0s": "--kubelet-extra-args of k0s", "microk8s": "/var/snap/microk8s/current/args/kubelet"}


def find(gathered: Gathered) -> Iterator[Found]:
    for node in gathered.nodes:
        if node.links is None:
            continue
        flag = [one.strip() for one in node.flags.get("node-ip", "").split(",")]
        wanted = [plain_address(one) for one in flag if is_address(one)]
        registered = gathered.objects[node.name].internal if node.name in gathered.objects else ()
        # 0.0.0.0 and :: leave the choice to the kubelet; a cloud provider sets addresses that no link has.
        fixed = [one for one in wanted if one not in ("0.0.0.0", "::")]
        external = node.flags.get("cloud-provider") == "external" and not fixed
        gone = [one for one in dict.fromkeys((*fixed, *registered)) if one not in node.addresses]
        if gone and not external:
            source = f"--node-ip={node.flags['node-ip']}" if wanted else f"InternalIP {', '.join(registered)}"
            nics = ", ".join(
                f"{link.name} {one}"
                for link in node.links
                for one in link.addresses
                if link.kind != "loopback" and ":" not in one
            )
            yield Found(
                (node.name,),
                f"The kubelet of {node.name} uses {gone[0]}, which is on none of the node's links",
                (f"{source}; the node has {nics or 'no address'}",),
                f"give the node its address again, or correct {_place(gathered, node)}",
                either_end((node.name,), None),
            )


def _place(gathered: Gathered, node: NodeFacts) -> str:
    """Say where the address of the kubelet is set."""
    known = gathered.objects.get(node.name)
    if known and known.distribution in _FILES:
        return f"node-ip in {_FILES[known.distribution]} and restart the service"
    by_role = gathered.remedy(" (role common sets podnet_node_network's address)", "")
    return f"KUBELET_KUBEADM_ARGS in /var/lib/kubelet/kubeadm-flags.env{by_role} and restart kubelet"


CAUSE = Cause(
    id="kubelet_address",
    severity="error",
    layer="node",
    title="The kubelet uses an address that the node does not have",
    cause="The node got another address, by DHCP or by hand, after it had joined.",
    evidence="The kubelet's flag --node-ip or the InternalIP, and the addresses of the node.",
    remedy="Give the node its address again, or correct --node-ip and restart the kubelet.",
    harmless="--node-ip is 0.0.0.0 or ::, or a cloud provider sets the addresses.",
    find=find,
)
