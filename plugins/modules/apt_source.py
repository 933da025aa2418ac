#!/usr/bin/python
# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module apt_source: a source of packages, and the key that signs them."""

from __future__ import annotations

DOCUMENTATION = r"""
module: apt_source
short_description: Add a source of Debian packages with its key
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Fetches the key if it is not there, checks it, and then writes the source. It does all of it in one round trip.
  - A key that is there stays, unless it has another checksum than O(key_checksum).
  - A server that sends no key changes nothing on the node.
extends_documentation_fragment:
  - podnet.kubernetes.attributes.changes
  - podnet.kubernetes.attributes
attributes:
  check_mode:
    details: In check mode the module fetches nothing.
options:
  key_url:
    description: The URL of the key, in ASCII armour.
    type: str
    required: true
  key_path:
    description: The path of the key on the node.
    type: path
    required: true
  key_checksum:
    description: Algorithm and checksum of the key, such as V(sha256:…). Without it, any key is good.
    type: str
  source_path:
    description: The path of the source on the node.
    type: path
    required: true
  source:
    description: The content of the source.
    type: str
    required: true
"""

EXAMPLES = r"""
- name: Add the source of the Kubernetes packages
  podnet.kubernetes.apt_source:
    key_url: "{{ common_kubernetes_repository_key }}"
    key_path: /etc/apt/keyrings/kubernetes.asc
    source_path: /etc/apt/sources.list.d/kubernetes.sources
    source: |
      Types: deb
      URIs: {{ common_kubernetes_repository }}
      Suites: /
      Signed-By: /etc/apt/keyrings/kubernetes.asc
"""

RETURN = r"""
written:
  description: The paths of the files that differed.
  returned: success
  type: list
  elements: str
  sample: [/etc/apt/keyrings/kubernetes.asc]
"""

from pathlib import Path

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import ClusterError, PodnetError
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.downloads import fetch, find_checksum_fault
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.node_files import (
    NodeFile,
    find_changes,
    write_file,
)

ARGUMENTS = {
    "key_url": {"type": "str", "required": True, "no_log": False},
    "key_path": {"type": "path", "required": True, "no_log": False},
    "key_checksum": {"type": "str", "no_log": False},
    "source_path": {"type": "path", "required": True},
    "source": {"type": "str", "required": True},
}
_ARMOUR = b"-----BEGIN PGP PUBLIC KEY BLOCK-----"


def find_fault(key: bytes, checksum: str | None) -> str | None:
    """Say why this is not the key, if it is not."""
    fault = find_checksum_fault(key, checksum) if checksum else None
    return fault or (None if _ARMOUR in key else "what it sends is no key in ASCII armour")


def is_there(path: Path, checksum: str | None) -> bool:
    """Say whether the key is there. Without a checksum, any file counts. Raises ClusterError."""
    try:
        return not checksum or find_fault(path.read_bytes(), checksum) is None if path.exists() else False
    except OSError as error:
        raise ClusterError(f"{path} cannot be read ({error.strerror}): it must be a file") from None


def provide_key(module: AnsibleModule) -> list[str]:
    """Fetch and write the key if it is not there, and return its path in that case. Raises ClusterError."""
    path, checksum = Path(module.params["key_path"]), module.params["key_checksum"]
    if is_there(path, checksum):
        return []
    if not module.check_mode:
        key = fetch(module.params["key_url"])
        fault = find_fault(key, checksum)
        if fault:
            raise ClusterError(fault)
        write_file(NodeFile(path, key.decode("utf-8", errors="surrogateescape")))
    return [str(path)]


def main() -> None:
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    try:
        written = provide_key(module)
        changes = find_changes([NodeFile(Path(module.params["source_path"]), module.params["source"])])
        for change in [] if module.check_mode else changes:
            write_file(change.file)
    except PodnetError as error:
        module.fail_json(msg=str(error))
    written += [str(change.file.path) for change in changes]
    module.exit_json(changed=bool(written), written=written, diff=[change.diff for change in changes])


if __name__ == "__main__":
    main()
