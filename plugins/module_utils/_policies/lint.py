# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lint of policies: places that may not mean what their author meant. No I/O, no Ansible."""

from __future__ import annotations

from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.namespaces import read_namespaces
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.pods import read_pods
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.findings import (
    Finding,
    Subject,
    Surroundings,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.lint_dns import DnsLint
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.lint_form import find_in_form
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.lint_reach import find_in_reach
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.objects import parse_stored_policies
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.pod_index import PodIndex, check_namespaces


def lint_policies(value: Any, pods: Any, namespaces: Any, others: Any = ()) -> list[Finding]:
    """Find the places of policies that may not mean what their author meant, in the order of the policies.

    Args:
        value: the NetworkPolicy objects to look at
        pods: all Pod objects of the cluster
        namespaces: all Namespace objects of the cluster
        others: NetworkPolicy objects that are in force beside them, unless one of them has the same name

    Raises:
        InputError: an object is not as the API stores it, or the namespace of a pod or a policy is missing
    """
    policies = parse_stored_policies(value, "policies")
    replaced = {str(policy) for policy in policies}
    beside = [policy for policy in parse_stored_policies(others, "others") if str(policy) not in replaced]
    known = tuple(pod for pod in read_pods(pods) if not pod.ended)
    labels = read_namespaces(namespaces)
    everything = (*beside, *policies)
    check_namespaces("pod", known, labels)
    check_namespaces("policy", everything, labels)
    around = Surroundings(known, labels, everything, PodIndex(known, labels))
    dns = DnsLint(around)
    subjects = [Subject(policy, written) for policy, written in zip(policies, value)]
    return [
        finding
        for subject in subjects
        for finding in (*find_in_form(subject), *find_in_reach(subject, around), *dns.findings(subject))
    ]


__all__ = ["lint_policies"]
