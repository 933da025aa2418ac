# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sentence for a question that the API of a cluster did not answer. No I/O, no Kubernetes client."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from urllib.parse import urlsplit

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.foreign_data import parse_json
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.refusals import passes_soon

# The name of the kubeconfig that the action api_access writes. Its server is a forwarded port of the controller.
FORWARDED = "forwarded.conf"

# What a user can do when the controller does not reach the API.
UNREACHED = (
    "the controller does not reach the API: set podnet_api_through=control_plane, or give a kubeconfig whose server or "
    "proxy-url the controller reaches"
)
_REMEDIES = {
    "direct": UNREACHED,
    "proxy": "the API is asked through a proxy: change proxy-url in the kubeconfig, or HTTPS_PROXY and NO_PROXY",
    "forwarded": "the API does not answer through the control plane (podnet_api_through): check the API there",
}
# The Kubernetes client sends the request without credentials when the program fails.
_NO_CREDENTIALS = "where the kubeconfig gets them from a program (exec), run that program by hand to see why it fails"
_ANONYMOUS = '"system:anonymous"'
# HTTP: too many requests, unavailable, and a timeout behind the server that answers.
_LATE = (429, 503, 504)


@dataclass(frozen=True)
class Question:
    """A request that a plugin sends to a cluster.

    Attributes:
        kind: of the objects
        server: URL of the API; None: not known
        kubeconfig: path of the kubeconfig; None: the credentials come from elsewhere
        proxy: URL of the proxy on the way to the API
        verb: what the plugin does with the objects
    """

    kind: str
    server: str | None = None
    kubeconfig: str | None = None
    proxy: str | None = None
    verb: str = "read"

    def failure(self, reason: str) -> str:
        """Say what could not be done with the objects, at which API and why."""
        server = f" from {self.server}" if self.server else ""
        proxy = f" through the proxy {without_password(self.proxy)}" if self.proxy else ""
        kubeconfig = f" (kubeconfig {self.kubeconfig})" if self.kubeconfig else ""
        return f"k8s: cannot {self.verb} {self.kind} objects{server}{proxy}{kubeconfig}: {reason}"

    def unanswered(self, error: BaseException) -> str:
        """Say that the connection failed, why, and what to set."""
        root = _root(error)
        if isinstance(root, ssl.SSLError):
            remedy = _tls_remedy(root)
        elif self.proxy:
            remedy = _REMEDIES["proxy"]
        else:
            forwarded = str(self.kubeconfig).endswith(FORWARDED)
            remedy = _REMEDIES["forwarded" if forwarded else "direct"]
        return self.failure(f"{no_connection(error)}: {remedy}")


def refusal(status: int | None, reason: str | None, body: str | bytes | None) -> str:
    """Choose the words for an answer with an HTTP error.

    Args:
        status: of the answer
        reason: the words after the status
        body: of the answer; the API sends a Status object with a message
    """
    message = _message(body) or " ".join(str(part) for part in (status, reason) if part) or "no reason is given"
    if status == 401:
        return f"{message}: the API rejects these credentials, or got none: {_NO_CREDENTIALS}"
    return f"{message}: the request had no credentials: {_NO_CREDENTIALS}" if is_anonymous(body) else message


def is_anonymous(body: str | bytes | None) -> bool:
    """Say whether the API took the request for one without credentials."""
    return _ANONYMOUS in (_message(body) or "")


def is_late(status: int | None, body: str | bytes | None) -> bool:
    """Say whether the API may answer the same request a little later: it, or etcd behind it, has no time now."""
    return status in _LATE or (status == 500 and passes_soon(_message(body) or ""))


def is_cut(error: BaseException) -> bool:
    """Say whether the server cut the connection before it answered. A server that refuses one may not run at all."""
    return isinstance(_root(error), (ConnectionResetError, ConnectionAbortedError, BrokenPipeError, ssl.SSLEOFError))


def no_connection(error: BaseException) -> str:
    """Choose the words for an error of the connection: those of the operating system, if the error has them."""
    root = _root(error)
    if isinstance(root, ssl.SSLCertVerificationError):
        return f"the certificate is refused: {root.verify_message.rstrip('.')}"
    return str(getattr(root, "strerror", None) or root) or type(root).__name__


def without_password(url: str) -> str:
    """Leave the user and the password out of a URL, because a message may be kept in a log."""
    return url.replace(f"{urlsplit(url).netloc.rpartition('@')[0]}@", "", 1) if "@" in url else url


def _root(error: BaseException) -> BaseException:
    """Find the first of the errors that led to this one."""
    found: BaseException | None = error
    while found is not None:
        error, found = found, found.__cause__ or found.__context__
    return error


def _tls_remedy(error: ssl.SSLError) -> str:
    """Say what to do about a certificate that is not for this server, or not from this cluster."""
    text = str(error)
    if "match" in text:
        return "set tls-server-name in the kubeconfig to a name in the certificate"
    if "CERTIFICATE_VERIFY_FAILED" in text:
        return "another cluster or a proxy answers there, or the kubeconfig is old: fetch it again"
    return "check the server in the kubeconfig, and that the way there changes nothing"


def _message(body: str | bytes | None) -> str | None:
    """Read the message of a Status object. None for another body, such as the page of a proxy."""
    try:
        status = parse_json(body or "")
    except InputError:
        return None
    message = status.get("message") if isinstance(status, dict) else None
    return message if isinstance(message, str) else None


__all__ = [
    "FORWARDED",
    "UNREACHED",
    "Question",
    "is_anonymous",
    "is_cut",
    "is_late",
    "no_connection",
    "refusal",
    "without_password",
]
