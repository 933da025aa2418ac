# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter other_networks: configuration files of other pod networks."""

from __future__ import annotations

DOCUMENTATION = r"""
name: other_networks
short_description: Find the configuration files of other pod networks
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Names the files of a node's C(/etc/cni/net.d) that belong to another network than the given one.
  - The container runtime takes the first file by name. So a foreign file counts if it comes before the file of
    the given network.
options:
  _input:
    description: Paths of files on the node. Files outside C(/etc/cni/net.d) are ignored.
    type: list
    elements: str
    required: true
  own:
    description: The file of the network that is to be installed.
    type: str
    required: true
  known:
    description: Files of other networks that count in any place.
    type: list
    elements: str
    default: []
positional: own, known
"""

EXAMPLES = r"""
- name: Refuse to install a second network
  ansible.builtin.assert:
    that: others | length == 0
    fail_msg: "{{ others | join(', ') }} belongs to another network."
  vars:
    others: "{{ paths | podnet.kubernetes.other_networks('10-flannel.conflist', ['10-calico.conflist']) }}"
"""

RETURN = r"""
_value:
  description: The files, sorted.
  type: list
  elements: str
  sample: [10-calico.conflist]
"""

from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.cni_files import other_networks as others_of
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.filters import filter_errors, filter_module


@filter_errors("other_networks")
def other_networks(paths: Any, own: str, known: Any = None) -> list[str]:
    return others_of(paths, own, known)


FilterModule = filter_module(other_networks)
