# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""kubeconfigs: the API that one leads to, the same API by another way, and the file that a run may replace. No I/O."""

from __future__ import annotations

import hashlib
import ipaddress
import json
import posixpath
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.foreign_data import parse_json

_PORTS = {"https": 443, "http": 80}
_FILES = ("certificate-authority", "client-certificate", "client-key", "tokenFile")
_CREDENTIALS = ("client-certificate-data", "client-key-data", "token", "username", "password")
_SOCKS_PORT = 1080


@dataclass(frozen=True)
class Api:
    """The API of the current context of a kubeconfig.

    Attributes:
        url: its server, as the kubeconfig writes it
        scheme: V(https) or V(http)
        host: name or address of the server, an IPv6 address without brackets
        port: of the server
        tls_server_name: the name that its certificate must have
        proxy: URL of the proxy on the way; None: the environment decides
    """

    url: str
    scheme: str
    host: str
    port: int
    tls_server_name: str
    proxy: str | None = None


@dataclass(frozen=True)
class KeptMark:
    """What a run remembers of the kubeconfig that it wrote.

    Attributes:
        written: digest of the file
        certificates: digest of the certificates and credentials that the cluster gave
    """

    written: str
    certificates: str


@dataclass(frozen=True)
class Choice:
    """What becomes of the kubeconfig on the controller.

    Attributes:
        write: whether the run replaces it
        reason: in words for the user
        keep_old: whether the file that is there is kept under another name
    """

    write: bool
    reason: str
    keep_old: bool = False


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def read_api(config: Any, name: str) -> Api:
    """Find the API of the current context.

    Args:
        config: the content of a kubeconfig
        name: its path, for errors

    Raises:
        InputError: the kubeconfig has no such context, cluster or server
    """
    url = _cluster(config, name).get("server")
    try:
        parts = urlsplit(url if isinstance(url, str) else "")
        port = parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        port = None
    if not port or not parts.hostname or parts.scheme not in _PORTS:
        raise InputError(
            f"kubeconfig {name}: the server is {url!r}: give the URL of the API, like https://10.0.0.1:6443"
        )
    server_name = _cluster(config, name).get("tls-server-name") or parts.hostname
    proxy = _cluster(config, name).get("proxy-url")
    return Api(str(url), parts.scheme, parts.hostname, port, str(server_name), proxy or None)


def read_proxy(url: str) -> tuple[str, int] | None:
    """Return the host and the port of a proxy. None when the text is no URL with a host."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    return (parts.hostname, port or _PORTS.get(parts.scheme, _SOCKS_PORT)) if parts.hostname else None


def through(config: Any, name: str, host: str, port: int) -> dict[str, Any]:
    """Return a kubeconfig that reaches the same API at another address, without a proxy.

    Args:
        config: the content of a kubeconfig
        name: its path, for errors
        host: the address to connect to
        port: the port there

    Raises:
        InputError: the kubeconfig is wrong
    """
    api = read_api(config, name)
    shown = f"[{host}]" if ":" in host else host
    # The path stays: an API behind Rancher has one.
    url = f"{api.scheme}://{shown}:{port}{urlsplit(api.url).path}"
    cluster = {**_cluster(config, name), "server": url}
    if api.scheme == "https" and not cluster.get("insecure-skip-tls-verify"):
        cluster["tls-server-name"] = api.tls_server_name
    return _with_cluster(config, name, cluster)


def without_proxy(config: Any, name: str) -> dict[str, Any]:
    """Return a kubeconfig that asks no proxy. An empty URL also overrides the environment. Raises InputError."""
    return _with_cluster(config, name, {**_cluster(config, name), "proxy-url": ""})


def from_afar(config: Any, name: str, address: str) -> dict[str, Any] | None:
    """Return a kubeconfig of a control plane for another machine. None: it can be used there as it is.

    k3s, RKE2, MicroK8s and k0s write the server as a loopback address.

    Args:
        config: the content of a kubeconfig
        name: its path, for errors
        address: the address of the control plane

    Raises:
        InputError: the kubeconfig is wrong
    """
    api = read_api(config, name)
    if not is_own(api.host) or is_own(address):
        return None
    own = _address(api.host)
    if own is not None and own.is_unspecified:  # no certificate has it
        config = _with_cluster(config, name, {"tls-server-name": "127.0.0.1", **_cluster(config, name)})
    return through(config, name, address, api.port)


def with_absolute_paths(config: Mapping[str, Any], directory: str) -> dict[str, Any]:
    """Return a kubeconfig that may stand in another directory: its relative paths begin where the old one stands."""

    def absolute(fields: Any) -> Any:
        if not isinstance(fields, Mapping):
            return fields
        texts = {name: fields[name] for name in _FILES if fields.get(name) and isinstance(fields[name], str)}
        found = {**fields, **{name: posixpath.join(directory, text) for name, text in texts.items()}}
        program = fields.get("exec")
        if isinstance(program, Mapping) and "/" in str(program.get("command")):  # others are found by PATH
            found["exec"] = {**program, "command": posixpath.join(directory, str(program["command"]))}
        return found

    def entries(kinds: str, kind: str) -> Any:
        found = config.get(kinds)
        return [{**one, kind: absolute(one.get(kind))} for one in found if isinstance(one, Mapping)] if found else found

    return {**config, "clusters": entries("clusters", "cluster"), "users": entries("users", "user")}


def is_own(host: str) -> bool:
    """Whether a host means the machine itself."""
    address = _address(host)
    if address is None:
        return host.lower() == "localhost" or host.lower().endswith(".localhost")
    return address.is_loopback or address.is_unspecified


def is_not_proxied(api: Api, hosts: str) -> bool:
    """Whether NO_PROXY has the host, its domain or its network. The Kubernetes client has the same rule."""
    address = _address(api.host)
    for entry in filter(None, (one.strip().lower() for one in hosts.split(","))):
        name, network = entry.lstrip("."), _network(entry)
        if entry == "*" or name in (api.host, f"{api.host}:{api.port}") or api.host.endswith(f".{name}"):
            return True
        if address is not None and network is not None and address in network:
            return True
    return False


def ca_of(config: Any, name: str) -> str:
    """Return the certificate authority of the cluster, as the kubeconfig has it. Raises InputError."""
    cluster = _cluster(config, name)
    return str(cluster.get("certificate-authority-data") or cluster.get("certificate-authority") or "")


def certificates_of(config: Any, name: str) -> str:
    """Return a digest of the CA and of the credentials of the current context. Raises InputError."""
    user = _entry(config, "users", "user", _context(config, name).get("user"), name)
    return digest(json.dumps([ca_of(config, name), *(user.get(field) for field in _CREDENTIALS)]))


def read_mark(text: str | None) -> KeptMark | None:
    """Read what an earlier run remembers. None when there is nothing to be read."""
    try:
        fields = parse_json(text or "")
    except InputError:
        return None
    if not isinstance(fields, Mapping):
        return None
    written, certificates = fields.get("written"), fields.get("certificates")
    return KeptMark(written, certificates) if isinstance(written, str) and isinstance(certificates, str) else None


def choose(existing: str | None, fetched: str, mark: KeptMark | None, certificates: str, same_ca: bool) -> Choice:
    """Decide about the kubeconfig on the controller.

    Args:
        existing: the file that is there
        fetched: what the cluster gave
        mark: what an earlier run remembers; None: nothing
        certificates: digest of the certificates and credentials that the cluster gave
        same_ca: whether both have the same certificate authority
    """
    if existing is None:
        return Choice(True, "is new")
    if existing == fetched:
        return Choice(False, "is unchanged")
    if mark is not None and mark.written == digest(existing):
        return Choice(True, "follows the cluster, where it changed")
    if not same_ca:
        return Choice(True, "is replaced, because it is for another cluster or for an earlier one", keep_old=True)
    if mark is not None and mark.certificates != certificates:
        return Choice(True, "is replaced, because the cluster has new certificates", keep_old=True)
    return Choice(False, "is kept, because somebody changed it; delete it to have the cluster's again")


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def _entry(config: Any, kinds: str, kind: str, name: Any, path: str) -> Mapping[str, Any]:
    """Return the fields of the named cluster, user or context. Raises InputError when there is none."""
    if name is None:
        missing = "current-context" if kind == "context" else kind
        raise InputError(f"kubeconfig {path}: it names no {missing}: give a whole kubeconfig with a current-context")
    entries = config.get(kinds) if isinstance(config, Mapping) else None
    for one in entries if isinstance(entries, Sequence) and not isinstance(entries, str) else ():
        if isinstance(one, Mapping) and one.get("name") == name and isinstance(one.get(kind), Mapping):
            fields: Mapping[str, Any] = one[kind]
            return fields
    raise InputError(f"kubeconfig {path}: it has no {kind} {name!r}: give a whole kubeconfig with a current-context")


def _context(config: Any, path: str) -> Mapping[str, Any]:
    current = config.get("current-context") if isinstance(config, Mapping) else None
    return _entry(config, "contexts", "context", current, path)


def _cluster(config: Any, path: str) -> Mapping[str, Any]:
    return _entry(config, "clusters", "cluster", _context(config, path).get("cluster"), path)


def _with_cluster(config: Any, path: str, cluster: Mapping[str, Any]) -> dict[str, Any]:
    name = _context(config, path).get("cluster")
    others = [one for one in config["clusters"] if isinstance(one, Mapping) and one.get("name") != name]
    return {**config, "clusters": [{"name": name, "cluster": dict(cluster)}, *others]}


__all__ = [
    "Api",
    "Choice",
    "KeptMark",
    "ca_of",
    "certificates_of",
    "choose",
    "digest",
    "from_afar",
    "is_not_proxied",
    "is_own",
    "read_api",
    "read_mark",
    "read_proxy",
    "through",
    "with_absolute_paths",
    "without_proxy",
]
