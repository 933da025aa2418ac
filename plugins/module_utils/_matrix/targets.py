# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The checks that sources make of each address of an endpoint. No I/O, no Ansible."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.options import check_choices
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import (
    CHECKS,
    SERVICE_KINDS,
    Endpoint,
    Listener,
    Target,
    Try,
    as_dict,
)


def find_targets(
    endpoints: Iterable[Endpoint],
    listeners: Iterable[Listener],
    checks: Iterable[str],
    sources: Mapping[str, Iterable[str]] | None = None,
) -> list[Target]:
    """Return the targets: each address of each endpoint that has a check to make, in the order of the endpoints.

    Args:
        endpoints: of the whole matrix
        listeners: of all nodes
        checks: from CHECKS; the tries of a target have the order of CHECKS
        sources: the names of the sources of each endpoint that not all of them probe

    Raises:
        InputError: checks is empty or has an unknown one, or a listener is at no address of an endpoint
    """
    endpoints, chosen = list(endpoints), check_choices("checks", checks, CHECKS)
    if not chosen:
        raise InputError(f"checks is empty: choose from {', '.join(CHECKS)}")
    at: dict[tuple[str, str], list[Listener]] = {
        (endpoint.name, address): [] for endpoint in endpoints for address in endpoint.addresses
    }
    for one in listeners:
        if (one.endpoint, one.address) not in at:
            raise InputError(
                f"listeners has {one.endpoint} at {one.address}, {one.protocol} port {one.port}, and no endpoint has "
                "that name and address: give the endpoints that the listeners were made for"
            )
        at[one.endpoint, one.address].append(one)
    targets = []
    for endpoint in endpoints:
        for address in endpoint.addresses or ([""] if endpoint.missing else []):
            found = _untried(endpoint) if endpoint.missing else _tries(endpoint, at[endpoint.name, address])
            tries = tuple(one for one in found if one.check in chosen)
            if tries:
                probing = tuple((sources or {}).get(endpoint.name, ()))
                targets.append(Target(endpoint.name, endpoint.kind, address, tries, probing))
    return targets


def target_as_dict(target: Target) -> dict[str, Any]:
    """Return the JSON form of a target. Its tries have no fields that are None or empty."""
    return {**as_dict(target), "tries": [as_dict(one) for one in target.tries]}


def _tries(endpoint: Endpoint, listeners: Iterable[Listener]) -> tuple[Try, ...]:
    """Return all checks of an endpoint at the address that has these listeners, in the order of CHECKS."""
    if endpoint.kind in SERVICE_KINDS:
        if endpoint.own:
            return tuple(Try(check, endpoint.port, "podnet", endpoint.backends) for check in endpoint.protocols)
        return (Try("tcp", endpoint.port, "nothing"),) if "tcp" in endpoint.protocols else ()
    if endpoint.kind == "dns":
        return (Try("dns", endpoint.port, "dns", question=endpoint.question, answer=endpoint.answer),)
    if endpoint.kind == "outside":
        ported = (Try(check, endpoint.port, "agnhost") for check in ("tcp", "udp"))
        return (Try("icmp"), *(ported if endpoint.port is not None else ()))
    ordered = sorted(listeners, key=lambda listener: (CHECKS.index(listener.protocol), listener.port))
    mtu = next((one for one in ordered if one.protocol == "udp" and one.answers == "podnet"), None)
    return (
        Try("icmp"),
        *(_listener_try(one.protocol, one) for one in ordered),
        *([_listener_try("mtu", mtu)] if mtu else []),
    )


def _untried(endpoint: Endpoint) -> tuple[Try, ...]:
    """Return the checks that a missing endpoint would get. Without a listener the port is not known."""
    if endpoint.kind in ("pod", "node"):
        return tuple(Try(check) for check in CHECKS if check != "dns")
    return _tries(endpoint, ())


def _listener_try(check: str, listener: Listener) -> Try:
    """Return the try of a check at a listener. A responder of ours must say that it is the listener's endpoint."""
    expect = (listener.endpoint,) if listener.answers == "podnet" else ()
    return Try(check, listener.port, listener.answers, expect)


__all__ = ["find_targets", "target_as_dict"]
