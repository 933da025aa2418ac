# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings of all tests."""

from __future__ import annotations

import os
from pathlib import Path

# Tests read the tasks and recaps that Ansible's own callback prints. The callback of this collection has its own tests.
os.environ["ANSIBLE_STDOUT_CALLBACK"] = "ansible.builtin.default"


def pytest_runtest_logreport(report):
    """Note what failed in the file that `make test` shows at its end: kinds of tests run side by side there."""
    file = os.environ.get("PODNET_FAILED_TESTS")
    if file and report.failed:
        with Path(file).open("a") as failed:
            failed.write(f"\n{report.nodeid} ({report.when})\n{report.longreprtext[-4000:]}\n")
