#!/usr/bin/python
# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation of the action diagnosis_report, which runs on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: diagnosis_report
short_description: Write what a diagnosis found
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Writes the result of the filter P(podnet.kubernetes.diagnosis#filter) into a directory on the controller.
    C(findings.json) has it as it is, C(findings.sarif) as SARIF 2.1.0, and C(findings.xml) as JUnit's XML.
  - Puts the findings into the report of a verification, as C(findings). docs/report.md describes that file.
  - Only the user can read the files. A reader finds the old file or the new one, never half of one.
extends_documentation_fragment:
  - podnet.kubernetes.attributes
  - podnet.kubernetes.attributes.controller
attributes:
  diff_mode:
    support: none
    details: A report is no change.
options:
  diagnosis:
    description: The result of the filter P(podnet.kubernetes.diagnosis#filter).
    type: dict
    required: true
  directory:
    description: The directory for the reports. Its own name becomes the name of the report in JUnit's XML.
    type: path
    required: true
  only:
    description:
      - The ids of the findings that were looked for. By default all of them.
      - Chosen findings are not put into O(report).
    type: list
    elements: str
    default: []
  report:
    description:
      - The path of C(report.json) of a verification, for its C(findings). Without that file nothing is written there.
    type: path
  gathered:
    description:
      - Everything that was judged, as P(podnet.kubernetes.support_bundle#lookup) returns it. With it the action also
        writes C(bundle.tar.gz).
      - Secrets never go into the bundle, nor do environment, command lines and volumes of containers.
    type: dict
  redact:
    description:
      - Whether names in the bundle are replaced by stand-ins, such as C(node-1), and public addresses by others.
      - The bundle has the same findings. docs/support-bundle.md says what stays.
    type: bool
    default: false
seealso:
  - plugin: podnet.kubernetes.support_bundle
    plugin_type: lookup
  - plugin: podnet.kubernetes.diagnosis
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Write the findings
  podnet.kubernetes.diagnosis_report:
    diagnosis: "{{ gathered | podnet.kubernetes.diagnosis }}"
    directory: .podnet/reports/diagnosis
    report: .podnet/reports/connectivity/report.json
  run_once: true
"""

RETURN = r"""
reports:
  description: The paths of the reports.
  returned: success
  type: list
  elements: str
  sample: [.podnet/reports/diagnosis/findings.json]
"""
