# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lookup k8s: objects of a cluster, asked for without leaving the cluster's keys behind."""

from __future__ import annotations

DOCUMENTATION = r"""
name: k8s
short_description: Objects of a cluster, without leaving its keys on the controller
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - >-
    Asks a cluster as P(kubernetes.core.k8s#lookup) does, and takes all of its options; here are those that roles of
    this collection use.
  - >-
    The Kubernetes client writes the certificate and the key of a kubeconfig to files of its own, and removes them when
    its process ends. Until Python 3.12 what evaluates a task ends without that. With this lookup they are in Ansible's
    directory for temporary files, C(~/.ansible/tmp) (mode 0700), from which the end of a run removes them. A run that
    is killed leaves them there.
options:
  kind:
    description: What kind of objects to ask for.
    type: str
    required: true
  api_version:
    description: The group and version of their API.
    type: str
    default: v1
  namespace:
    description: Only those in this namespace.
    type: str
  resource_name:
    description: Only the one of this name.
    type: str
  label_selector:
    description: Only those with these labels.
    type: str
  kubeconfig:
    description: How to reach the cluster, the path of a file on the controller.
    type: path
requirements:
  - the Python package kubernetes, on the controller
seealso:
  - plugin: kubernetes.core.k8s
    plugin_type: lookup
"""

EXAMPLES = r"""
- name: Wait until somebody is behind a Service
  ansible.builtin.debug:
    msg: "{{ slices | length }} slices of endpoints"
  vars:
    slices: >-
      {{ query('podnet.kubernetes.k8s', api_version='discovery.k8s.io/v1', kind='EndpointSlice', namespace='demo',
               label_selector='kubernetes.io/service-name=web', kubeconfig='admin.conf') }}
  until: slices | map(attribute='endpoints') | flatten | length > 0
  retries: 60
  delay: 1
"""

RETURN = r"""
_list:
  description: The objects, none where there is none.
  type: list
  elements: dict
"""

import tempfile
from typing import Any

from ansible import constants
from ansible.errors import AnsibleLookupError
from ansible.plugins.loader import lookup_loader
from ansible.plugins.lookup import LookupBase

UPSTREAM = "kubernetes.core.k8s"


class LookupModule(LookupBase):
    """The lookup, as Ansible finds it."""

    def run(self, terms: list[Any], variables: dict[str, Any] | None = None, **options: Any) -> list[Any]:
        """Return the objects; AnsibleError, or an error of the client, when the cluster does not say."""
        lookup = lookup_loader.get(UPSTREAM, loader=self._loader, templar=self._templar)
        if lookup is None:
            raise AnsibleLookupError(f"{UPSTREAM} is not there: install the collection kubernetes.core")
        others = tempfile.tempdir
        # What the client keeps of the cluster's APIs goes there too: it may be another cluster's at the same address.
        tempfile.tempdir = constants.DEFAULT_LOCAL_TMP
        try:
            objects: list[Any] = lookup.run(terms, variables, **options)
        finally:
            tempfile.tempdir = others
        return objects
