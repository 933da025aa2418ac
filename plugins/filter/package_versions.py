# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter package_versions: the versions of a package in the index of an apt repository."""

from __future__ import annotations

DOCUMENTATION = r"""
name: package_versions
short_description: List the versions of a package in the index of an apt repository
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Reads the file C(Packages) of a repository.
  - Only the upstream part of a version counts, not the distribution's part after the hyphen.
options:
  _input:
    description: The content of the file.
    type: str
    required: true
  name:
    description: The name of the package.
    type: str
    required: true
positional: name
"""

EXAMPLES = r"""
- name: Show the newest version in an index that uri read
  ansible.builtin.debug:
    msg: "{{ index.content | podnet.kubernetes.package_versions('kubeadm') | last }}"
"""

RETURN = r"""
_value:
  description: The versions, the oldest first. Empty when the text is no index or does not have the package.
  type: list
  elements: str
  sample: [1.36.0, 1.36.1, 1.36.3]
"""

from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.packages import package_versions as versions_of
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.filters import filter_errors, filter_module


@filter_errors("package_versions")
def package_versions(index: Any, name: Any) -> list[str]:
    return versions_of(index, name)


FilterModule = filter_module(package_versions)
