#!/usr/bin/python
# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module pod_network_info: what a diagnosis of the pod network reads on a node."""

from __future__ import annotations

DOCUMENTATION = r"""
module: pod_network_info
short_description: Read what decides about the pod network of a node
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Reads links, addresses, routes, the packet filter, kernel settings with the files that set them, CNI configurations,
    the state of kubelet and containerd with log lines about errors, certificates, and identifiers of the machine.
  - The module also tries the ports that nodes need of each other. It opens and closes TCP connections to the API server
    and to the kubelets of at most 20 other nodes, pings them, and sends an empty datagram to their port of VXLAN. This
    takes at most one second.
  - The module never fails because of a part that it cannot read. RV(pod_network_info.unread) says which part that is,
    and why.
  - Keys, tokens and passwords never leave the node. Of certificates the module returns names, times and hashes, and of
    files and command lines only the settings that matter.
  - The filter P(podnet.kubernetes.diagnosis#filter) finds causes of failures in the results of all nodes.
extends_documentation_fragment:
  - podnet.kubernetes.attributes.read_only
  - podnet.kubernetes.attributes
options:
  timeout:
    description: Seconds that each program may take which the module runs. Programs run at the same time.
    type: float
    default: 5
  controller_clock:
    description:
      - The controller's time in seconds since the epoch. With it the module says how much the node's clock differs.
      - The difference includes the time that the module needs to start.
    type: float
seealso:
  - plugin: podnet.kubernetes.diagnosis
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Read what decides about the pod network
  podnet.kubernetes.pod_network_info:
    controller_clock: "{{ now().timestamp() }}"
  register: result
"""

RETURN = r"""
pod_network_info:
  description:
    - What the node has, by part. A part that could not be read is V(null).
    - More parts than are listed here may come with a later version.
  returned: always
  type: dict
  contains:
    host:
      description: The name that the node gives itself.
      type: str
      returned: always
      sample: node1
    links:
      description: All links, without veth links that have no address. RV(pod_network_info.veths) counts those.
      type: list
      elements: dict
      returned: always
    veths:
      description: The number of veth links, by their bridge and MTU.
      type: list
      elements: dict
      returned: always
    routes:
      description: Routes in groups of a table, a link, a type and a protocol, as texts with destination and gateway.
      type: list
      elements: dict
      returned: always
    packet_filter:
      description: The rules, without those that only carry Services to their pods.
      type: dict
      returned: always
    sysctls:
      description: The value of each kernel setting, and the files that set it. The last of them wins.
      type: dict
      returned: always
    cni:
      description: The CNI configurations in the order in which containerd looks at them, and directories of plugins.
      type: dict
      returned: always
    knocks:
      description:
        - The outcome at each door, such as C(tcp 10.0.0.2 10250). V(refused) has passed the network, too.
      type: dict
      returned: always
      sample: {tcp 10.0.0.2 10250: open, icmp 10.244.2.0: timeout}
    counters:
      description: Packets that the kernel has dropped for wrong checksums, or because of rp_filter.
      type: dict
      returned: always
    certificates:
      description: Subject, issuer, times and hashes of certificates.
      type: list
      elements: dict
      returned: always
    unread:
      description: Why a part could not be looked at.
      type: dict
      returned: always
      sample: {packet filter: iptables-save is not on this node}
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import PodnetError
from ansible_collections.podnet.kubernetes.plugins.module_utils._gathering.node import gather
from ansible_collections.podnet.kubernetes.plugins.module_utils._gathering.reader import Reader

ARGUMENTS = {"timeout": {"type": "float", "default": 5}, "controller_clock": {"type": "float"}}


def main() -> None:
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    try:
        found = gather(Reader(timeout=module.params["timeout"]), module.params["controller_clock"])
    except PodnetError as error:
        module.fail_json(msg=str(error))
    module.exit_json(changed=False, pod_network_info=found)


if __name__ == "__main__":
    main()
