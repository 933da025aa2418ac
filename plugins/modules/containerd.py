#!/usr/bin/python
# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module containerd: containerd with its configuration, running now and at boot."""

from __future__ import annotations

DOCUMENTATION = r"""
module: containerd
short_description: Configure containerd, and start it and the kubelet at boot
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Writes the configuration of containerd, and restarts containerd if it started before that file was written. So the
    next run finishes one that was killed between the two.
  - Starts containerd now, and containerd and the kubelet at boot. C(kubeadm) starts the kubelet.
  - In check mode on a machine without the packages, it reports the file alone.
extends_documentation_fragment:
  - podnet.kubernetes.attributes.changes
  - podnet.kubernetes.attributes
options:
  config:
    description:
      - The content of C(/etc/containerd/config.toml).
      - C(@sandbox_image@) in it stands for the pause image that C(kubeadm) pulls. With another one, such as the default
        of containerd, the node would pull two.
    type: str
    required: true
  kubernetes_version:
    description: The version of Kubernetes whose pause image C(@sandbox_image@) stands for.
    type: str
    required: true
  installed:
    description: Whether the packages are there. Only check mode can find a machine without them.
    type: bool
    default: true
seealso:
  - module: podnet.kubernetes.node_settings
"""

EXAMPLES = r"""
- name: Configure and start containerd
  podnet.kubernetes.containerd:
    config: "{{ lookup('ansible.builtin.template', 'containerd.toml.j2') }}"
    kubernetes_version: 1.36.4
"""

RETURN = r"""
steps:
  description: What the module did, or would do.
  returned: success
  type: list
  elements: str
  sample: [write /etc/containerd/config.toml, systemctl restart containerd, systemctl enable kubelet]
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import PodnetError
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.containerd import set_up

ARGUMENTS = {
    "config": {"type": "str", "required": True},
    "kubernetes_version": {"type": "str", "required": True},
    "installed": {"type": "bool", "default": True},
}


def main() -> None:
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    options = module.params
    try:
        steps, diff = set_up(module, options["config"], options["kubernetes_version"], options["installed"])
    except PodnetError as error:
        module.fail_json(msg=str(error))
    module.exit_json(changed=bool(steps), steps=steps, diff=diff)


if __name__ == "__main__":
    main()
