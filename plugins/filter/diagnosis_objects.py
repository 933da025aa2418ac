# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter diagnosis_objects: it leaves out of a cluster's objects what a diagnosis does not read."""

from __future__ import annotations

DOCUMENTATION = r"""
name: diagnosis_objects
short_description: Leave out of objects what a diagnosis does not read
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Pods, namespaces and webhooks keep the fields that P(podnet.kubernetes.diagnosis#filter) reads. Other fields, such
    as the environment of a container and annotations, may hold secrets. Other lists stay as they are.
options:
  _input:
    description: Lists of objects by their names, as the option C(objects) of P(podnet.kubernetes.diagnosis#filter).
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: Keep what a diagnosis reads
  ansible.builtin.set_fact:
    objects: "{{ {'nodes': nodes, 'pods': pods} | podnet.kubernetes.diagnosis_objects }}"
"""

RETURN = r"""
_value:
  description: The lists by their names.
  type: dict
"""

from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.object_parts import reduce_objects
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.filters import filter_errors, filter_module


@filter_errors("diagnosis_objects")
def diagnosis_objects(objects: Any) -> dict[str, Any]:
    return reduce_objects(objects)


FilterModule = filter_module(diagnosis_objects)
