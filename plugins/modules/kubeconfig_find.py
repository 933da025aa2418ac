#!/usr/bin/python
# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module kubeconfig_find: it reads the kubeconfig that a distribution of Kubernetes left on its control plane."""

from __future__ import annotations

DOCUMENTATION = r"""
module: kubeconfig_find
short_description: Read the kubeconfig on a control plane
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Reads the first kubeconfig that is there. kubeadm, k3s, RKE2, MicroK8s and k0s each have a place of their own.
  - Run it with C(no_log), because the kubeconfig grants all rights on the cluster. Therefore a file that is missing is
    no error.
extends_documentation_fragment:
  - podnet.kubernetes.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
    details: There is no change to show.
  idempotent:
    support: full
  platform:
    support: full
    platforms: posix
options:
  places:
    description: Paths on this machine, in the order of their trial.
    type: list
    elements: path
    required: true
  host:
    description: Name of this machine for messages. The module returns it.
    type: str
    required: true
  address:
    description: The address at which the controller reaches this machine. The module returns it.
    type: str
    required: true
seealso:
  - module: podnet.kubernetes.kubeconfig_keep
"""

EXAMPLES = r"""
- name: Look for the kubeconfig of the cluster
  podnet.kubernetes.kubeconfig_find:
    places: [/etc/kubernetes/admin.conf, /etc/rancher/k3s/k3s.yaml]
    host: "{{ inventory_hostname }}"
    address: "{{ ansible_host | default(inventory_hostname) }}"
  register: found
  no_log: true
"""

RETURN = r"""
host:
  description: The option O(host).
  returned: success
  type: str
  sample: master
address:
  description: The option O(address).
  returned: success
  type: str
  sample: 10.100.198.200
path:
  description: The path of the kubeconfig. Missing when there is none.
  returned: when a file is found
  type: str
  sample: /etc/rancher/k3s/k3s.yaml
content:
  description: Its content in Base64.
  returned: when a file is found
  type: str
  sample: YXBpVmVyc2lvbjogdjEK
unreadable:
  description: Places where this user may not read.
  returned: success
  type: list
  elements: str
  sample: []
"""

import base64
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import PodnetError


def find(places: list[str]) -> dict[str, object]:
    """Read the first file that is there, and return the values of the module."""
    unreadable = []
    for place in places:
        try:
            content = Path(place).read_bytes()
        except PermissionError:
            unreadable.append(place)
        except OSError:  # no file, or a directory
            continue
        else:
            encoded = base64.b64encode(content).decode()
            return {"path": place, "content": encoded, "unreadable": unreadable}
    return {"unreadable": unreadable}


def main() -> None:
    arguments = {
        "places": {"type": "list", "elements": "path", "required": True},
        "host": {"type": "str", "required": True},
        "address": {"type": "str", "required": True},
    }
    module = AnsibleModule(argument_spec=arguments, supports_check_mode=True)
    where = {name: module.params[name] for name in ("host", "address")}
    try:
        found = find(module.params["places"])
    except PodnetError as error:
        module.fail_json(msg=str(error))
    module.exit_json(changed=False, **where, **found)


if __name__ == "__main__":
    main()
