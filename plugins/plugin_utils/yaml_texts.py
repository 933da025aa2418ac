# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""YAML that others wrote: whatever is wrong with a text becomes one sentence, which does not show the text."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import yaml

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError

# PyYAML lets the errors of Python's types pass: the date 2026-13-45, the number 0b_ and the text "!!bool x" raise each
# another one, and a text that nests deeply ends the stack.
_OF_VALUES = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)


@contextmanager
def yaml_errors(name: str, fault: str = "it is no YAML") -> Iterator[None]:
    """Turn what PyYAML raises for a text into an error of ours, with the line as far as it is known.

    Args:
        name: of the text, for the error
        fault: what the error says about the text

    Raises:
        InputError: the text is no YAML, or has a value that cannot be read
    """
    try:
        yield
    except yaml.MarkedYAMLError as error:
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise InputError(f"{name}{line}: {fault}: {error.problem or 'it cannot be read'}") from None
    except yaml.YAMLError as error:
        raise InputError(f"{name}: {fault}: {' '.join(str(error).split())}") from None
    except _OF_VALUES as error:
        raise InputError(f"{name}: {fault}: a value in it cannot be read ({type(error).__name__})") from None


def parse_yaml(text: str, name: str) -> Any:
    """Parse a text with one document. Raises InputError for another text."""
    with yaml_errors(name):
        return yaml.safe_load(text)


def parse_yaml_or_none(text: str) -> Any:
    """Parse a text with one document, for a reader that can do without it. None for another text."""
    try:
        return parse_yaml(text, "the text")
    except InputError:
        return None


__all__ = ["parse_yaml", "parse_yaml_or_none", "yaml_errors"]
