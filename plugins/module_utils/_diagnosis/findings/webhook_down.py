# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An admission webhook has no server, so the API refuses objects."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.causes import Cause, Found, named
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.gathered import Gathered
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.webhooks import Webhook

# Without new objects of these kinds, pods, nodes or Services stop working.
_VITAL = frozenset(("*", "*/*", "pods", "pods/*", "pods/binding", "nodes", "nodes/*", "nodes/status", "namespaces"))
_VITAL |= frozenset(("services", "endpoints", "endpointslices", "leases", "configmaps", "secrets", "serviceaccounts"))


def find(gathered: Gathered) -> Iterator[Found]:
    cluster = gathered.cluster
    groups: dict[tuple[str, str], list[Webhook]] = defaultdict(list)
    answering = cluster.answering_services if cluster else None
    for one in cluster.webhooks if cluster and answering is not None else ():
        if one.required and one.service and answering is not None and one.service not in answering:
            groups[one.configuration, one.service].append(one)
    for (configuration, service), webhooks in sorted(groups.items()):
        kind, _space, name = configuration.partition(" ")
        namespace, _slash, _name = service.partition("/")
        resources = sorted({resource for one in webhooks for resource in one.resources})
        yield Found(
            (),
            f"The webhook {named(one.name for one in webhooks)} has no server, so the API refuses "
            f"{named(resources) or 'objects'}",
            (
                f"{configuration}: failurePolicy is Fail for {named(resources) or 'all resources'}",
                f"the Service {service} has no endpoint that is ready",
            ),
            f"start its server (`kubectl -n {namespace} get pods`), or delete the object: `kubectl delete "
            f"{kind.lower()} {name}`",
            severity=None if any(one.of_kubernetes and _VITAL & set(one.resources) for one in webhooks) else "warning",
        )


CAUSE = Cause(
    id="webhook_down",
    severity="error",
    layer="cluster",
    title="An admission webhook has no server",
    cause=(
        "The program behind a webhook was removed or does not run, and its configuration stayed. The API refuses new "
        "objects, such as the pods of the network itself. Where only other resources are concerned, it is a warning."
    ),
    evidence="The configuration with its failurePolicy, and the Service without an endpoint.",
    remedy="Start the server, or delete the ValidatingWebhookConfiguration or MutatingWebhookConfiguration.",
    harmless="failurePolicy is Ignore. The webhook has a URL, whose server is not looked at.",
    find=find,
)
