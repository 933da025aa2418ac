# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""NetworkPolicies keep pods from the DNS, or isolate the pods of a verification."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.causes import Cause, Found, named, several
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.cluster_facts import PolicyObjects
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.failed_cells import FailedCell, Scope
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.findings.unenforced_policies import (
    nobody_enforces,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.gathered import Gathered
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.isolation import CutOff, find_cut_off
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.objects import parse_stored_policies

_MADE_BY = "app.kubernetes.io/managed-by"
_OURS = "podnet.kubernetes"
_CANARY = "canary"  # the policy of the role network_policies itself


def find(gathered: Gathered) -> Iterator[Found]:
    objects = gathered.cluster.policy_objects if gathered.cluster else None
    if objects is None or not objects.policies or nobody_enforces(gathered):
        return
    missing = [cell for cell in gathered.failed if cell.target_kind == "dns" and cell.probed]
    gone = _gone_pods(missing, objects)
    namespaces = [*objects.namespaces, *_gone_namespaces(gone, objects)]
    hosts = {cell.source for cell in missing if cell.source_kind == "node"}
    for one in find_cut_off(list(filter(_is_readable, objects.policies)), namespaces, [*objects.pods, *gone]):
        failing = [cell for cell in missing if cell.source in one.pods]
        # Pods without any rule for what they send are cut off on purpose, unless somebody misses the DNS.
        if one.ruled or one.direction == "ingress" or failing:
            # No selector means a node. So what keeps pods out of the DNS pods keeps nodes out, too.
            yield _without_dns(one, hosts if one.direction == "ingress" else set())
    yield from _isolated(objects.policies, objects.namespaces)


def _is_readable(policy: Mapping[str, Any]) -> bool:
    """Whether the oracle knows all of a policy. No network can have taken another one."""
    try:
        parse_stored_policies([policy], "network_policies")
    except InputError:
        return False
    return True


def _gone_pods(missing: Iterable[FailedCell], objects: PolicyObjects) -> list[dict[str, Any]]:
    """Return the pods that missed the DNS and are not there any more, such as those of the verification itself."""
    known = {f"{one['metadata'].get('namespace')}/{one['metadata']['name']}" for one in objects.pods}
    gone = {cell.source: cell for cell in missing if cell.source_kind == "pod" and cell.source not in known}
    return [
        {
            "metadata": dict(zip(("namespace", "name"), name.split("/", 1))),
            "spec": {"nodeName": cell.source_node},
            "status": {"phase": "Running", "podIPs": [{"ip": address} for address in cell.source_addresses]},
        }
        for name, cell in gone.items()
        if "/" in name and cell.source_addresses
    ]


def _gone_namespaces(gone: Iterable[Mapping[str, Any]], objects: PolicyObjects) -> list[dict[str, Any]]:
    names = {one["metadata"]["namespace"] for one in gone} - {one["metadata"]["name"] for one in objects.namespaces}
    return [{"metadata": {"name": name, "labels": {"kubernetes.io/metadata.name": name}}} for name in sorted(names)]


def _without_dns(one: CutOff, hosts: set[str]) -> Found:
    policies = f"{several(one.policies, 'the policy', 'the policies')} {named(one.policies)}"
    to_dns = one.direction == "egress"
    verb = several(one.policies, "lets", "let")
    do = f"{verb} them send nothing to" if to_dns else f"{verb} nothing of them into"
    # The line must have room for the policy.
    who = named(one.pods) if len(one.pods) <= 3 else f"{len(one.pods)} pods, such as {one.pods[0]},"
    return Found(
        (),
        f"{who} cannot ask the DNS, because {policies} {do} the DNS pods on UDP port 53",
        (
            f"{several(one.policies, 'policy', 'policies')}: {named(one.policies)} ({one.direction})",
            f"{len(one.pods)} {several(one.pods, 'pod', 'pods')}: {named(one.pods)}",
        ),
        "allow UDP and TCP port 53 to the pods k8s-app=kube-dns of kube-system in an egress rule"
        if to_dns
        else "allow UDP and TCP port 53 from all namespaces in an ingress rule of a policy for the DNS pods",
        (Scope(kinds=frozenset(("dns",)), source_names=frozenset(one.pods) | hosts),),
    )


def _isolated(policies: list[Mapping[str, Any]], namespaces: list[Mapping[str, Any]]) -> Iterator[Found]:
    """Yield the policies that something puts into the namespace of a verification, while the verification runs."""
    lasting = [one["metadata"] for one in namespaces if "deletionTimestamp" not in one["metadata"]]
    own = {one["name"] for one in lasting if (one.get("labels") or {}).get(_MADE_BY) == _OURS}
    ours = [one for one in policies if one["metadata"].get("namespace") in own and one["metadata"]["name"] != _CANARY]
    if ours:
        names = [f"{one['metadata']['namespace']}/{one['metadata']['name']}" for one in ours]
        makers = sorted({maker for one in ours for maker in [_maker(one)] if maker})
        namespaces_of = frozenset(one["metadata"]["namespace"] for one in ours)
        yield Found(
            (),
            f"{several(names, 'The policy', 'The policies')} {named(names)} {several(names, 'isolates', 'isolate')} "
            "the pods of the verification",
            (*(f"{name} is there" for name in names[:2]), *(f"made by {maker}" for maker in makers)),
            f"exempt the namespace {named(namespaces_of)} from the admission rule or controller that makes policies",
        )


def _maker(policy: Mapping[str, Any]) -> str:
    metadata = policy["metadata"]
    managers = [one.get("manager") for one in metadata.get("managedFields") or []]
    return str((metadata.get("labels") or {}).get(_MADE_BY) or next((one for one in managers if one), ""))


CAUSE = Cause(
    id="policy_blocks",
    severity="error",
    layer="pods",
    title="NetworkPolicies keep pods from the DNS",
    cause=(
        "A policy with egress rules selects pods and has no rule for the DNS. Or a policy selects the DNS pods and "
        "blocks other pods. Where each new namespace gets a policy, this policy may isolate the verification's pods."
    ),
    evidence="The policies, and the pods that they keep from the DNS, as the oracle of the policies computes it.",
    remedy="Allow UDP and TCP port 53 to the pods of the DNS; exempt the namespace of the verification.",
    harmless=(
        "The network does not enforce policies. Pods may send nothing at all, and no failed cell says that they miss "
        "the DNS, or have dnsPolicy Default or None. The nodes have a DNS cache of their own (node-local-dns)."
    ),
    find=find,
)
