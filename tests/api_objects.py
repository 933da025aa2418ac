# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Objects as the Kubernetes API returns them, for tests of all rooms."""

from __future__ import annotations

import re


def node(name, *addresses):
    """A Node object with these internal addresses."""
    return {
        "metadata": {"name": name},
        "status": {
            "addresses": [
                {"type": "Hostname", "address": name},
                {"type": "ExternalIP", "address": "198.51.100.7"},
                *({"type": "InternalIP", "address": address} for address in addresses),
            ]
        },
    }


def pod(name, *addresses, node="node1", phase="Running", labels=None, **more):
    """A Pod object; more: host_network, terminating, config_hash."""
    namespace, short = name.split("/")
    metadata = {"namespace": namespace, "name": short, "uid": f"uid-of-{short}"}
    if labels:
        metadata["labels"] = labels
    if more.get("terminating"):
        metadata["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    if "config_hash" in more:
        metadata["annotations"] = {"kubernetes.io/config.hash": more["config_hash"]}
    spec = {"nodeName": node, **({"hostNetwork": True} if more.get("host_network") else {})}
    status = {"phase": phase, **({"podIPs": [{"ip": address} for address in addresses]} if addresses else {})}
    return {"metadata": metadata, "spec": spec, "status": status}


def service(name, *addresses, ports=("TCP/80",), **spec):
    """A Service object; a port is PROTOCOL/NUMBER, perhaps with :NAME."""
    namespace, short = name.split("/")
    cluster_ips = {"clusterIP": addresses[0], "clusterIPs": list(addresses)} if addresses else {}
    return {
        "metadata": {"namespace": namespace, "name": short},
        "spec": {**cluster_ips, "ports": [_port(text) for text in ports], **spec},
    }


def _port(text):
    protocol, number, name = re.fullmatch(r"(\w+)/(\d+):?(.*)", text).groups()
    return {"protocol": protocol, "port": int(number), **({"name": name} if name else {})}


def endpoint_slice(name, *endpoints, ports=(None,)):
    """An EndpointSlice object of a Service; a port is its name."""
    namespace, short = name.split("/")
    return {
        "metadata": {
            "namespace": namespace,
            "name": f"{short}-x",
            "labels": {"kubernetes.io/service-name": short},
        },
        "endpoints": list(endpoints) or None,
        "ports": [{"port": 8080, **({"name": name} if name else {})} for name in ports],
    }


def behind(address, pod_name=None, node=None, **conditions):
    """An endpoint of an EndpointSlice."""
    data = {"addresses": [address], "conditions": conditions}
    if pod_name:
        namespace, short = pod_name.split("/")
        data["targetRef"] = {"kind": "Pod", "namespace": namespace, "name": short}
    if node:
        data["nodeName"] = node
    return data
