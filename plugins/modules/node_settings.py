#!/usr/bin/python
# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module node_settings: kernel modules, kernel parameters and files of a node, in one round trip."""

from __future__ import annotations

DOCUMENTATION = r"""
module: node_settings
short_description: Load kernel modules, write files and set kernel parameters on a node
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Loads the kernel modules that are not there, then writes the files that differ, then sets the kernel parameters that
    have another value now. It does all of it in one round trip, because each task of a role costs one.
  - Before that it fetches the keys of packages that are not there. A server that sends no key changes nothing on the
    node.
  - What has to last over a boot stands in O(files), for example in C(/etc/modules-load.d) and C(/etc/sysctl.d).
extends_documentation_fragment:
  - podnet.kubernetes.attributes.changes
  - podnet.kubernetes.attributes
attributes:
  check_mode:
    details: In check mode the module fetches nothing.
options:
  keys:
    description:
      - Keys that sign packages, in ASCII armour. A key that is there stays, unless it has another checksum.
    type: list
    elements: dict
    default: []
    suboptions:
      url:
        description: The URL of the key.
        type: str
        required: true
      path:
        description: The path of the key on the node.
        type: path
        required: true
      checksum:
        description: Algorithm and checksum of the key, such as V(sha256:…). Without it, any key is good.
        type: str
  modules:
    description: The names of kernel modules.
    type: list
    elements: str
    default: []
  files:
    description: Files with their whole content. The module makes the directories above them.
    type: list
    elements: dict
    default: []
    suboptions:
      path:
        description: The absolute path of the file.
        type: path
        required: true
      content:
        description: The content.
        type: str
        required: true
      mode:
        description: The permissions of the file, as an octal number.
        type: str
        default: "0644"
  sysctls:
    description: Kernel parameters and the values that they need now.
    type: dict
    default: {}
  containerd:
    description:
      - containerd, which comes last. Without this option the module leaves it alone.
      - The packages must be there. Before that, M(podnet.kubernetes.containerd) does the same in a task of its own.
    type: dict
    suboptions:
      config:
        description: As the option O(podnet.kubernetes.containerd#module:config).
        type: str
        required: true
      kubernetes_version:
        description: As the option O(podnet.kubernetes.containerd#module:kubernetes_version).
        type: str
        required: true
"""

EXAMPLES = r"""
- name: Let the node forward packets, now and at boot
  podnet.kubernetes.node_settings:
    modules: [br_netfilter]
    files:
      - path: /etc/modules-load.d/kubernetes.conf
        content: "br_netfilter\n"
      - path: /etc/sysctl.d/60-kubernetes.conf
        content: "net.ipv4.ip_forward=1\n"
    sysctls: {net.ipv4.ip_forward: 1}

- name: Add the source of the Kubernetes packages
  podnet.kubernetes.node_settings:
    keys:
      - url: "{{ common_kubernetes_repository_key }}"
        path: /etc/apt/keyrings/kubernetes.asc
    files:
      - path: /etc/apt/sources.list.d/kubernetes.sources
        content: |
          Types: deb
          URIs: {{ common_kubernetes_repository }}
          Suites: /
          Signed-By: /etc/apt/keyrings/kubernetes.asc
"""

RETURN = r"""
has_keys:
  description: Whether all of O(keys) were there when the module failed.
  returned: failure
  type: bool
loaded:
  description: The modules that were not there.
  returned: success
  type: list
  elements: str
  sample: [br_netfilter]
written:
  description: The paths of the keys that were not there, and of the files that differed.
  returned: success
  type: list
  elements: str
  sample: [/etc/sysctl.d/60-kubernetes.conf]
steps:
  description: As RV(podnet.kubernetes.containerd#module:steps).
  returned: success
  type: list
  elements: str
set:
  description: The parameters that had another value, and their new values.
  returned: success
  type: dict
  sample: {net.ipv4.ip_forward: "1"}
"""

from pathlib import Path
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import PodnetError
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.containerd import set_up
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.kernel import (
    find_differing,
    sign_of_module,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.node_files import (
    FileChange,
    find_changes,
    read_node_files,
    write_file,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.package_keys import PackageKey
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.programs import run_program

FILES = {
    "path": {"type": "path", "required": True},
    "content": {"type": "str", "required": True},
    "mode": {"type": "str", "default": "0644"},
}
KEYS = {
    "url": {"type": "str", "required": True},
    "path": {"type": "path", "required": True},
    "checksum": {"type": "str"},
}
CONTAINERD = {
    "config": {"type": "str", "required": True},
    "kubernetes_version": {"type": "str", "required": True},
}
ARGUMENTS = {
    "keys": {"type": "list", "elements": "dict", "default": [], "options": KEYS, "no_log": False},
    "modules": {"type": "list", "elements": "str", "default": []},
    "files": {"type": "list", "elements": "dict", "default": [], "options": FILES},
    "sysctls": {"type": "dict", "default": {}},
    "containerd": {"type": "dict", "options": CONTAINERD},
}
ROOT = Path("/")


def provide_keys(module: AnsibleModule) -> list[str]:
    """Fetch the keys that are not there, and return their paths. All are good before the first one is written."""
    keys = [PackageKey(one["url"], Path(one["path"]), one["checksum"]) for one in module.params["keys"]]
    missing = [key for key in keys if not key.is_there()]
    for file in [] if module.check_mode else [key.fetch() for key in missing]:
        write_file(file)
    return [str(key.path) for key in missing]


def load_modules(module: AnsibleModule) -> list[str]:
    """Load the modules that are not there, and return their names."""
    missing = [name for name in module.params["modules"] if not (ROOT / sign_of_module(name)).exists()]
    for name in [] if module.check_mode else missing:
        run_program(module, "modprobe", name)
    return missing


def set_parameters(module: AnsibleModule) -> dict[str, str]:
    """Set the parameters that differ, and return them."""
    wanted = module.params["sysctls"]
    # Before its kernel module is loaded, a parameter is not there.
    differing = find_differing(run_program(module, "sysctl", "--ignore", *wanted), wanted) if wanted else {}
    if differing and not module.check_mode:
        run_program(module, "sysctl", "--write", *(f"{key}={value}" for key, value in differing.items()))
    return differing


def write_files(module: AnsibleModule) -> list[FileChange]:
    """Write the files that differ, and return the changes."""
    changes = find_changes(read_node_files(module.params["files"]))
    for change in [] if module.check_mode else changes:
        write_file(change.file)
    return changes


def set_containerd_up(module: AnsibleModule) -> tuple[list[str], list[dict[str, str]]]:
    """Configure containerd where it is wanted, and return the steps and the differences."""
    wanted = module.params["containerd"]
    return set_up(module, wanted["config"], wanted["kubernetes_version"]) if wanted else ([], [])


def main() -> None:
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    keys = None
    try:
        keys = provide_keys(module)
        found: dict[str, Any] = {"loaded": load_modules(module)}
        changes = write_files(module)
        found["written"] = keys + [str(change.file.path) for change in changes]
        found["set"] = set_parameters(module)
        found["steps"], diff = set_containerd_up(module)
    except PodnetError as error:
        module.fail_json(msg=str(error), has_keys=keys is not None)
    module.exit_json(changed=any(found.values()), **found, diff=[change.diff for change in changes] + diff)


if __name__ == "__main__":
    main()
