# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action api_access: it opens the way from the controller to the API of a cluster, or says why there is none."""

from __future__ import annotations

import base64
import binascii
import contextlib
import os
import secrets
import socket
import time
from pathlib import Path
from typing import Any
from urllib.request import getproxies

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import (
    ClusterError,
    InputError,
    PodnetError,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.kubeconfig import (
    Api,
    ca_of,
    is_not_proxied,
    is_own,
    read_api,
    read_proxy,
    through,
    with_absolute_paths,
    without_proxy,
)
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.api_errors import (
    FORWARDED,
    UNREACHED,
    no_connection,
    without_password,
)
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.api_requests import check_client
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.kubeconfigs import dump, parse, write
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.ssh_forward import (
    LOOPBACK,
    Server,
    Target,
    open_forward,
)

ARGUMENTS = {
    "kubeconfig": {"type": "path", "required": True},
    "through": {"type": "str", "choices": ["controller", "control_plane"], "default": "controller"},
    "directory": {"type": "path", "required": True},
}
# Seconds for each connection, and the pauses between connections that are refused: a restart of the API is short.
CONNECT = 5.0
PAUSES = (0.5, 1.0)


def proxy_of(api: Api) -> str | None:
    """The URL of the proxy on the way to an API: that of the kubeconfig, else of the environment; none for NO_PROXY."""
    proxies = getproxies()
    passed_by = is_not_proxied(api, proxies.get("no", ""))
    return None if passed_by else api.proxy or proxies.get(api.scheme) or proxies.get("all")


def reach(api: Api, kubeconfig: str) -> str:
    """Connect to the API, or to the proxy before it, and return the sentence about the way.

    Raises:
        ClusterError: nothing answers
        InputError: the proxy is no URL
    """
    proxy = proxy_of(api)
    end = read_proxy(proxy) if proxy else (api.host, api.port)
    if end is None:
        raise InputError(
            f"the proxy {without_password(str(proxy))} is no URL: give one with a scheme, a host and a port, as "
            "proxy-url of the kubeconfig or as HTTPS_PROXY"
        )
    way = f" through the proxy {without_password(proxy)}" if proxy else ""
    try:
        connect(*end)
    except (OSError, UnicodeError) as error:  # a name may have a part that no name of the DNS has
        remedy = "check the proxy, or change proxy-url, HTTPS_PROXY and NO_PROXY" if proxy else UNREACHED
        raise ClusterError(
            f"no connection to the API at {api.url}{way} (kubeconfig {kubeconfig}): {no_connection(error)}: {remedy}"
        ) from None
    return f"The controller asks the API at {api.url}{way} (kubeconfig {kubeconfig})."


def connect(host: str, port: int) -> None:
    """Open and close a connection. Tries again when it is refused. Raises OSError."""
    for pause in (*PAUSES, None):
        try:
            socket.create_connection((host, port), CONNECT).close()
        except ConnectionRefusedError:
            if pause is None:
                raise
            time.sleep(pause)
        else:
            return


def read(path: Path) -> Any:
    """Read a kubeconfig. Raises InputError."""
    try:
        return parse(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise InputError(f"kubeconfig {path}: {reason}: give the path of a kubeconfig on the controller") from None


def ca_text(config: Any, path: Path) -> str | None:
    """Read the certificate authority of a kubeconfig in PEM. None when there is none, or when it cannot be read."""
    value = ca_of(config, str(path))
    with contextlib.suppress(OSError, binascii.Error, UnicodeDecodeError):
        if value.startswith("LS0t"):  # the beginning of PEM in Base64
            return base64.b64decode(value).decode()
        return (path.parent / value).read_text(encoding="utf-8") if value else None
    return None


class ActionModule(ActionBase):
    """The action, as Ansible finds it."""

    TRANSFERS_FILES = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Open the way, and say which one it is."""
        super().run(tmp, task_vars)
        _result, params = self.validate_argument_spec(argument_spec=ARGUMENTS)
        path = Path(params["kubeconfig"])
        if self._task.check_mode and not path.exists():
            message = f"There is no cluster to ask yet (kubeconfig {path})."
            return {"changed": False, "kubeconfig": str(path), "msg": message}
        try:
            check_client()
            kubeconfig, message = self._open(path, params["through"], Path(params["directory"]), task_vars or {})
        except PodnetError as error:
            # The kubeconfig may be that of a cluster that is gone, before the run that would make another.
            if self._task.check_mode and isinstance(error, ClusterError):
                message = f"There is no cluster to ask yet: {error}."
                return {"changed": False, "kubeconfig": str(path), "msg": message}
            raise AnsibleActionFail(str(error)) from error
        return {"changed": False, "kubeconfig": kubeconfig, "msg": message}

    def _open(self, path: Path, way: str, directory: Path, task_vars: dict[str, Any]) -> tuple[str, str]:
        """Return the kubeconfig to use, and the sentence about the way. Raises PodnetError."""
        if os.pathsep in str(path):  # a list of files, which the client merges
            if way == "control_plane":
                raise InputError(f"podnet_api_through is control_plane, and kubeconfig {path} is a list: give one file")
            return str(path), f"The controller asks the API (kubeconfig {path})."
        config = read(path)
        api = read_api(config, str(path))
        if way == "controller" or getattr(self._connection, "transport", None) == "local":
            return str(path), reach(api, str(path))
        host = str(self._task.delegate_to or task_vars.get("inventory_hostname"))
        # A run may open several ways, and each of them removes its file when it ends.
        copy = directory / f"{os.getppid()}.{secrets.token_hex(4)}.{FORWARDED}"
        # The API of a control plane also listens on its loopback address.
        targets = [Target(api.host, api.port)] + ([] if is_own(api.host) else [Target(LOOPBACK, api.port)])
        server = Server(api.scheme == "https", api.tls_server_name, ca_text(config, path))
        port = open_forward(self._connection, host, targets, server, copy)
        forwarded = without_proxy(through(config, str(path), LOOPBACK, port), str(path))
        write(copy, dump(with_absolute_paths(forwarded, str(path.absolute().parent))))
        return str(copy), f"{host} asks the API at {api.url} for the controller, by SSH (kubeconfig {path})."
