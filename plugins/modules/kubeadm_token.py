#!/usr/bin/python
# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module kubeadm_token: what a node needs to join the cluster of this control plane."""

from __future__ import annotations

DOCUMENTATION = r"""
module: kubeadm_token
short_description: Make what a node needs to join
version_added: "0.1.0"
description:
  - Makes a bootstrap token on a control plane. Returns the token, the address of the API and the pins of the CA.
  - Each run makes another token, which expires after O(ttl). Run the module only when a node has to join, with
    C(no_log).
  - For a control plane, also uploads the certificates of the cluster, encrypted with a new key, into the Secret
    C(kubeadm-certs). kubeadm removes the Secret after two hours.
extends_documentation_fragment:
  - podnet.kubernetes.kubeadm
  - podnet.kubernetes.attributes
attributes:
  idempotent:
    support: none
options:
  ttl:
    description: How long the token is valid, as a duration of Go, such as V(10m).
    type: str
    default: 10m
  certificates:
    description:
      - Whether to upload the certificates that a further control plane needs.
      - kubeadm gets the key through standard input. The key is in no file and on no command line.
    type: bool
    default: false
  timeout:
    description: How long to wait for a kubeadm that still runs, and for an API that does not answer, in seconds.
    type: int
    default: 60
seealso:
  - module: podnet.kubernetes.kubeadm_join
"""

EXAMPLES = r"""
- name: Make the credentials that the nodes need to join
  podnet.kubernetes.kubeadm_token:
  register: credentials
  no_log: true
"""

RETURN = r"""
endpoint:
  description: Host and port of the API.
  returned: success
  type: str
  sample: 10.100.198.200:6443
token:
  description: The token. Empty in check mode, which makes no token.
  returned: success
  type: str
  sample: abcdef.0123456789abcdef
ca_cert_hashes:
  description: The pins of the cluster's CA, which are hashes of its public key (RFC 7469).
  returned: success
  type: list
  elements: str
  sample: ["sha256:7c2e69131a36ae2a042a339b33381c6d0d43887e2de83720eff5359e26aec866"]
certificate_key:
  description: The key of the uploaded certificates. Empty without O(certificates), and in check mode.
  returned: success
  type: str
  sample: ""
"""

from dataclasses import asdict, replace

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import PodnetError
from ansible_collections.podnet.kubernetes.plugins.module_utils._kubeadm.answers import Credentials
from ansible_collections.podnet.kubernetes.plugins.module_utils._kubeadm.control_plane import upload_certificates
from ansible_collections.podnet.kubernetes.plugins.module_utils._kubeadm.node import create_credentials, only_kubeadm

ARGUMENTS = {
    "ttl": {"type": "str", "default": "10m"},
    "certificates": {"type": "bool", "default": False},
    "timeout": {"type": "int", "default": 60},
}


def make(module: AnsibleModule) -> Credentials:
    """Make the token, and the key if certificates are wanted. Raises ClusterError."""
    if not module.params["certificates"]:
        return create_credentials(module)
    with only_kubeadm(module.params["timeout"]) as lock:
        key = upload_certificates(module, lock)
        return replace(create_credentials(module), certificate_key=key)


def main() -> None:
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    credentials = Credentials(endpoint="", token="", ca_cert_hashes=())
    try:
        if not module.check_mode:
            credentials = make(module)
    except PodnetError as error:
        module.fail_json(msg=str(error))
    module.exit_json(changed=True, **asdict(credentials))


if __name__ == "__main__":
    main()
