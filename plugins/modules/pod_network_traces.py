#!/usr/bin/python
# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module pod_network_traces: a machine without the traces of a pod network."""

from __future__ import annotations

DOCUMENTATION = r"""
module: pod_network_traces
short_description: Take the traces of a pod network away from a machine
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Removes what a pod network left on a machine that is in no cluster any more, such as chains and rules of the packet
    filter, IP sets, links, mounts and files.
  - Everything that the options do not name stays, such as other rules and other files in C(/etc/cni/net.d).
  - Changes nothing on a machine that has neither O(configuration) nor one of O(signs). O(configuration) goes last, so
    the next run finishes what a killed run began.
extends_documentation_fragment:
  - podnet.kubernetes.attributes.changes
  - podnet.kubernetes.attributes
options:
  configuration:
    description:
      - The path of the network's configuration of CNI plugins.
      - The module also removes the results that plugins keep for the network of this name in C(/var/lib/cni/results),
        and the rules that the plugin portmap made for host ports of its pods.
    type: path
    required: true
  signs:
    description: Other paths than O(configuration). Each of them shows that the network was there.
    type: list
    elements: path
    default: []
  chain_prefix:
    description: The beginning of the names of the network's chains. An empty text stands for no chain.
    type: str
    default: ""
  rule_comment:
    description: The beginning of the comments of the network's rules in other chains. Needs O(chain_prefix).
    type: str
  address_sets:
    description: A regular expression that matches the beginning of the names of the network's IP sets.
    type: str
  links:
    description: A regular expression that matches the beginning of the names of the network's links.
    type: str
  mounts:
    description: The network's mount points. A path that ends in C(/) stands for all mount points below it.
    type: list
    elements: path
    default: []
  files:
    description: The network's files and directories, with everything in them.
    type: list
    elements: path
    default: []
seealso:
  - module: podnet.kubernetes.node_reset
"""

EXAMPLES = r"""
- name: Remove what Flannel left
  podnet.kubernetes.pod_network_traces:
    configuration: /etc/cni/net.d/10-flannel.conflist
    signs: [/run/flannel]
    chain_prefix: FLANNEL-
    links: (flannel[.]1|cni0)$
    files: [/run/flannel, /var/lib/cni/networks/cbr0]
"""

RETURN = r"""
removed:
  description: What the module removed, or in check mode would remove.
  returned: success
  type: list
  elements: str
  sample: [link cni0, file /etc/cni/net.d/10-flannel.conflist]
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import PodnetError
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.machine_files import read_text
from ansible_collections.podnet.kubernetes.plugins.module_utils._reset import machine
from ansible_collections.podnet.kubernetes.plugins.module_utils._reset.network import (
    network_name,
    network_patterns,
    unused_memory,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._reset.traces import Traces, check_paths

ARGUMENTS = {
    "configuration": {"type": "path", "required": True},
    "signs": {"type": "list", "elements": "path", "default": []},
    "chain_prefix": {"type": "str", "default": ""},
    "rule_comment": {"type": "str"},
    "address_sets": {"type": "str"},
    "links": {"type": "str"},
    "mounts": {"type": "list", "elements": "path", "default": []},
    "files": {"type": "list", "elements": "path", "default": []},
}
_MEMORY = "/var/lib/cni"


def read_traces(module: AnsibleModule) -> Traces:
    """Find the files of the network, and put them to the options of the module. Raises InputError."""
    options = module.params
    check_paths("files", [*options["files"], options["configuration"]])
    name = network_name(read_text(machine.ROOT, options["configuration"]))
    files = machine.expand([*options["files"], *network_patterns(name)])
    memory = unused_memory(machine.walk(_MEMORY), files)
    return Traces(
        chain_prefix=options["chain_prefix"],
        rule_comment=options["rule_comment"],
        network=name,
        address_sets=options["address_sets"],
        links=options["links"],
        mounts=tuple(options["mounts"]),
        files=(*files, *([_MEMORY] if memory else []), *machine.expand([options["configuration"]])),
    )


def remove(module: AnsibleModule) -> list[str]:
    """Take the traces away, unless in check mode. Returns what there was, in words. Raises PodnetError."""
    traces = read_traces(module)
    if not machine.expand([module.params["configuration"], *module.params["signs"]]):
        return []
    found = machine.look_for(module, traces)
    if not module.check_mode:
        machine.take_away(module, found)
    return found.lines


def main() -> None:
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    try:
        removed = remove(module)
    except PodnetError as error:
        module.fail_json(msg=str(error))
    diff = {"before": "".join(f"{line}\n" for line in removed), "after": ""}
    module.exit_json(changed=bool(removed), removed=removed, diff=diff)


if __name__ == "__main__":
    main()
