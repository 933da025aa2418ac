# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nodes: addresses, routes, pod subnets, packet filter and packages, and the files and annotations of pod networks.

It imports _base.
"""
