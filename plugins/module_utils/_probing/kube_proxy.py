# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Wait until kube-proxy has put all changes of Services into the rules of this node.

A Service with ready endpoints is not yet one that each node knows. And whenever endpoints of UDP change, kube-proxy
deletes the entries of connection tracking that it takes for stale, among them those to node ports of other nodes
(CleanStaleEntries in pkg/proxy/conntrack). The answer of a probe that is under way is then lost.
"""

from __future__ import annotations

import http.client
import re
import time
from collections.abc import Callable

# KubeProxyConfiguration (kubeproxy.config.k8s.io/v1alpha1): the default of metricsBindAddress.
_METRICS = ("127.0.0.1", 10249)
_ANSWERS = 2.0  # seconds
_LARGEST = 16 << 20  # bytes; kube-proxy of a cluster with thousands of Services writes less
_MOMENT = re.compile(
    r"^kubeproxy_sync_proxy_rules_last_(?P<queued>queued_)?timestamp_seconds"
    r'\{ip_family="(?P<family>\w+)"\} (?P<moment>[0-9]+(\.[0-9]+)?(e[+-]?[0-9]+)?)$',
    re.MULTILINE,
)
# kube-proxy notes the time when it has written its rules, and then looks through connection tracking.
_CLEANS = 0.5  # seconds
_LOOKS = 0.05  # seconds between two questions


def wait_for_rules(patience: float = 5.0, read: Callable[[], str] | None = None) -> bool:
    """Wait until kube-proxy has nothing left to do, but not longer than C(patience) seconds.

    Args:
        patience: seconds
        read: returns the metrics of kube-proxy, or raises OSError; those of this node by default

    Returns:
        Whether it has nothing left to do. Also true without metrics, because other programs can serve Services.
    """
    end = time.monotonic() + patience
    while True:
        try:
            metrics = (read or _read)()
        except OSError:
            return True
        if is_settled(metrics, time.time()):
            return True
        if time.monotonic() >= end:
            return False
        time.sleep(_LOOKS)


def is_settled(metrics: str, now: float) -> bool:
    """Say whether each change had been put into rules, some time before C(now) of the node's clock.

    Args:
        metrics: the text of kube-proxy's /metrics, in the format of Prometheus
        now: seconds since 1970
    """
    queued: dict[str, float] = {}
    synced: dict[str, float] = {}
    for found in _MOMENT.finditer(metrics):
        (queued if found["queued"] else synced)[found["family"]] = float(found["moment"])
    return all(queued.get(family, 0.0) <= moment <= now - _CLEANS for family, moment in synced.items())


def _read() -> str:
    """Read the metrics of this node's kube-proxy. Raises OSError when there is no right answer."""
    connection = http.client.HTTPConnection(*_METRICS, timeout=_ANSWERS)
    try:
        connection.request("GET", "/metrics")
        answer = connection.getresponse()
        if answer.status != 200:
            raise OSError(f"kube-proxy answers {answer.status}")
        return answer.read(_LARGEST).decode("utf-8", "replace")
    except http.client.HTTPException as error:
        raise OSError(str(error)) from None
    finally:
        connection.close()


__all__ = ["wait_for_rules"]
