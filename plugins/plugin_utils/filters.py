# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ends of every filter: the class in which Ansible looks for it, and the errors and warnings that Ansible shows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible.utils.display import Display

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import PodnetError


@contextmanager
def filter_errors(name: str = "") -> Iterator[None]:
    """Decorate a filter: an error that a user can mend becomes an error of Ansible.

    Args:
        name: stands before the sentence of the error; for filters whose sentences do not name an option
    """
    try:
        yield
    except PodnetError as error:
        raise AnsibleFilterError(f"{name}: {error}" if name else str(error)) from error


def filter_module(function: Callable[..., Any]) -> type:
    """Make the class FilterModule of a file with a single filter, which has the name of its function."""
    return type("FilterModule", (), {"filters": lambda _self: {function.__name__: function}})


def show_warnings(texts: Iterable[str]) -> None:
    """Show each text as a warning of Ansible. Ansible shows equal texts once in a run."""
    for text in texts:
        Display().warning(text)


__all__ = ["filter_errors", "filter_module", "show_warnings"]
