# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The oracle of NetworkPolicies: it reads policies and pods, and computes the cells that the policies allow.

It imports _base, _cluster and _matrix.
"""
