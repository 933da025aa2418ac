# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lookup k8s: it reads objects of a cluster and leaves no keys of the cluster behind."""

from __future__ import annotations

DOCUMENTATION = r"""
name: k8s
short_description: Read objects of a cluster, and leave none of its keys on the controller
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - >-
    Reads objects as P(kubernetes.core.k8s#lookup) does, and takes all of its options. Listed here are the options that
    the roles of this collection use.
  - >-
    The Kubernetes client writes the certificate and the key of a kubeconfig to temporary files, and removes these when
    its process ends. Up to Python 3.12 the process that evaluates a task ends without this cleanup. This lookup has
    the client write the files to Ansible's directory for temporary files, C(~/.ansible/tmp) (mode 0700). Ansible
    empties the directory at the end of a run. A killed run leaves the files there.
options:
  kind:
    description: Kind of the objects.
    type: str
    required: true
  api_version:
    description: Group and version of their API.
    type: str
    default: v1
  namespace:
    description: Reads only objects in this namespace.
    type: str
  resource_name:
    description: Reads only the object with this name.
    type: str
  label_selector:
    description: Reads only objects with these labels.
    type: str
  kubeconfig:
    description:
      - Path of the kubeconfig on the controller.
      - When the role C(cluster_access) has opened another way to its API, the lookup takes this way.
    type: path
requirements:
  - the Python package kubernetes, on the controller
seealso:
  - plugin: kubernetes.core.k8s
    plugin_type: lookup
"""

EXAMPLES = r"""
- name: Wait until a Service has an endpoint
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
  description: The objects, possibly none.
  type: list
  elements: dict
"""

from typing import Any

from ansible.errors import AnsibleLookupError
from ansible.plugins.loader import lookup_loader
from ansible.plugins.lookup import LookupBase

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import PodnetError
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.api_requests import private_keys, send

UPSTREAM = "kubernetes.core.k8s"


class LookupModule(LookupBase):
    """The lookup, as Ansible finds it."""

    def run(self, terms: list[Any], variables: dict[str, Any] | None = None, **options: Any) -> list[Any]:
        """Read the objects.

        Raises:
            AnsibleLookupError: the cluster refuses or does not answer, the kubeconfig is missing or wrong, or a package
                is missing on the controller
        """
        options = _by_open_way(options, variables)
        lookup = lookup_loader.get(UPSTREAM, loader=self._loader, templar=self._templar)
        if lookup is None:
            raise AnsibleLookupError(f"{UPSTREAM} is missing: install the collection kubernetes.core")
        try:
            with private_keys():
                objects: list[Any] = send(lambda: lookup.run(terms, variables, **options), options)
        except PodnetError as error:
            raise AnsibleLookupError(str(error)) from None
        return objects


def _by_open_way(options: dict[str, Any], variables: dict[str, Any] | None) -> dict[str, Any]:
    """Return the options, with the kubeconfig of the way to the same API that the role cluster_access has opened."""
    localhost = (variables or {}).get("hostvars", {}).get("localhost", {})
    ways = localhost.get("cluster_access_ways", {})
    way = ways.get(options.get("kubeconfig")) if isinstance(options.get("kubeconfig"), str) else None
    return {**options, "kubeconfig": way} if way else options
