# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Admission webhooks (admissionregistration.k8s.io/v1), and the Services that have an endpoint. No I/O, no Ansible."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

# API groups of Kubernetes that have no domain.
_GROUPS = ("", "*", "apps", "autoscaling", "batch", "extensions", "policy")


@dataclass(frozen=True)
class Webhook:
    """A webhook.

    Attributes:
        configuration: kind and name of the object that has it
        service: NAMESPACE/NAME of the Service that it calls; None: it has a URL
        required: whether the API refuses an object when the webhook does not answer
        resources: that it is called for, such as pods
        of_kubernetes: whether some of them are of Kubernetes itself, and not of another program's API groups
    """

    name: str
    configuration: str
    service: str | None
    required: bool
    resources: tuple[str, ...]
    of_kubernetes: bool = True


def read_webhooks(configurations: Iterable[Mapping[str, Any]]) -> Iterator[Webhook]:
    """Read objects of the kinds ValidatingWebhookConfiguration and MutatingWebhookConfiguration."""
    for item in configurations:
        for one in item.get("webhooks") or []:
            service = (one.get("clientConfig") or {}).get("service")
            rules = one.get("rules") or []
            yield Webhook(
                str(one.get("name", "")),
                f"{item.get('kind') or 'configuration'} {item['metadata']['name']}",
                f"{service['namespace']}/{service['name']}" if service else None,
                one.get("failurePolicy", "Fail") == "Fail",
                tuple(str(name) for rule in rules for name in rule.get("resources") or []),
                not rules or any(map(_is_of_kubernetes, rules)),
            )


def _is_of_kubernetes(rule: Mapping[str, Any]) -> bool:
    """Whether a rule is for an API group of Kubernetes. A rule without groups is of a version that left them out."""
    groups = rule.get("apiGroups") or ["*"]
    return any(group in _GROUPS or group.endswith(".k8s.io") for group in groups)


def services_with_endpoints(slices: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """Return NAMESPACE/NAME of the Services that have an endpoint which is ready."""
    found = set()
    for item in slices:
        metadata = item["metadata"]
        name = (metadata.get("labels") or {}).get("kubernetes.io/service-name")
        # A slice that does not say whether an endpoint is ready counts as ready.
        if any((one.get("conditions") or {}).get("ready") is not False for one in item.get("endpoints") or []):
            found.add(f"{metadata.get('namespace', '')}/{name}")
    return frozenset(found)


__all__ = ["Webhook", "read_webhooks", "services_with_endpoints"]
