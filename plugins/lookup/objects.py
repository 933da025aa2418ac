# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lookup objects: the Kubernetes objects in YAML files."""

from __future__ import annotations

DOCUMENTATION = r"""
name: objects
short_description: Read Kubernetes objects from YAML files
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Reads the objects of all documents in files on the controller.
  - A key that a mapping has twice is an error, which names the file, the line and the key.
    P(ansible.builtin.from_yaml_all#filter) keeps the last one, and the first one is lost.
options:
  _terms:
    description:
      - Paths of the files.
      - >-
        The lookup searches for a relative path as P(ansible.builtin.file#lookup) does, and then in the directory in
        which Ansible was started.
    type: list
    elements: str
    required: true
"""

EXAMPLES = r"""
- name: Show the policies in two files
  ansible.builtin.debug:
    msg: "{{ query('podnet.kubernetes.objects', 'deny-all.yml', 'db-policy.yml') | map(attribute='metadata.name') }}"
"""

RETURN = r"""
_list:
  description: The objects, in the order of the files and of their documents.
  type: list
  elements: dict
"""

from pathlib import Path
from typing import Any

import yaml
from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import PodnetError
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.documents import read_documents
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.yaml_texts import yaml_errors


class LookupModule(LookupBase):
    """The lookup, as Ansible finds it."""

    def run(self, terms: list[Any], variables: dict[str, Any] | None = None, **options: Any) -> list[Any]:
        """Read the objects of the files. Raise AnsibleLookupError when a file is missing or is not as it must be."""
        return [one for term in terms for one in self._read(term, variables)]

    def _read(self, term: Any, variables: dict[str, Any] | None) -> list[dict[str, Any]]:
        found = self.find_file_in_search_path(variables, "files", term, ignore_missing=True)
        path = Path(found or term).absolute()
        if not path.is_file():
            raise AnsibleLookupError(f"{term} is no file of the controller, nor in {Path.cwd()}: give its path")
        text = self._loader.get_text_file_contents(str(path))
        try:
            with yaml_errors(term, "the file is not YAML"):
                return read_documents(yaml.SafeLoader(text), term)
        except PodnetError as error:
            raise AnsibleLookupError(str(error)) from error
