# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests to the API of a cluster from the controller: they leave no keys there, and each error is one sentence."""

from __future__ import annotations

import binascii
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from ansible import constants

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import ClusterError, InputError
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.api_errors import (
    Question,
    is_anonymous,
    is_cut,
    is_late,
    refusal,
)

# Here, and not where they are used: Ansible imports an action, and forks a process for each task after it. So one
# import serves all tasks of a run. It takes longer than the requests of a task.
try:
    from ansible_collections.kubernetes.core.plugins.module_utils.k8s.client import get_api_client
    from ansible_collections.kubernetes.core.plugins.module_utils.k8s.exceptions import CoreException
    from kubernetes.client import ApiException, Configuration, VersionApi
    from kubernetes.client.rest import should_bypass_proxies
    from kubernetes.config import ConfigException
    from kubernetes.dynamic.exceptions import ResourceNotFoundError
    from urllib3.exceptions import HTTPError
    from yaml import YAMLError
except ImportError as error:
    MISSING: ImportError | None = error
else:
    MISSING = None

T = TypeVar("T")
# How long a request is sent again, in seconds: an election of etcd and an API that was just started take a few.
PATIENCE = 10.0
PAUSE = 0.5  # seconds between two requests


class LateError(ClusterError):
    """The cluster has no time now, or cut the connection: the same request may succeed a little later."""


@contextmanager
def private_keys() -> Iterator[None]:
    """Have the Kubernetes client write the keys of a kubeconfig to Ansible's directory, which Ansible empties."""
    others = tempfile.tempdir
    # The client also caches the list of APIs there. Without this, it could read the cache of another cluster.
    tempfile.tempdir = constants.DEFAULT_LOCAL_TMP
    try:
        yield
    finally:
        tempfile.tempdir = others


def check_client() -> None:
    """Say that the controller lacks the Kubernetes client, if it does. Raises InputError."""
    if MISSING:
        raise InputError(f"k8s: {MISSING}: install the Python package kubernetes on the controller")


def find_resource(one: Mapping[str, Any], kubeconfig: str) -> Any:
    """Find the client's resource by which it handles objects of this one's kind."""
    return get_api_client(kubeconfig=kubeconfig).resource(one["kind"], one["apiVersion"])


def send(request: Callable[[], T], options: Mapping[str, Any], verb: str = "read", patience: float = PATIENCE) -> T:
    """Send a request with the Kubernetes client, again while the cluster is late, and make one sentence of its errors.

    Args:
        request: sends it; it may be sent twice, as a question, server-side apply and a deletion may
        options: those of the plugin that asks; kind and api_version of the objects, and the access to the API
        verb: what the request does with the objects
        patience: for how many seconds to begin anew

    Raises:
        ClusterError: the cluster refuses or does not answer
        InputError: the kubeconfig is missing or wrong, or a package is missing on the controller
    """
    check_client()
    end = time.monotonic() + patience
    while True:
        try:
            return _send_once(request, options, verb)
        except LateError:
            if time.monotonic() >= end:
                raise
        time.sleep(PAUSE)


def _send_once(request: Callable[[], T], options: Mapping[str, Any], verb: str) -> T:
    """Send a request. Raises as send() does, and LateError when the same request may succeed a little later."""
    kind, kubeconfig = str(options.get("kind")), _kubeconfig(options)
    question = Question(kind, kubeconfig=kubeconfig, verb=verb)
    try:
        return request()
    except (CoreException, ConfigException, YAMLError, binascii.Error) as error:
        raise InputError(question.failure(_fault(error, kubeconfig))) from None
    except ResourceNotFoundError:
        kind_of_error, reason = ClusterError, f"the API has no {kind} in {options.get('api_version', 'v1')}"
    except ApiException as error:
        named = not is_anonymous(error.body)
        late = is_late(error.status, error.body) or (named and knows_no_rights(error.status, options))
        kind_of_error = LateError if late else ClusterError
        reason = refusal(error.status, error.reason, error.body)
    except ValueError as error:
        # http.client shows the whole header, which is the token.
        if "header value" not in str(error):
            raise
        reason = "the token of the kubeconfig has a line end: write its file without one"
        raise InputError(question.failure(reason)) from None
    except (HTTPError, OSError) as error:
        if isinstance(error, OSError) and error.filename:
            reason = f"{error.filename}: {error.strerror}: the kubeconfig names this file"
            raise InputError(question.failure(reason)) from None
        server, proxy = _way(options)
        kind_of_error = LateError if is_cut(error) else ClusterError
        raise kind_of_error(replace(question, server=server, proxy=proxy).unanswered(error)) from None
    raise kind_of_error(replace(question, server=_way(options)[0]).failure(reason))


def knows_no_rights(status: int | None, options: Mapping[str, Any]) -> bool:
    """Say whether the API forbids something because it has just started, and has not read its roles yet.

    It then refuses even its version. All users may read that by the roles system:discovery and
    system:public-info-viewer, which Kubernetes restores at each start of the API (its reference of RBAC).

    Args:
        status: HTTP's, of the answer
        options: the access to the API
    """
    if status != 403:
        return False
    try:
        VersionApi(get_api_client(**options).client.client).get_code()
    except ApiException as error:
        return bool(error.status == 403)
    except (CoreException, HTTPError, OSError):
        pass
    return False


def _way(options: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """The URL of the API, and that of the proxy before it, of the request that was sent last."""
    # The client keeps the settings of the kubeconfig that it loaded last; before that, it has a server of its own.
    settings = Configuration.get_default_copy()
    server = options.get("host") or settings.host
    proxy = options.get("proxy") or os.environ.get("K8S_AUTH_PROXY") or settings.proxy
    passed_by = proxy and should_bypass_proxies(server, no_proxy=settings.no_proxy or "")
    return None if server == Configuration().host else server, None if passed_by else proxy or None


def _kubeconfig(options: Mapping[str, Any]) -> str | None:
    """The path of the kubeconfig. None when the option is a dict, or when the credentials come from other options."""
    value = options.get("kubeconfig") or os.environ.get("K8S_AUTH_KUBECONFIG")
    if value is None and not options.get("host"):
        value = os.environ.get("KUBECONFIG", "~/.kube/config")
    return str(Path(value).expanduser()) if isinstance(value, str) else None


def _fault(error: Exception, kubeconfig: str | None) -> str:
    """Say why the client cannot use a kubeconfig."""
    if kubeconfig is not None and os.pathsep not in kubeconfig and not Path(kubeconfig).exists():
        return "the kubeconfig does not exist: give the path of a kubeconfig on the controller"
    return f"the kubeconfig is wrong: {' '.join(str(error).split())}"
