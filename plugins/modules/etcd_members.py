#!/usr/bin/python
# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module etcd_members: it removes control planes that leave a cluster from its etcd."""

from __future__ import annotations

DOCUMENTATION = r"""
module: etcd_members
short_description: Remove members from the etcd of a kubeadm cluster
version_added: "0.1.0"
description:
  - Removes the members of control planes that leave the cluster, or that are lost. Lists the members.
  - Runs on a control plane with stacked etcd. It asks etcd on this node, then the members that the manifest of the
    static pod names, with the certificates that kubeadm made.
  - On a machine without these certificates, such as a worker, nothing is done.
  - etcd needs a majority of its members for this. It refuses a removal after which the rest would have none.
extends_documentation_fragment:
  - podnet.kubernetes.kubeadm
  - podnet.kubernetes.attributes
attributes:
  idempotent:
    support: full
options:
  absent:
    description: Names of nodes whose members have to go, in this order.
    type: list
    elements: str
    default: []
  addresses:
    description: Addresses of nodes. A member that was added and never started has no name, and is found by its address.
    type: list
    elements: str
    default: []
  own:
    description: Whether the member of this node has to go too. Its manifest has the name, and the inventory may not.
    type: bool
    default: false
seealso:
  - module: podnet.kubernetes.kubeadm_join
"""

EXAMPLES = r"""
- name: Remove the lost control plane from etcd
  podnet.kubernetes.etcd_members:
    absent: [master2]
"""

RETURN = r"""
members:
  description: The members before the run. A member that never started has no name, and its address stands for it.
  returned: success
  type: list
  elements: str
  sample: [master, master2, master3]
removed:
  description: The members that were removed, or would be in check mode.
  returned: success
  type: list
  elements: str
  sample: [master2]
needed:
  description: Whether etcd refuses the removal, because it would lose its majority.
  returned: failure
  type: bool
  sample: true
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import PodnetError
from ansible_collections.podnet.kubernetes.plugins.module_utils._kubeadm.etcd import (
    MajorityError,
    has_etcd,
    own_name,
    remove_members,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._kubeadm.etcd_members import Member

ARGUMENTS = {
    "absent": {"type": "list", "elements": "str", "default": []},
    "addresses": {"type": "list", "elements": "str", "default": []},
    "own": {"type": "bool", "default": False},
}


def main() -> None:
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    leaving: list[Member] = []
    members: list[Member] = []
    try:
        if has_etcd():
            own = [own_name()] if module.params["own"] else []
            names = list(dict.fromkeys([*module.params["absent"], *filter(None, own)]))
            leaving, members = remove_members(names, module.params["addresses"], module.check_mode)
    except PodnetError as error:
        module.fail_json(msg=str(error), needed=isinstance(error, MajorityError))
    module.exit_json(changed=bool(leaving), members=[*map(str, members)], removed=[*map(str, leaving)])


if __name__ == "__main__":
    main()
