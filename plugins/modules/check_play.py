#!/usr/bin/python
# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation of check_play; the action plugin of that name does the work on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: check_play
short_description: Refuse a play in which a role does not see all hosts at once
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Roles that compare or connect nodes need the results of all hosts of a play at the same task.
  - Fails when the play has the strategy V(free) or V(host_pinned), or runs on a part of its hosts because of C(serial).
  - Runs on the controller. It connects to no host.
extends_documentation_fragment:
  - podnet.kubernetes.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
    details: The module changes nothing.
  idempotent:
    support: full
  platform:
    support: full
    platforms: posix
"""

EXAMPLES = r"""
- name: Check that the play runs on all its hosts together
  podnet.kubernetes.check_play:
"""

RETURN = r"""
hosts:
  description: The hosts of the play that have not failed.
  returned: success
  type: list
  elements: str
  sample: [master, node1, node2]
"""
