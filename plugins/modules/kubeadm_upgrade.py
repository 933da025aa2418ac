#!/usr/bin/python
# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module kubeadm_upgrade: a node that C(kubeadm upgrade) brings to the version of kubeadm."""

from __future__ import annotations

DOCUMENTATION = r"""
module: kubeadm_upgrade
short_description: Upgrade a node with kubeadm upgrade
version_added: "0.1.0"
description:
  - Runs C(kubeadm upgrade apply) on the first control plane, or C(kubeadm upgrade node) on any other node.
  - The new kubeadm must be installed, and the kubelet of the old version still runs. The kubelet is a later step.
  - kubeadm upgrades again only what is missing. So the module may run again after a run that was killed.
extends_documentation_fragment:
  - podnet.kubernetes.kubeadm
  - podnet.kubernetes.attributes
attributes:
  idempotent:
    support: none
    details: The filter P(podnet.kubernetes.upgrade_plan#filter) tells on which nodes there is something to do.
options:
  version:
    description: The version of the cluster afterwards, with all three numbers.
    type: str
    required: true
  command:
    description: The command of C(kubeadm upgrade).
    type: str
    choices: [apply, node]
    required: true
  ignore_preflight_errors:
    description: Names of preflight checks. kubeadm turns their errors into warnings.
    type: list
    elements: str
    default: []
  timeout:
    description: How long to wait for a kubeadm that an earlier run started, in seconds.
    type: int
    default: 600
seealso:
  - plugin: podnet.kubernetes.upgrade_plan
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Upgrade the first control plane
  podnet.kubernetes.kubeadm_upgrade:
    version: 1.36.4
    command: apply
"""

RETURN = r"""
command:
  description: The command that ran, or in check mode would run.
  returned: success
  type: str
  sample: kubeadm upgrade apply v1.36.4 --yes
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import PodnetError
from ansible_collections.podnet.kubernetes.plugins.module_utils._kubeadm.node import only_kubeadm, run_kubeadm
from ansible_collections.podnet.kubernetes.plugins.module_utils._kubeadm.upgrade import upgrade_command

ARGUMENTS = {
    "version": {"type": "str", "required": True},
    "command": {"type": "str", "choices": ["apply", "node"], "required": True},
    "ignore_preflight_errors": {"type": "list", "elements": "str", "default": []},
    "timeout": {"type": "int", "default": 600},
}


def main() -> None:
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    params = module.params
    try:
        command = upgrade_command(params["command"], params["version"], params["ignore_preflight_errors"])
        if not module.check_mode:
            with only_kubeadm(params["timeout"]) as lock:
                run_kubeadm(module, lock, command, " ".join(command[:3]))
    except PodnetError as error:
        module.fail_json(msg=str(error))
    module.exit_json(changed=True, command=" ".join(command))


if __name__ == "__main__":
    main()
