# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A further control plane on its node: its membership, the cluster's certificates for it, and when it is complete."""

from __future__ import annotations

import re
import secrets
import time
from typing import TYPE_CHECKING

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import ClusterError
from ansible_collections.podnet.kubernetes.plugins.module_utils._kubeadm import node
from ansible_collections.podnet.kubernetes.plugins.module_utils._kubeadm.answers import (
    is_unanswered,
    upload_configuration,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._kubeadm.etcd import read_members
from ansible_collections.podnet.kubernetes.plugins.module_utils._kubeadm.etcd_members import is_voting
from ansible_collections.podnet.kubernetes.plugins.module_utils._kubeadm.failures import hide_secrets

if TYPE_CHECKING:
    from ansible.module_utils.basic import AnsibleModule

_LABEL = "node-role.kubernetes.io/control-plane"
_ADDRESS = re.compile(r"--advertise-address=([^\s\"']+)")
_PODS = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler")
_PAUSE = 1.0  # seconds between two questions


def has_joined_as_control_plane(module: AnsibleModule, name: str, timeout: float) -> bool:
    """Whether kubeadm made this node a control plane to the end. It labels the Node last.

    Raises:
        ClusterError: the node is a worker of the cluster
    """
    if not node.KUBELET_CONF.exists():
        return False
    question = ["get", "node", name, "-o", "jsonpath={.metadata.labels}"]
    code, output, _errors = node.ask_while(
        is_unanswered, module, node.KUBELET_CONF, question, time.monotonic() + timeout
    )
    if code == 0 and _LABEL not in output and not node.API_SERVER_MANIFEST.exists():
        raise ClusterError(
            f"{name} is a worker of this cluster, and kubeadm makes no control plane of a worker: remove it first, by "
            f"playbooks/remove_node.yml -e podnet_remove_nodes={name}, or leave it in the group of workers"
        )
    return code == 0 and _LABEL in output


def upload_certificates(module: AnsibleModule, lock: int) -> str:
    """Put the certificates of the cluster into its Secret kubeadm-certs, and return the key that decrypts them.

    kubeadm reads the key from standard input. The command line would show it to all users of this node.

    Raises:
        ClusterError: kubeadm or the API fails
    """
    question = ["get", "-n", "kube-system", "configmap/kubeadm-config", "-o", "jsonpath={.data.ClusterConfiguration}"]
    deadline = time.monotonic() + module.params["timeout"]
    code, output, errors = node.ask_while(is_unanswered, module, node.ADMIN_CONF, question, deadline)
    if code != 0:
        raise ClusterError(f"the API does not show the ConfigMap kubeadm-config: {hide_secrets(errors.strip())}")
    address = _ADDRESS.search(node.API_SERVER_MANIFEST.read_text(encoding="utf-8"))
    if address is None:
        raise ClusterError(f"{node.API_SERVER_MANIFEST} has no --advertise-address, which kubeadm writes there")
    key = secrets.token_hex(32)
    command = ["kubeadm", "init", "phase", "upload-certs", "--upload-certs", "--config=/dev/stdin"]
    data = upload_configuration(output, key, address[1])
    node.run_kubeadm(module, lock, [*command, "--skip-certificate-key-print"], "kubeadm init phase upload-certs", data)
    return key


def await_control_plane(module: AnsibleModule, name: str) -> None:
    """Wait until etcd counts this node's vote, and its static pods are ready.

    Raises:
        ClusterError: one of them does not become so in time
    """
    names = [f"pod/{pod}-{name}" for pod in _PODS]
    ready = 'jsonpath={range .items[*]}{.metadata.name}={.status.conditions[?(@.type=="Ready")].status} {end}'
    question = ["get", "-n", "kube-system", "--ignore-not-found", "-o", ready, *names]
    deadline = time.monotonic() + module.params["timeout"]
    while True:
        code, output, errors = node.ask_while(lambda _text: False, module, node.ADMIN_CONF, question, deadline)
        late = [pod for pod in _PODS if f"{pod}-{name}=True" not in output.split()]
        told = errors.strip() if code != 0 else f"not ready: {', '.join(late)}" if late else _voting_fault(name)
        if not told:
            return
        if time.monotonic() > deadline:
            raise ClusterError(
                f"kubeadm join ended well, and yet {name} is no complete control plane after "
                f"{module.params['timeout']} s: {hide_secrets(told)}: read /var/log/pods on {name}, and run again"
            )
        time.sleep(_PAUSE)


def _voting_fault(name: str) -> str:
    """Say why etcd does not count this node's vote. Empty when it does."""
    try:
        return "" if is_voting(read_members(), name) else f"{name} is no voting member of etcd"
    except ClusterError as error:
        return str(error)


__all__ = ["await_control_plane", "has_joined_as_control_plane", "upload_certificates"]
