# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The shapes of what a diagnosis judges. Another version or a stranger may have written it. No I/O, no Ansible."""

from __future__ import annotations

import ipaddress
from functools import lru_cache
from typing import Any, Callable

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.shapes import (
    ANYTHING,
    FLAG,
    NUMBER,
    TEXT,
    WHOLE,
    Leaf,
)


@lru_cache(maxsize=100_000)
def is_network(text: str) -> bool:
    """Whether a text is an address, or a network, perhaps with host bits set."""
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return True


def is_address(text: str) -> bool:
    """Whether a text is an address."""
    return "/" not in text and is_network(text)


def plain_address(text: str) -> str:
    """Write an address as programs do: IPv6 in small letters and short."""
    return str(ipaddress.ip_address(text))


@lru_cache(maxsize=100_000)
def _is_route(text: str) -> bool:
    return all(map(is_network, text.split(" ")))


@lru_cache(maxsize=100_000)
def _is_pair(text: str) -> bool:
    return text.count(" ") == 1


def _kind(words: str, fits: Callable[[str], bool]) -> Leaf:
    return Leaf(words, lambda value: isinstance(value, str) and fits(value), fits)


_NETWORK = _kind("an address or a network", is_network)
_ROUTE = _kind("a network, perhaps with a gateway", _is_route)
_PAIR = _kind("two words", _is_pair)

CONFIGURATION = {
    "file": TEXT,
    "name": TEXT,
    "plugins": [
        {"type": TEXT, "bridge?": TEXT, "delegate?": TEXT, "mtu?": WHOLE, "ipam?": TEXT, "subnets?": [_NETWORK]},
    ],
}
CERTIFICATE = {
    "path": TEXT,
    "part?": TEXT,
    "subject?": TEXT,
    "issuer?": TEXT,
    "not_before": NUMBER,
    "not_after": NUMBER,
    "public_key": TEXT,
    "subject_key?": TEXT,
    "authority_key?": TEXT,
}
_LINK = {
    "name": TEXT,
    "kind?": TEXT,
    "mac?": TEXT,
    "mtu?": WHOLE,
    "up?": FLAG,
    "addresses?": [_NETWORK],
    "vxlan?": {"link?": TEXT, "local?": _NETWORK, "port?": WHOLE},
}
_CHAIN = {
    "family": TEXT,
    "table": TEXT,
    "chain": TEXT,
    "hook?": TEXT,
    "policy?": TEXT,
    "rules?": [[{"*?": ANYTHING}]],
}

# The dict pod_network_info. A configuration or a certificate that could not be read has an error in place of the rest.
NODE = {
    "host": TEXT,
    "clock?": NUMBER,
    "clock_offset?": NUMBER,
    "unread?": {"*": TEXT},
    "units?": {"*?": {"*": TEXT}},
    "logs?": {"*?": [TEXT]},
    "last_words?": {"*": TEXT},
    "pulls?": [{"image": TEXT, "sandbox?": FLAG, "error": TEXT, "age?": NUMBER}],
    "links?": [_LINK],
    "veths?": [{"master": TEXT, "mtu": WHOLE, "count": WHOLE}],
    "routes?": [{"table": TEXT, "device": TEXT, "type": TEXT, "protocol": TEXT, "routes": [_ROUTE]}],
    "routing_rules?": [{"*?": ANYTHING}],
    "overlay?": {"*?": {"neighbours?": [_PAIR], "forwarding?": [_PAIR], "leaves_checksums?": FLAG}},
    "packet_filter?": {
        "iptables?": {"lines": [TEXT], "left_out?": {"*": WHOLE}, "cut?": FLAG},
        "nftables?": [_CHAIN],
    },
    "cni?": {
        "configurations?": [{"file": TEXT, "error?": TEXT}],
        "directory?": TEXT,
        "places?": [TEXT],
        "programs?": {"*?": [TEXT]},
        "allocated?": {"*": WHOLE},
        "systemd_cgroup?": FLAG,
    },
    "kubelet?": {"flags?": {"*": TEXT}, "settings?": {"*?": ANYTHING}},
    "sysctls?": {"*?": {"value?": TEXT, "files?": [{"file": TEXT, "line": WHOLE, "value": TEXT}]}},
    "swap?": [TEXT],
    "disks?": [
        {
            "places": [TEXT],
            "bytes": WHOLE,
            "bytes_free": WHOLE,
            "files": WHOLE,
            "files_free": WHOLE,
            "read_only": FLAG,
        }
    ],
    "certificates?": [{"error?": TEXT}],
    "identity?": {"machine_id?": TEXT, "product_uuid?": TEXT, "boot_id?": TEXT, "container?": FLAG},
    "subnet_env?": {"*": TEXT},
    "resolver?": {"*": [TEXT]},
    "server?": TEXT,
    "advertised?": TEXT,
    "knocks?": {"*": TEXT},
    "counters?": {"*": WHOLE},
}

_METADATA = {"name": TEXT, "namespace?": TEXT, "labels?": {"*": TEXT}, "annotations?": {"*": TEXT}}
_CONDITIONS = [{"type": TEXT, "status?": TEXT, "reason?": TEXT, "message?": TEXT}]
_STATE = {
    "waiting?": {"reason?": TEXT, "message?": TEXT},
    "terminated?": {"exitCode?": WHOLE, "message?": TEXT, "reason?": TEXT},
}
_CONTAINERS = [{"name": TEXT, "image?": TEXT, "restartCount?": WHOLE, "state?": _STATE, "lastState?": _STATE}]
_NODE_OBJECT = {
    "metadata": _METADATA,
    "spec?": {"podCIDR?": _NETWORK, "podCIDRs?": [_NETWORK], "taints?": [{"key": TEXT}]},
    "status?": {
        "addresses?": [{"type": TEXT, "address": TEXT}],
        "conditions?": _CONDITIONS,
        "nodeInfo?": {"kubeletVersion?": TEXT, "containerRuntimeVersion?": TEXT},
    },
}
_POD = {
    "metadata": _METADATA,
    "spec?": {"nodeName?": TEXT},
    "status?": {
        "phase?": TEXT,
        "conditions?": _CONDITIONS,
        "initContainerStatuses?": _CONTAINERS,
        "containerStatuses?": _CONTAINERS,
    },
}
_WEBHOOKS = {
    "kind?": TEXT,
    "metadata": _METADATA,
    "webhooks?": [
        {
            "name?": TEXT,
            "clientConfig?": {"service?": {"namespace": TEXT, "name": TEXT}},
            "failurePolicy?": TEXT,
            "rules?": [{"apiGroups?": [TEXT], "resources?": [TEXT]}],
        }
    ],
}

# Lists of objects of the cluster, as the API returns them.
OBJECTS: dict[str, list[Any]] = {
    "nodes": [_NODE_OBJECT],
    "config_maps?": [{"metadata": _METADATA, "data?": {"*": TEXT}}],
    "endpoint_slices?": [
        {"metadata": _METADATA, "endpoints?": [{"addresses?": [TEXT], "conditions?": {"ready?": FLAG}}]}
    ],
    "pods?": [_POD],
    "network_policies?": [{"metadata": _METADATA}],
    "namespaces?": [{"metadata": _METADATA}],
    "webhooks?": [_WEBHOOKS],
}

ALLOCATION = {"allocation": {"*": [_NETWORK]}}

# The parts of report.json that a diagnosis reads.
REPORT = {
    "endpoints": [
        {
            "name": TEXT,
            "kind": TEXT,
            "node?": TEXT,
            "via?": TEXT,
            "addresses?": [TEXT],
            "backend_nodes?": [TEXT],
            "overlay_nodes?": [TEXT],
        }
    ],
    "cells": [{"source": TEXT, "target": TEXT, "check": TEXT, "family": TEXT, "verdict": TEXT, "translated?": FLAG}],
    "missing_nodes?": [{"name": TEXT, "reason": TEXT}],
}

__all__ = [
    "ALLOCATION",
    "CERTIFICATE",
    "CONFIGURATION",
    "NODE",
    "OBJECTS",
    "REPORT",
    "is_address",
    "is_network",
    "plain_address",
]
