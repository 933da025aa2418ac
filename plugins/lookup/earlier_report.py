# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lookup earlier_report: what an earlier verification counted."""

from __future__ import annotations

DOCUMENTATION = r"""
name: earlier_report
short_description: Read the counts of an earlier verification
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Reads a C(report.json) of version 1 or 2 on the controller. So a play can use the counts of the last run, and refuse
    a file that is no such report before it probes.
options:
  _terms:
    description:
      - Paths of reports. A relative path starts in the directory in which Ansible was started.
      - V(previous) is the newest report in O(directory). When there is none, the list lacks it.
    type: list
    elements: str
    required: true
  directory:
    description: The directory with the reports of one name, such as C(reports/connectivity).
    type: path
"""

EXAMPLES = r"""
- name: Say when the network was verified last
  ansible.builtin.debug:
    msg: "{{ query('podnet.kubernetes.earlier_report', 'previous', directory='reports/connectivity') }}"
"""

RETURN = r"""
_list:
  description: A dict for each report.
  type: list
  elements: dict
  contains:
    name:
      description: The name of the report.
      type: str
      sample: connectivity
    version:
      description: The version of its schema.
      type: int
      sample: 2
    time:
      description: The end of the verification, in UTC.
      type: str
      sample: "2026-11-28T18:00:12Z"
    summary:
      description: The number of cells, and of cells with each verdict.
      type: dict
      sample: {cells: 288, passed: 288, failed: 0, flapping: 0, not_observed: 0, not_judged: 0}
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import PodnetError
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.comparison import account_of
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.report_history import find_earlier


class LookupModule(LookupBase):
    """The lookup, as Ansible finds it."""

    def run(self, terms: list[Any], variables: dict[str, Any] | None = None, **options: Any) -> list[Any]:
        """Read the reports. Raise AnsibleLookupError when one of them is missing or is no report."""
        directory = Path(options["directory"]).expanduser() if options.get("directory") else None
        return [one for term in terms for one in self._read(str(term), directory)]

    def _read(self, term: str, directory: Path | None) -> list[Mapping[str, Any]]:
        try:
            report = find_earlier(term, directory)
        except PodnetError as error:
            raise AnsibleLookupError(str(error)) from None
        try:
            return [] if report is None else [account_of(report)]
        except PodnetError as error:
            raise AnsibleLookupError(f"report {term}: {error}") from None
