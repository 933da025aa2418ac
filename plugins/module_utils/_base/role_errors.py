# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sentence of a plugin's error, with the variables of the role that called the plugin. No I/O, no Ansible."""

from __future__ import annotations

import re
from collections.abc import Mapping

# Ansible names the expressions around a filter first, and then the filter's own sentence.
_ACCOUNT = re.compile(r".*The (?:filter|lookup) plugin '[\w.]+' failed: ", re.DOTALL)
_WORD = r"\w+"


def name_variables(message: str, variables: Mapping[str, str]) -> str:
    """Take the sentence at the end of Ansible's message, and name variables in place of the filter's options.

    Args:
        message: the message of a failed task
        variables: the role's variable for each option of the plugin
    """
    sentence = _ACCOUNT.sub("", message)
    if not variables:
        return sentence
    options = "|".join(map(re.escape, sorted(variables, key=len, reverse=True)))
    # A sentence names an option at its start, alone in parentheses, or in its remedy. Elsewhere the word may be a field
    # of an object, such as ports of a policy.
    named = re.compile(rf"(?:^(?={_WORD}[ \[.:])|(?<=\()(?={_WORD}\))|(?<=: change )(?={_WORD}(?:,|$)))({options})\b")
    return named.sub(lambda found: variables[found[1]], sentence)


__all__ = ["name_variables"]
