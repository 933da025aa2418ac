# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._kubeadm.control_planes import (
    Progress,
    plan_control_planes,
    with_port,
)

HOSTS = ("master", "master2", "master3")
NEW = Progress(complete=False, endpoint="", begun=False)
BEGUN = Progress(complete=False, endpoint="", begun=True)
WHOLE = Progress(complete=True, endpoint="api.example.org:6443", begun=True)
ALONE = Progress(complete=True, endpoint="", begun=True)
ENDPOINT = "api.example.org"


@pytest.mark.parametrize(
    ("progress", "first", "join"),
    [
        pytest.param((NEW, NEW, NEW), "master", ("master2", "master3"), id="a new cluster"),
        pytest.param((BEGUN, NEW, NEW), "master", ("master2", "master3"), id="killed in init"),
        pytest.param((NEW, BEGUN, NEW), "master2", ("master", "master3"), id="killed in init, and the order changed"),
        pytest.param((WHOLE, BEGUN, NEW), "master", ("master2", "master3"), id="killed in a join"),
        pytest.param((WHOLE, WHOLE, WHOLE), "master", ("master2", "master3"), id="whole"),
        pytest.param((NEW, WHOLE, WHOLE), "master2", ("master", "master3"), id="the first one is a new machine"),
        pytest.param((None, WHOLE, WHOLE), "master2", ("master3",), id="the first one is lost"),
        pytest.param((None, None, WHOLE), "master3", (), id="one that answers has the cluster"),
    ],
)
def test_the_order(progress, first, join):
    found = {host: one for host, one in zip(HOSTS, progress) if one}
    plan = plan_control_planes(found, HOSTS, ENDPOINT)
    assert (plan.first, plan.join, plan.faults) == (first, join, ())


@pytest.mark.parametrize(
    ("progress", "endpoint", "fault"),
    [
        pytest.param(
            (NEW, NEW, NEW),
            "",
            "master, master2, master3 are several control planes, and nodes need one address that reaches all of them: "
            "set podnet_api_endpoint to a load balancer or a DNS name, or podnet_api_vip to a free address of the node "
            "network",
            id="a new cluster without an address",
        ),
        pytest.param(
            (ALONE, NEW, NEW),
            ENDPOINT,
            "master2, master3 cannot become control planes, because the cluster of master was made without an address "
            "for several (controlPlaneEndpoint): its certificates and all kubelets name the one control plane. Leave "
            "the group with master, or reset the cluster (playbooks/reset.yml) and make it again with "
            "podnet_api_endpoint or podnet_api_vip",
            id="from one to three",
        ),
        pytest.param(
            (WHOLE, NEW, NEW),
            "other.example.org:6443",
            "the address of the API is api.example.org:6443 in the cluster, and other.example.org:6443 in the "
            "inventory: the certificates and all kubelets name api.example.org:6443. Set podnet_api_endpoint to "
            "api.example.org:6443",
            id="another address",
        ),
        pytest.param(
            (NEW, None, None),
            ENDPOINT,
            "master2, master3 did not answer or are left out by --limit, and the other control planes have no cluster "
            "that answers. They may have one, and a second one must not be made: mend them, or run without --limit",
            id="a new machine, and the others are down",
        ),
        pytest.param(
            (BEGUN, BEGUN, NEW),
            ENDPOINT,
            "master, master2 have a cluster already, and its API does not answer on any of them: bring back a majority "
            "of them, or reset the cluster (playbooks/reset.yml)",
            id="without a majority",
        ),
    ],
)
def test_what_is_refused(progress, endpoint, fault):
    found = {host: one for host, one in zip(HOSTS, progress) if one}
    assert plan_control_planes(found, HOSTS, endpoint).faults == (fault,)


def test_an_address_that_the_inventory_does_not_name():
    """The cluster knows it. Only a new cluster needs it from the user."""
    assert plan_control_planes(dict.fromkeys(HOSTS, WHOLE), HOSTS, "").faults == ()


@pytest.mark.parametrize(
    ("endpoint", "written"),
    [
        ("api.example.org", "api.example.org:6443"),
        ("10.0.0.1:8443", "10.0.0.1:8443"),
        ("[fd00::1]", "[fd00::1]:6443"),
        ("[fd00::1]:8443", "[fd00::1]:8443"),
    ],
)
def test_the_port(endpoint, written):
    assert with_port(endpoint) == written
