#!/usr/bin/python
# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module node_reset: a machine that is in no cluster any more."""

from __future__ import annotations

DOCUMENTATION = r"""
module: node_reset
short_description: Take a machine out of its cluster
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Removes from a machine what kubeadm, the kubelet, etcd and kube-proxy left there. Afterwards the machine can join
    the same or another cluster.
  - Stops the kubelet, ends the containers of pods, unmounts their volumes, and deletes certificates, kubeconfigs,
    static pods, the data of etcd and the state of the kubelet. Removes the chains, IP sets, tables and links of
    kube-proxy.
  - Everything else stays, such as packages, images, settings of the kernel and of containerd, other containers, other
    rules of the packet filter, and files with other names in the same directories.
  - A machine of k3s, RKE2, k0s or MicroK8s is refused.
  - Asks neither kubeadm nor the API. When containerd does not answer, the module kills the processes of pods and warns.
    Run it again when containerd answers, so that containerd forgets these pods.
  - The module M(podnet.kubernetes.pod_network_traces) removes what a pod network left.
extends_documentation_fragment:
  - podnet.kubernetes.attributes.changes
  - podnet.kubernetes.attributes
options:
  timeout:
    description:
      - How long to wait for a kubeadm that still runs, and for containers to end, in seconds each.
    type: int
    default: 60
seealso:
  - module: podnet.kubernetes.pod_network_traces
  - module: podnet.kubernetes.kubeadm_join
"""

EXAMPLES = r"""
- name: Take the machine out of its cluster
  podnet.kubernetes.node_reset:
"""

RETURN = r"""
removed:
  description: What the module removed, or in check mode would remove.
  returned: success
  type: list
  elements: str
  sample: [service kubelet, file /etc/kubernetes/kubelet.conf]
node:
  description:
    - The name of the machine's node in its cluster, as the certificate of the kubelet had it before the run.
    - Empty for a machine without one.
  returned: success
  type: str
  sample: node2
"""

import time
from contextlib import suppress
from dataclasses import dataclass

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import ClusterError, PodnetError
from ansible_collections.podnet.kubernetes.plugins.module_utils._gathering.certificates import read_certificates
from ansible_collections.podnet.kubernetes.plugins.module_utils._kubeadm.expiry import KUBELET_CLIENT
from ansible_collections.podnet.kubernetes.plugins.module_utils._kubeadm.node import only_kubeadm
from ansible_collections.podnet.kubernetes.plugins.module_utils._reset import machine, pods
from ansible_collections.podnet.kubernetes.plugins.module_utils._reset.bundles import Bundle
from ansible_collections.podnet.kubernetes.plugins.module_utils._reset.kubernetes import (
    ETCD_MANIFEST,
    KUBELET,
    OTHER_PROGRAMS,
    kubernetes_patterns,
    kubernetes_traces,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._reset.traces import Traces

_ENDED = ("inactive", "failed")
_NODE = "CN=system:node:"


@dataclass(frozen=True)
class Cluster:
    """What a cluster left on a machine.

    Attributes:
        kubelet: whether the kubelet runs, or systemd tries to start it
        bundles: the containers of pods that run
        known: the containers of pods that containerd knows; None when it does not answer
        traces: where everything else is
    """

    kubelet: bool
    bundles: tuple[Bundle, ...]
    known: tuple[str, ...] | None
    traces: Traces

    @property
    def lines(self) -> list[str]:
        """Kubelet and containers in words, for the diff."""
        containers = [bundle.id for bundle in self.bundles] if self.known is None else self.known
        return ["service kubelet"] * self.kubelet + [f"container {one}" for one in containers]


def read_node_name() -> str:
    """Read the name of the machine's node, which may be another one than the inventory has. Empty without one."""
    text = ""
    with suppress(OSError):
        text = machine.ROOT.joinpath(KUBELET_CLIENT[1:]).read_text(encoding="utf-8", errors="replace")
    subjects = [one.get("subject", "") for one in read_certificates(text)]
    return next((subject.partition(_NODE)[2] for subject in subjects if _NODE in subject), "")


def refuse_other_programs() -> None:
    """Refuse a machine of another program than kubeadm. Raises ClusterError."""
    for path in machine.expand(OTHER_PROGRAMS):
        program = OTHER_PROGRAMS[path]
        raise ClusterError(
            f"{path} shows that {program} manages this machine, and only machines of kubeadm are reset: use the "
            f"uninstaller of {program}; if {program} is gone, remove the directory"
        )


def read_cluster(module: AnsibleModule) -> Cluster:
    """Read what a cluster left on the machine."""
    state = machine.run(module, "systemctl", "show", "kubelet", "--property=ActiveState", "--value")[1].strip()
    known = pods.ask_containerd(module)
    running = pods.read_bundles()
    if known is None:
        bundles = [bundle for bundle in running if pods.find_processes([bundle.id])]
    else:
        bundles = [bundle for bundle in running if bundle.id in known]
    manifest = ""
    with suppress(OSError):
        manifest = machine.ROOT.joinpath(ETCD_MANIFEST[1:]).read_text(encoding="utf-8", errors="replace")
    namespaces = dict.fromkeys(bundle.namespace for bundle in bundles if bundle.namespace)
    containers = [bundle.id for bundle in bundles] if known is None else known
    files = machine.expand(kubernetes_patterns(manifest, containers))
    traces = kubernetes_traces(files, containers, namespaces, machine.resolve(KUBELET))
    kubelet = bool(state) and state not in _ENDED
    return Cluster(kubelet, tuple(bundles), None if known is None else tuple(known), traces)


def end_pods(module: AnsibleModule, cluster: Cluster, deadline: float) -> None:
    """End the pods of a machine whose kubelet does not run any more. Raises ClusterError."""
    known = cluster.known
    if known is None:
        started = pods.start_containerd(module, deadline)
        known = None if started is None else tuple(started)
    if known is None:
        pods.kill_pods(list(cluster.bundles), deadline)
        module.warn("containerd does not answer: mend it and run the reset again, so that it forgets the ended pods")
    elif known:
        pods.remove_containers(module, list(known), deadline)


def reset(module: AnsibleModule) -> list[str]:
    """Take the machine out of its cluster, unless in check mode. Returns what there was, in words."""
    refuse_other_programs()
    cluster = read_cluster(module)
    lines = cluster.lines + machine.look_for(module, cluster.traces).lines
    if not lines or module.check_mode:
        return lines
    if cluster.kubelet:
        machine.must_run(module, "systemctl", "stop", "kubelet")
    end_pods(module, cluster, time.monotonic() + module.params["timeout"])
    # Links, mounts and files of pods may have gone with them.
    left = machine.look_for(module, cluster.traces)
    machine.take_away(module, left, cluster.traces.empty_directories)
    return lines


def main() -> None:
    module = AnsibleModule(argument_spec={"timeout": {"type": "int", "default": 60}}, supports_check_mode=True)
    try:
        with only_kubeadm(module.params["timeout"]):
            node = read_node_name()
            removed = reset(module)
    except PodnetError as error:
        module.fail_json(msg=str(error))
    diff = {"before": "".join(f"{line}\n" for line in removed), "after": ""}
    module.exit_json(changed=bool(removed), removed=removed, node=node, diff=diff)


if __name__ == "__main__":
    main()
