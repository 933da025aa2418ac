#!/usr/bin/python
# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module kubeadm_init: a control plane that C(kubeadm init) brought to its end."""

from __future__ import annotations

DOCUMENTATION = r"""
module: kubeadm_init
short_description: Make a control plane with kubeadm init, or finish one
version_added: "0.1.0"
description:
  - Runs C(kubeadm init) where there is no control plane, and again where an earlier run did not come to its end.
  - Whether it came to its end is asked of the API, by the objects that C(kubeadm init) makes last.
    A file tells nothing.
  - A cluster from which kube-proxy or CoreDNS was taken away later came to its end too, as long as what binds the
    role kube-proxy in the namespace kube-system is there. An addon that is turned off, by C(disabled) of the
    C(ClusterConfiguration) or by a phase that O(config) skips, is not waited for.
  - A second run keeps certificates, keys and the data of etcd, and writes everything else anew. Nothing is reset.
extends_documentation_fragment:
  - podnet.kubernetes.kubeadm
  - podnet.kubernetes.attributes
attributes:
  idempotent:
    support: full
options:
  config:
    description: Path on the node of a configuration file of the kubeadm API.
    type: path
    required: true
  ignore_preflight_errors:
    description: Names of preflight checks of kubeadm whose errors become warnings.
    type: list
    elements: str
    default: []
  timeout:
    description:
      - How long, in seconds, an API server that may be starting is waited for before kubeadm is run again,
        and a kubeadm that an earlier run of this module started and that still runs.
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
    - What C(kubeadm init) had yet to make in the cluster, as NAMESPACE/KIND/NAME.
    - Empty when nothing was left to do.
  returned: success
  type: list
  elements: str
  sample: [kube-system/rolebinding.rbac.authorization.k8s.io/kube-proxy]
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import PodnetError
from ansible_collections.podnet.kubernetes.plugins.module_utils._kubeadm.node import (
    find_missing,
    initialise,
    only_kubeadm,
)

ARGUMENTS = {
    "config": {"type": "path", "required": True},
    "ignore_preflight_errors": {"type": "list", "elements": "str", "default": []},
    "timeout": {"type": "int", "default": 60},
}


def main() -> None:
    """Bring the control plane of this node to the end of C(kubeadm init)."""
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    try:
        with only_kubeadm(module.params["timeout"]) as lock:
            missing = find_missing(module, module.params["timeout"])
            if missing and not module.check_mode:
                initialise(module, lock)
    except PodnetError as error:
        module.fail_json(msg=str(error))
    module.exit_json(changed=bool(missing), missing=list(missing))


if __name__ == "__main__":
    main()
