# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lookup support_bundle: everything that an earlier diagnosis judged, maybe on another machine."""

from __future__ import annotations

DOCUMENTATION = r"""
name: support_bundle
short_description: Read a support bundle of a diagnosis
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Reads a C(bundle.tar.gz), as M(podnet.kubernetes.diagnosis_report) writes it, on the controller. The filter
    P(podnet.kubernetes.diagnosis#filter) judges its content again, without a cluster.
  - Trusts nothing in the file. The lookup unpacks nothing to the disk, and refuses links, paths, other files, a newer
    version, and more than 512 MiB.
options:
  _terms:
    description: Paths of the bundles. A relative path starts in the directory in which Ansible was started.
    type: list
    elements: str
    required: true
"""

EXAMPLES = r"""
- name: Judge a bundle again
  ansible.builtin.debug:
    msg: "{{ bundle.nodes | podnet.kubernetes.diagnosis(objects=bundle.objects) | json_query('lines') }}"
  vars:
    bundle: "{{ lookup('podnet.kubernetes.support_bundle', 'bundle.tar.gz') }}"
"""

RETURN = r"""
_list:
  description: A dict for each bundle, with the options of the filter C(diagnosis).
  type: list
  elements: dict
  contains:
    nodes:
      description: The input of the filter.
      type: dict
    objects:
      description: Its option of this name.
      type: dict
    report:
      description: Its option of this name.
      type: dict
    allocation:
      description: Its option of this name.
      type: dict
    node_network:
      description: Its option of this name.
      type: str
    not_looked_at:
      description: Its option of this name.
      type: dict
"""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import PodnetError
from ansible_collections.podnet.kubernetes.plugins.module_utils._bundle.bundle import unpack_bundle
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.registry import chosen


class LookupModule(LookupBase):
    """The lookup, as Ansible finds it."""

    def run(self, terms: list[Any], variables: dict[str, Any] | None = None, **options: Any) -> list[Any]:
        """Read the bundles. Raise AnsibleLookupError when one of them is missing or is no bundle."""
        return [self._read(str(term)) for term in terms]

    def _read(self, term: str) -> dict[str, Any]:
        try:
            with Path(term).expanduser().open("rb") as packed:
                return asdict(unpack_bundle(packed, chosen([])))
        except OSError as error:
            raise AnsibleLookupError(
                f"the bundle {term} cannot be read: {error.strerror}: give the path of a bundle.tar.gz"
            ) from None
        except PodnetError as error:
            raise AnsibleLookupError(f"the bundle {term} is refused: {error}") from None
