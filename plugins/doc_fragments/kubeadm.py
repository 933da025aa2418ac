# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of all modules that run kubeadm."""

from __future__ import annotations


class ModuleDocFragment:
    """Documentation that these modules share."""

    DOCUMENTATION = r"""
author:
  - podnet.kubernetes developers (@podnet)
options: {}
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
    details: kubeadm does not tell its changes.
  platform:
    support: full
    platforms: linux
"""
