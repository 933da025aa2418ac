# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The oracle: the objects of a user in, the matrix and the warnings about the objects out. No I/O, no Ansible."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.fields import read_list
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.namespaces import read_namespaces
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.admin import (
    AdminPolicy,
    is_admin,
    parse_admin_policies,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.matrix import Matrix, expected_matrix
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.objects import Policy, parse_policies
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.pods import choose_pods
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.ports import parse_ports
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.readings import IMPLEMENTATIONS


@dataclass(frozen=True)
class Answer:
    """The answer of the oracle.

    Attributes:
        matrix: the pods that reach each other
        decide_open: whether the implementation decides the cells that the API leaves open
        warnings: sentences about objects that are not as they should be
    """

    matrix: Matrix
    decide_open: bool
    warnings: tuple[str, ...]


def ask(pods: Any, namespaces: Any, policies: Any, ports: Any, implementation: str, stored: Any) -> Answer:
    """Compute the matrix. The arguments are the options of the filter expected_connectivity.

    Raises:
        InputError: an option is wrong; the message names the object and the field
    """
    if implementation not in IMPLEMENTATIONS:
        raise InputError(f"implementation is {implementation!r}: choose from {', '.join(IMPLEMENTATIONS)}")
    chosen = IMPLEMENTATIONS[implementation]
    judged = choose_pods(pods)
    all_policies, admin = parse_all(read_list(policies, "policies"), read_list(stored, "stored"))
    known = read_namespaces(namespaces)
    matrix = expected_matrix(judged.pods, known, all_policies, parse_ports(ports), chosen.reading, admin)
    left_out = (f"pod {pod} is {pod.phase} and has no address: it is left out" for pod in judged.waiting)
    noted = [(str(policy), policy.remarks) for policy in all_policies] + [(str(one), one.remarks) for one in admin]
    remarks = (f"{name}: {remark}" for name, found in noted for remark in found)
    return Answer(matrix, chosen.answers, (*left_out, *remarks))


def parse_all(policies: Sequence[Any], stored: Sequence[Any]) -> tuple[tuple[Policy, ...], tuple[AdminPolicy, ...]]:
    """Parse policies that a user writes and those that the API returns: NetworkPolicies, and those of administrators.

    Raises:
        InputError: a policy is wrong
    """
    new, new_admin = _by_tier(policies)
    old, old_admin = _by_tier(stored)
    return parse_policies(new, old), parse_admin_policies([*old_admin, *new_admin])


def _by_tier(values: Sequence[Any]) -> tuple[list[Any], list[Any]]:
    """Part NetworkPolicies, and what is no policy at all, from the policies of administrators."""
    return [one for one in values if not is_admin(one)], [one for one in values if is_admin(one)]


__all__ = ["Answer", "ask", "parse_all"]
