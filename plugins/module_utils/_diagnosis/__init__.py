# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The diagnosis: what nodes and cluster show, and findings that name the cause of a fault, its evidence and its remedy.

It imports _base and _policies.
"""
