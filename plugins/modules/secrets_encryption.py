#!/usr/bin/python
# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module secrets_encryption: the key by which an API server encrypts Secrets in etcd."""

from __future__ import annotations

DOCUMENTATION = r"""
module: secrets_encryption
short_description: Make the key that encrypts Secrets in etcd
version_added: "0.1.0"
description:
  - Writes an C(EncryptionConfiguration) with a new random key for C(secretbox), before the API server starts for the
    first time. Only root can read the file.
  - The key is made on this node. It is in no argument, output or result, and does not come to the controller.
  - A file that is there stays. Where the file is lost and the cluster has data, the module fails, because a new key
    could not read the Secrets.
extends_documentation_fragment:
  - podnet.kubernetes.kubeadm
  - podnet.kubernetes.attributes
attributes:
  diff_mode:
    support: none
    details: The file holds a secret.
  idempotent:
    support: full
options:
  path:
    description: The path of the file. Its directory must exist.
    type: path
    required: true
seealso:
  - module: podnet.kubernetes.kubeadm_init
"""

EXAMPLES = r"""
- name: Make the key that encrypts Secrets
  podnet.kubernetes.secrets_encryption:
    path: /etc/kubernetes/hardening/encryption.yaml
"""

RETURN = r"""
path:
  description: The path of the file.
  returned: success
  type: str
  sample: /etc/kubernetes/hardening/encryption.yaml
"""

import os
import secrets
import tempfile
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import ClusterError, PodnetError
from ansible_collections.podnet.kubernetes.plugins.module_utils._kubeadm import etcd, node
from ansible_collections.podnet.kubernetes.plugins.module_utils._kubeadm.hardening import (
    ENCRYPTION_OPTION,
    KEY_BYTES,
    encryption_configuration,
)

ARGUMENTS = {"path": {"type": "path", "required": True}}
_MODE = 0o600


def check_loss(path: Path) -> None:
    """Refuse a new key for a cluster that has used another one. Raises ClusterError."""
    try:
        manifest = node.API_SERVER_MANIFEST.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        manifest = ""
    if etcd.has_data() or f"{ENCRYPTION_OPTION}{path}" in manifest:
        raise ClusterError(
            f"{path} is missing, and {etcd.DATA} holds the data of a cluster, whose Secrets cannot be read without the "
            "key in it: restore the file from a copy, or reset the cluster (playbooks/reset.yml)"
        )


def write(path: Path) -> None:
    """Write the file with a new key. A run that is killed leaves the whole file, or none."""
    text = encryption_configuration(secrets.token_bytes(KEY_BYTES))
    # mkstemp() gives the file mode 0600.
    descriptor, new = tempfile.mkstemp(prefix=f".{path.name}.", dir=str(path.parent))
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(new).replace(path)
    finally:
        Path(new).unlink(missing_ok=True)


def provide(path: Path, check_mode: bool) -> bool:
    """Make the file with a key, or take it from other users. Return whether something changes.

    Raises:
        ClusterError: the file is lost, or cannot be written
    """
    try:
        missing = not path.exists()
        if missing:
            check_loss(path)
        elif path.stat().st_mode & 0o777 == _MODE:
            return False
        if not check_mode:
            write(path) if missing else path.chmod(_MODE)
    except OSError as error:
        fault = f"{path} cannot be written ({error.strerror}): its directory must exist, and root writes it"
        raise ClusterError(fault) from None
    return True


def main() -> None:
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    try:
        changed = provide(Path(module.params["path"]), module.check_mode)
    except PodnetError as error:
        module.fail_json(msg=str(error))
    module.exit_json(changed=changed, path=module.params["path"])


if __name__ == "__main__":
    main()
