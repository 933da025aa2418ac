# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sentence of a plugin's error, with the variables of the role that called the plugin. No I/O, no Ansible."""

from __future__ import annotations

import re
from collections.abc import Mapping

# Ansible tells in which expressions it called a filter; the filter's own sentence comes last.
_ACCOUNT = re.compile(r".*The (?:filter|lookup) plugin '[\w.]+' failed: ", re.DOTALL)


def name_variables(message: str, variables: Mapping[str, str]) -> str:
    """Return the sentence at the end of Ansible's message, with variables in place of the options that it names.

    Args:
        message: the message of a failed task
        variables: the role's variable for each option of the plugin
    """
    sentence = _ACCOUNT.sub("", message)
    if not variables:
        return sentence
    options = "|".join(map(re.escape, sorted(variables, key=len, reverse=True)))
    # A word of a value, as in 'shop/services', and a noun, as in "the families", are no option.
    named = re.compile(rf"(?<![\w'/.:-])(?<!the )({options})(?![\w'/:-]\w)(?!\w)")
    return named.sub(lambda found: variables[found[1]], sentence)


__all__ = ["name_variables"]
