#!/usr/bin/python
# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation of policy_report; the action plugin of that name does the work on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: policy_report
short_description: Write the report of a proof of policies, and its page
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Writes the steps of a proof of NetworkPolicies as JSON, and as a page that a browser opens from disk.
  - The page shows what each step opened and closed, how long the network took, and the rule that decided a cell.
  - Runs on the controller for every host, so it needs no delegation.
extends_documentation_fragment:
  - podnet.kubernetes.attributes
  - podnet.kubernetes.attributes.controller
attributes:
  check_mode:
    support: full
    details: The module writes nothing.
  diff_mode:
    support: none
    details: A report is not a change.
options:
  name:
    description:
      - The name of the report.
      - It consists of letters, digits and C(._-), and begins with a letter or a digit.
    type: str
    required: true
  directory:
    description:
      - The directory for the reports. The module writes O(file) and the page into a subdirectory with the name of the
        report, for the owner alone.
    type: path
    required: true
  file:
    description:
      - The name of the file with the steps. The page of V(sequence.json) is C(index.html), that of V(end.json) is
        C(end.html).
    type: str
    choices: [sequence.json, end.json]
    default: sequence.json
  steps:
    description:
      - The steps in their order, as the role C(network_policies) notes them.
      - C(report) is the path of the C(report.json) of the step. C(definitions) are the NetworkPolicy objects that are
        in force in the step. The module shows them on the page, and does not write them to O(file).
      - With an empty list the module writes no page.
    type: list
    elements: dict
    required: true
  policies:
    description: NetworkPolicy objects of others, which are in force in all steps.
    type: list
    elements: dict
    default: []
seealso:
  - module: podnet.kubernetes.connectivity_assert
"""

EXAMPLES = r"""
- name: Write the report of the sequence
  podnet.kubernetes.policy_report:
    name: three_tiers
    directory: reports
    steps: "{{ steps }}"
  run_once: true
"""

RETURN = r"""
reports:
  description: The paths of the files.
  returned: success
  type: dict
  contains:
    json:
      description: The steps.
      returned: success
      type: str
      sample: /home/user/reports/three_tiers/sequence.json
    html:
      description: The page that a browser opens from disk.
      returned: when there is a step
      type: str
      sample: /home/user/reports/three_tiers/index.html
"""
