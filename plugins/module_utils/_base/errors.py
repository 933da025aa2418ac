# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors that a user can mend. Modules, filters and actions turn them into one sentence.

Any other exception is a bug: it keeps its traceback, so that a bug never looks like a user's mistake.
"""

from __future__ import annotations


class PodnetError(Exception):
    """An error that a user can mend; its text is the sentence that the user reads."""


class InputError(PodnetError):
    """An option or an object is wrong: the sentence names it, shows its value and gives a right one."""


class ClusterError(PodnetError):
    """A node or the cluster refuses, or is not as it must be: the sentence says who refuses, and why."""


__all__ = ["ClusterError", "InputError", "PodnetError"]
