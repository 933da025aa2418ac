# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter missing_packages: packages that a machine still needs."""

from __future__ import annotations

DOCUMENTATION = r"""
name: missing_packages
short_description: Find the packages that a machine still needs
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Compares the packages of a machine with those that it needs, some of them at a certain version.
  - Only the upstream part of a version counts, not the distribution's part after the hyphen.
options:
  _input:
    description: The packages of the machine, as M(ansible.builtin.package_facts) keeps them.
    type: dict
    required: true
  names:
    description: Packages that the machine needs at any version.
    type: list
    elements: str
    required: true
  pinned:
    description: Packages that the machine needs at one version.
    type: list
    elements: str
    default: []
  version:
    description: The version of O(pinned).
    type: str
positional: names, pinned, version
"""

EXAMPLES = r"""
- name: Say what would be installed
  ansible.builtin.debug:
    msg: "{{ ansible_facts['packages'] | podnet.kubernetes.missing_packages(['containerd'], ['kubelet'], '1.36.3') }}"
"""

RETURN = r"""
_value:
  description: The packages that are missing or have another version.
  type: list
  elements: str
  sample: [containerd]
"""

from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.packages import missing_packages as missing_of
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.filters import filter_errors, filter_module


@filter_errors("missing_packages")
def missing_packages(installed: Any, names: Any, pinned: Any = None, version: str | None = None) -> list[str]:
    return missing_of(installed, names, pinned, version)


FilterModule = filter_module(missing_packages)
