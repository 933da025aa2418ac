# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sentence for a question that the API of a cluster did not answer. No I/O, no Kubernetes client."""

from __future__ import annotations

import json
from dataclasses import dataclass


@dataclass(frozen=True)
class Question:
    """The objects that a plugin reads from a cluster.

    Attributes:
        kind: of the objects
        server: URL of the API; None: not known
        kubeconfig: path of the kubeconfig; None: the credentials come from elsewhere
    """

    kind: str
    server: str | None = None
    kubeconfig: str | None = None

    def failure(self, reason: str) -> str:
        """Say that the objects could not be read, from which API and why."""
        server = f" from {self.server}" if self.server else ""
        kubeconfig = f" (kubeconfig {self.kubeconfig})" if self.kubeconfig else ""
        return f"k8s: cannot read {self.kind} objects{server}{kubeconfig}: {reason}"


def refusal(status: int | None, reason: str | None, body: str | bytes | None) -> str:
    """Choose the words for an answer with an HTTP error.

    Args:
        status: of the answer
        reason: the words after the status
        body: of the answer; the API sends a Status object with a message
    """
    message = _message(body) or " ".join(str(part) for part in (status, reason) if part) or "no reason is given"
    if status == 401:
        return f"{message}: the API rejects these credentials"
    return message


def no_connection(error: BaseException) -> str:
    """Choose the words for an error of the connection: those of the operating system, if the error has them."""
    found: BaseException | None = error
    while found is not None:
        error, found = found, found.__cause__ or found.__context__
    return str(getattr(error, "strerror", None) or error) or type(error).__name__


def _message(body: str | bytes | None) -> str | None:
    """Read the message of a Status object. None for another body, such as the page of a proxy."""
    try:
        status = json.loads(body or "")
    except ValueError:
        return None
    message = status.get("message") if isinstance(status, dict) else None
    return message if isinstance(message, str) else None


__all__ = ["Question", "no_connection", "refusal"]
