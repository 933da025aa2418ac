# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The trail of a packet: marked probes, packet sockets on every link, and the hops that their sights make.

It imports _base, _matrix and _probing.
"""
