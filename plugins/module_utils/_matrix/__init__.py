# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The matrix of cells: which endpoints are probed, how each cell is expected to end, how it is judged and reported.

It imports _base and _cluster.
"""
