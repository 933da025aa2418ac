# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of modules that work in the network namespaces of a node."""

from __future__ import annotations


class ModuleDocFragment:
    """Documentation that these modules share."""

    DOCUMENTATION = r"""
author:
  - podnet.kubernetes developers (@podnet)
requirements:
  - root, by C(become)
options:
  node:
    description:
      - Name of this machine's Node object.
      - By default the module looks for the host name of the machine, and then for the only node with one of its
        addresses.
    type: str
attributes:
  action_group:
    description: The group C(group/podnet.kubernetes.connectivity) in C(module_defaults) sets options for these modules.
    support: full
    membership: [podnet.kubernetes.connectivity]
  platform:
    support: full
    platforms: linux
"""
