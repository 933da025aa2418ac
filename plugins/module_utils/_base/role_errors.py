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
# The modules of kubernetes.core show the stack of errors of urllib3, when the API does not answer.
_POOL = re.compile(r"HTTP(?P<tls>S?)ConnectionPool\(host='(?P<host>[^']*)', port=(?P<port>\d+)\): .*", re.DOTALL)
_REASONS = (
    r"\[Errno -?\d+\] ([\w ,/-]+)",
    r"(Tunnel connection failed: [\w ]+)",
    r"(timed out)",
    r"\[SSL: \w+\] ([^(\[]+)",
)


def name_variables(message: str, variables: Mapping[str, str]) -> str:
    """Take the sentence at the end of Ansible's message, and name variables in place of the filter's options.

    Args:
        message: the message of a failed task
        variables: the role's variable for each option of the plugin
    """
    sentence = _unanswered(_ACCOUNT.sub("", message))
    if not variables:
        return sentence
    options = "|".join(map(re.escape, sorted(variables, key=len, reverse=True)))
    # A sentence names an option at its start, alone in parentheses, or in its remedy. Elsewhere the word may be a field
    # of an object, such as ports of a policy.
    named = re.compile(rf"(?:^(?={_WORD}[ \[.:])|(?<=\()(?={_WORD}\))|(?<=: change )(?={_WORD}(?:,|$)))({options})\b")
    return named.sub(lambda found: variables[found[1]], sentence)


def _unanswered(message: str) -> str:
    """Make a sentence of urllib3's errors. Any other message stays."""
    pool = _POOL.search(message)
    if pool is None:
        return message
    found = (re.search(reason, pool[0]) for reason in _REASONS)
    reason = next((one[1].strip() for one in found if one), "it does not answer")
    host = f"[{pool['host']}]" if ":" in pool["host"].strip("[]") and pool["host"][0] != "[" else pool["host"]
    return (
        f"the API at http{pool['tls'].lower()}://{host}:{pool['port']} did not answer: {reason}: check the API server; "
        "when only the control plane reaches it, set podnet_api_through=control_plane"
    )


__all__ = ["name_variables"]
