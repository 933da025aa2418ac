#!/usr/bin/python
# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module kubeadm_init: a control plane that C(kubeadm init) brought to its end."""

from __future__ import annotations

DOCUMENTATION = r"""
module: kubeadm_init
short_description: Make a control plane with kubeadm init, or finish it
version_added: "0.1.0"
description:
  - Runs C(kubeadm init) on a node without a control plane, and runs it again when an earlier run did not finish.
  - The module asks the API whether C(kubeadm init) finished, by the objects that C(kubeadm init) makes last. A file on
    the node cannot tell.
  - A finished cluster may have lost kube-proxy or CoreDNS since. It counts as finished as long as the namespace
    kube-system has the binding of the role kube-proxy. The module does not wait for an addon that C(disabled) in the
    C(ClusterConfiguration) or a skipped phase in O(config) turns off.
  - A second run keeps certificates, keys and the data of etcd, and writes everything else anew. It resets nothing.
extends_documentation_fragment:
  - podnet.kubernetes.kubeadm
  - podnet.kubernetes.attributes
attributes:
  idempotent:
    support: full
options:
  config:
    description: Path of a kubeadm configuration file on the node.
    type: path
    required: true
  ignore_preflight_errors:
    description: Names of preflight checks. kubeadm turns their errors into warnings.
    type: list
    elements: str
    default: []
  timeout:
    description:
      - How long to wait for an API server that may be starting, in seconds, before the module runs kubeadm again.
      - The module waits as long for a kubeadm that an earlier run started and that still runs.
    type: int
    default: 60
seealso:
  - module: podnet.kubernetes.kubeadm_join
  - module: podnet.kubernetes.kubeadm_token
"""

EXAMPLES = r"""
- name: Make the control plane
  podnet.kubernetes.kubeadm_init:
    config: /etc/kubernetes/kubeadm.yaml
"""

RETURN = r"""
missing:
  description:
    - The objects that C(kubeadm init) had not made yet, as NAMESPACE/KIND/NAME.
    - Empty for a finished cluster.
  returned: success
  type: list
  elements: str
  sample: [kube-system/rolebinding.rbac.authorization.k8s.io/kube-proxy]
endpoint:
  description: C(controlPlaneEndpoint) of the cluster, before the run. Empty where it is not set, and without a cluster.
  returned: success
  type: str
  sample: api.example.org:6443
begun:
  description: Whether the node had a CA before the run, of this cluster or of another one.
  returned: success
  type: bool
  sample: true
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import PodnetError
from ansible_collections.podnet.kubernetes.plugins.module_utils._kubeadm.node import (
    find_progress,
    initialise,
    only_kubeadm,
)

ARGUMENTS = {
    "config": {"type": "path", "required": True},
    "ignore_preflight_errors": {"type": "list", "elements": "str", "default": []},
    "timeout": {"type": "int", "default": 60},
}


def main() -> None:
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    try:
        with only_kubeadm(module.params["timeout"]) as lock:
            progress = find_progress(module, module.params["timeout"])
            if progress.missing and not module.check_mode:
                initialise(module, lock)
    except PodnetError as error:
        module.fail_json(msg=str(error))
    found = {"missing": list(progress.missing), "endpoint": progress.endpoint, "begun": progress.begun}
    module.exit_json(changed=bool(progress.missing), **found)


if __name__ == "__main__":
    main()
