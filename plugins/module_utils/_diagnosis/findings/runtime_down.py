# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""kubelet or containerd does not run."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.causes import (
    Cause,
    Found,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.failed_cells import either_end
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.gathered import Gathered
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.node_facts import NodeFacts

# The log line that says why comes before systemd's own lines about the end of the program.
_WHY = re.compile(r"^F\d{4}|command failed|failed to run Kubelet|level=fatal|panic:|is not supported")
_REMEDIES = (
    (
        re.compile(r"running with swap on|fail-swap-on", re.IGNORECASE),
        "run `swapoff -a` and take swap out of /etc/fstab (role common)",
    ),
    (
        re.compile(r"misconfiguration: kubelet cgroup driver|cgroup driver", re.IGNORECASE),
        "give kubelet and containerd one cgroup driver (role common)",
    ),
    (
        re.compile(r"config\.yaml.*no such file", re.IGNORECASE),
        "the node has not joined yet: run playbooks/cluster.yml",
    ),
    (
        re.compile(r"certificate has expired|x509", re.IGNORECASE),
        "see the finding certificates; run playbooks/certificates.yml, or join the node again",
    ),
    (
        re.compile(r"container runtime.*(not running|connect)|containerd\.sock", re.IGNORECASE),
        "start containerd: `systemctl restart containerd`",
    ),
)


def find(gathered: Gathered) -> Iterator[Found]:
    for node in gathered.nodes:
        for unit in ("containerd", "kubelet"):
            properties = node.unit(unit)
            # A node may have another runtime, and K3s runs both itself. Their units may be left from before.
            is_down = properties.get("ActiveState") not in ("active", "reloading", "refreshing")
            if properties.get("LoadState") == "loaded" and is_down and gathered.uses_unit(node, unit):
                yield _found(gathered, node, unit)


def _without_roles(remedy: str) -> str:
    """A remedy where the playbooks of this collection do not fit."""
    return (
        remedy.replace(" (role common)", "")
        .replace("run playbooks/cluster.yml", "run `kubeadm join` there")
        .replace("run playbooks/certificates.yml", "run `kubeadm certs renew all` on the control plane")
    )


def _found(gathered: Gathered, node: NodeFacts, unit: str) -> Found:
    properties = node.unit(unit)
    # A unit that was stopped has old errors in its log, which do not say why.
    was_stopped = (properties.get("ActiveState"), properties.get("Result")) == ("inactive", "success")
    lines = [] if was_stopped else node.log(unit)
    why = next((line for line in reversed(lines) if _WHY.search(line)), lines[-1] if lines else "")
    restarts = properties.get("NRestarts", "0")
    state = f"{properties.get('ActiveState')} ({properties.get('SubState')}, result {properties.get('Result')})"
    remedies = [remedy for pattern, remedy in _REMEDIES if pattern.search(why)]
    return Found(
        (node.name,),
        f"{unit} does not run on {node.name}: {properties.get('ActiveState')}",
        (f"{unit} is {state}, {restarts} {'restart' if restarts == '1' else 'restarts'}", *((why,) if why else ())),
        gathered.remedy(remedies[0], _without_roles(remedies[0]))
        if remedies
        else f"read `journalctl -u {unit}` on {node.name}, then `systemctl restart {unit}`",
        either_end((node.name,)) if unit == "containerd" else (),
    )


CAUSE = Cause(
    id="runtime_down",
    severity="error",
    layer="node",
    title="kubelet or containerd does not run",
    cause=(
        "The program stopped, or it ends again and again: swap is on, its configuration is wrong, a certificate has "
        "expired."
    ),
    evidence="The state of the unit, and the line of its log that says why.",
    remedy="What the line of the log demands; the most frequent ones are named.",
    harmless=(
        "The node has another container runtime, such as CRI-O, and the unit containerd is not there or is left from "
        "before. K3s, RKE2, k0s and MicroK8s start kubelet and containerd themselves."
    ),
    find=find,
)
