# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Texts as messages and reports show them. No I/O, no Ansible."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def show(text: str) -> str:
    """Put quotes around a text that is empty or has spaces or control characters, so that a reader sees them."""
    return text if text and text.isprintable() and " " not in text else repr(text)


def printable(text: str) -> str:
    """Put a question mark in the place of each character that a terminal or an XML file would not show as it is."""
    return "".join(character if character.isprintable() else "?" for character in text)


def nearest(text: str, candidates: Iterable[str]) -> str:
    """Return up to five candidates with commas between them, the most similar to the text first.

    Without candidates the answer is "none".
    """
    return ", ".join(difflib.get_close_matches(text, sorted(set(candidates)), n=5, cutoff=0)) or "none"


__all__ = ["nearest", "printable", "show"]
