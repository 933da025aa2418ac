# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The meaning of C(attributes) in all modules. A module adds C(support) and, if needed, C(details)."""

from __future__ import annotations


class ModuleDocFragment:
    """Documentation that all modules of the collection share."""

    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description: In check mode the module reports what it would change, and changes nothing.
  diff_mode:
    description: In diff mode the module shows the state before and after the change.
  idempotent:
    description: A second run with the same options reports no change, as long as the node stays unchanged in between.
  platform:
    description: The systems on which the module runs.
    platforms: posix
"""

    READ_ONLY = r"""
options: {}
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
    details: The module only reads.
  idempotent:
    support: full
  platform:
    support: full
    platforms: linux
"""

    # Of modules that change a node.
    CHANGES = r"""
options: {}
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
  platform:
    support: full
    platforms: linux
"""

    # Of actions, which run on the controller.
    CONTROLLER = r"""
options: {}
attributes:
  action:
    description: The work is done on the controller, by an action plugin.
    support: full
  check_mode:
    support: full
  idempotent:
    support: full
  platform:
    support: full
    platforms: posix
"""
