# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a diagnosis reads on a node: links, routes, rules, files and logs, bounded in time and size, without secrets.

It imports _base and _nodes.
"""
