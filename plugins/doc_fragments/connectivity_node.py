# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is true of the modules that work in the network namespaces of a node."""

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
      - Name of the Node object that this machine is.
      - Without it, the one with the machine's host name, and then the only one with an address of the machine.
    type: str
attributes:
  platform:
    support: full
    platforms: linux
"""
