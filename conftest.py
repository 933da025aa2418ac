# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings of all tests."""

from __future__ import annotations

import os

# Tests read the tasks and recaps that Ansible's own callback prints. The callback of this collection has its own tests.
os.environ["ANSIBLE_STDOUT_CALLBACK"] = "ansible.builtin.default"
