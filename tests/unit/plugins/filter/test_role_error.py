# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.filter.role_error import FilterModule

role_error = FilterModule().filters()["role_error"]
VARIABLES = {"services": "shop_services", "dns": "shop_dns_service", "families": "shop_families", "steps": "shop_steps"}
POLICY_VARIABLES = {"definitions": "network_policies_definitions", "ports": "network_policies_ports"}
ACCOUNT = (
    "Task failed: Finalization of task args for 'ansible.builtin.set_fact' failed: Error while resolving value for "
    "'endpoints': The filter plugin 'podnet.kubernetes.connectivity_endpoints' failed: "
)


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("services has 'a/services': near it: a/dns", "shop_services has 'a/services': near it: a/dns"),
        ("Service a/b (services) has no endpoint", "Service a/b (shop_services) has no endpoint"),
        ("dns is kube-system/kube-dns, so", "shop_dns_service is kube-system/kube-dns, so"),
        ("the families to verify: change families", "the families to verify: change shop_families"),
        ("steps[0].policies[1].kind is 'Pod'", "shop_steps[0].policies[1].kind is 'Pod'"),
        ("footsteps, steps_taken, step", "footsteps, steps_taken, step"),
        ("services has\ntwo lines", "shop_services has\ntwo lines"),
        ("services: no such\nobject", "shop_services: no such\nobject"),
    ],
)
def test_the_sentence_names_the_variable(sentence, expected):
    assert role_error(ACCOUNT + sentence, VARIABLES) == expected


@pytest.mark.parametrize(
    "sentence",
    [
        "shop/web: spec.ingress[0] has from, ports: an ingress rule has from and ports",
        "shop/web: spec.ingress[0].ports[0]: ICMP has no ports",
        "shop/web: spec.ports is unknown: spec has podSelector, ports",
        "ports-of-the-shop/web: spec is missing",
    ],
)
def test_a_field_of_an_object_stays(sentence):
    assert role_error(ACCOUNT + sentence, POLICY_VARIABLES) == sentence


def test_the_option_at_the_start_alone_becomes_the_variable():
    assert (
        role_error(f"{ACCOUNT}ports[0]: ICMP has no ports", POLICY_VARIABLES)
        == "network_policies_ports[0]: ICMP has no ports"
    )


def test_another_message_stays():
    assert role_error("Task failed: no such host", VARIABLES) == "Task failed: no such host"
    assert role_error(ACCOUNT + "services is empty", {}) == "services is empty"
