#!/usr/bin/python
# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module kubeadm_join: a node that C(kubeadm join) brought into its cluster."""

from __future__ import annotations

DOCUMENTATION = r"""
module: kubeadm_join
short_description: Join a node to a cluster with kubeadm join
version_added: "0.1.0"
description:
  - Runs C(kubeadm join) on a node that the cluster does not know, also when an earlier run did not finish.
  - The module asks the API whether the cluster knows the node, with the credentials of the kubelet. After C(kubeadm
    join) it waits until the API knows the node, or says why it does not.
  - A node with the CA of another cluster, which C(caCertHashes) in O(configuration) does not pin, is refused before
    anything is changed.
  - With O(control_plane), the node becomes a further control plane. Then the module also waits until etcd counts its
    vote and its static pods are ready. A worker of the cluster is refused, because kubeadm cannot promote it.
  - In check mode O(configuration) and O(token) are not needed. So a run in check mode tells which nodes need a token.
extends_documentation_fragment:
  - podnet.kubernetes.kubeadm
  - podnet.kubernetes.attributes
attributes:
  idempotent:
    support: full
options:
  name:
    description: The name of the node in the cluster.
    type: str
    required: true
  configuration:
    description:
      - A C(JoinConfiguration) of the kubeadm API, without the token.
      - Required for a node that has not joined.
    type: dict
  token:
    description:
      - The bootstrap token. The module passes it through standard input and writes it to no file.
      - Required for a node that has not joined.
    type: str
  control_plane:
    description: Whether the node is to be a control plane. O(configuration) then has C(controlPlane).
    type: bool
    default: false
  certificate_key:
    description:
      - The key of the certificates that M(podnet.kubernetes.kubeadm_token) uploaded. The module passes it through
        standard input and writes it to no file.
      - Required for a control plane that has not joined.
    type: str
  node_ip:
    description:
      - The addresses of the node, as the kubelet announces them by C(--node-ip).
      - Where a joined node announces other addresses, the module gives the kubelet these, restarts it, and waits until
        the API shows them. A control plane is refused, because its certificates name the old address.
      - Without this option, and where the kubelet has no C(--node-ip), the addresses stay.
    type: list
    elements: str
    default: []
  ignore_preflight_errors:
    description: Names of preflight checks. kubeadm turns their errors into warnings.
    type: list
    elements: str
    default: []
  timeout:
    description:
      - How long to wait for a kubeadm that an earlier run started, in seconds. The module waits as long for an API that
        does not answer, and after C(kubeadm join) for an API that does not know the node yet.
    type: int
    default: 60
seealso:
  - module: podnet.kubernetes.kubeadm_init
  - module: podnet.kubernetes.kubeadm_token
"""

EXAMPLES = r"""
- name: Join the node
  podnet.kubernetes.kubeadm_join:
    name: node1
    configuration:
      apiVersion: kubeadm.k8s.io/v1beta4
      kind: JoinConfiguration
      discovery:
        bootstrapToken:
          apiServerEndpoint: 10.100.198.200:6443
          caCertHashes: ["{{ ca_cert_hash }}"]
    token: "{{ token }}"
"""

RETURN = r"""
joined:
  description: Whether the cluster knew the node before the run.
  returned: success
  type: bool
  sample: true
old_node_ip:
  description: The addresses that the kubelet of a joined node announced before the run, if O(node_ip) has others.
  returned: success
  type: list
  elements: str
  sample: [10.100.198.201]
etcd_data:
  description: Whether the node held data of etcd before the run. A machine that replaces a lost one has none.
  returned: success
  type: bool
  sample: false
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import PodnetError
from ansible_collections.podnet.kubernetes.plugins.module_utils._kubeadm.control_plane import (
    await_control_plane,
    has_joined_as_control_plane,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._kubeadm.etcd import has_data
from ansible_collections.podnet.kubernetes.plugins.module_utils._kubeadm.node import (
    find_old_node_ip,
    has_joined,
    join,
    move_node,
    only_kubeadm,
)

ARGUMENTS = {
    "name": {"type": "str", "required": True},
    "configuration": {"type": "dict"},
    "token": {"type": "str", "no_log": True},
    "control_plane": {"type": "bool", "default": False},
    "certificate_key": {"type": "str", "no_log": True},
    "node_ip": {"type": "list", "elements": "str", "default": []},
    "ignore_preflight_errors": {"type": "list", "elements": "str", "default": []},
    "timeout": {"type": "int", "default": 60},
}


def is_member(module: AnsibleModule) -> bool:
    """Whether the node is what it is to be. Raises ClusterError."""
    ask = has_joined_as_control_plane if module.params["control_plane"] else has_joined
    return ask(module, module.params["name"], module.params["timeout"])


def bring_in(module: AnsibleModule, lock: int) -> None:
    """Join the node, and wait until it is what it is to be. Raises PodnetError."""
    join(module, lock)
    if module.params["control_plane"]:
        await_control_plane(module, module.params["name"])


def main() -> None:
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    try:
        with only_kubeadm(module.params["timeout"]) as lock:
            etcd_data, joined = has_data(), is_member(module)
            old_node_ip = find_old_node_ip(module.params["node_ip"]) if joined else ()
            if old_node_ip:
                move_node(module, old_node_ip)
            elif not joined and not module.check_mode:
                bring_in(module, lock)
    except PodnetError as error:
        module.fail_json(msg=str(error))
    found = {"joined": joined, "old_node_ip": list(old_node_ip), "etcd_data": etcd_data}
    module.exit_json(changed=not joined or bool(old_node_ip), **found)


if __name__ == "__main__":
    main()
