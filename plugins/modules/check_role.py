#!/usr/bin/python
# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation of check_role; the action plugin of that name does the work on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: check_role
short_description: Refuse a play and variables that a role cannot work with
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - A role of this collection runs it first. It says what M(podnet.kubernetes.check_settings) would say of the role's
    variables, also where the role is included in a play of the user.
  - The role needs the results of all hosts of the play at the same task. So it fails when the play has the strategy
    V(free) or V(host_pinned), or runs on a part of its hosts because of C(serial).
  - Runs on the controller. It connects to no host.
extends_documentation_fragment:
  - podnet.kubernetes.attributes
  - podnet.kubernetes.attributes.controller
attributes:
  diff_mode:
    support: none
    details: The module changes nothing.
options:
  all_hosts:
    description: Whether the role needs all hosts of the play together, so that C(serial) is a mistake.
    type: bool
    default: true
"""

EXAMPLES = r"""
# In the tasks of a role
- name: Check the play and the settings
  podnet.kubernetes.check_role:
  run_once: true
"""

RETURN = r"""
changed:
  description: Always V(false).
  returned: always
  type: bool
"""
