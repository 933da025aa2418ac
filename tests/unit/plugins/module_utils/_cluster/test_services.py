# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re

import pytest
from api_objects import behind, endpoint_slice, service

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.services import (
    EndpointSlice,
    Service,
    ServicePort,
    SliceEndpoint,
    read_services,
    read_slices,
)


def test_a_service():
    one = service("shop/web", "10.96.0.20", "fd00:96::20", ports=["TCP/80:http", "UDP/53"])
    assert read_services([one]) == (
        Service(
            "shop", "web", ("10.96.0.20", "fd00:96::20"), (ServicePort(80, "tcp", "http"), ServicePort(53, "udp", ""))
        ),
    )


@pytest.mark.parametrize(
    ("spec", "addresses"),
    [
        pytest.param({"clusterIP": "10.96.0.20"}, ("10.96.0.20",), id="without clusterIPs"),
        pytest.param({"clusterIP": "None", "clusterIPs": ["None"]}, (), id="headless"),
        pytest.param({"clusterIP": "", "externalName": "example.org"}, (), id="ExternalName"),
        pytest.param(None, (), id="no spec"),
    ],
)
def test_cluster_ips(spec, addresses):
    assert read_services([{"metadata": {"name": "a"}, "spec": spec}])[0].addresses == addresses


def test_the_protocol_is_tcp_by_default():
    ports = read_services([{"metadata": {"name": "a"}, "spec": {"ports": [{"port": 80}]}}])[0].ports
    assert ports == (ServicePort(80, "tcp", ""),)


@pytest.mark.parametrize(
    ("spec", "status", "fields"),
    [
        ({"clusterIP": "None"}, None, {"headless": True}),
        ({"type": "ExternalName", "externalName": "example.org"}, None, {"external_name": "example.org"}),
        # A Service keeps a cluster IP in its spec when its type changes to ExternalName.
        ({"type": "ExternalName", "externalName": "a.b", "clusterIP": "10.96.0.9"}, {}, {"external_name": "a.b"}),
        ({"internalTrafficPolicy": "Local"}, {"loadBalancer": {}}, {"local_inside": True}),
        ({"externalTrafficPolicy": "Local", "internalTrafficPolicy": "Cluster"}, {}, {"local_outside": True}),
        ({"externalIPs": ["192.0.2.1"]}, {}, {"external_addresses": ("192.0.2.1",)}),
        (
            {"loadBalancerSourceRanges": ["10.0.0.0/8"], "sessionAffinity": "ClientIP"},
            {"loadBalancer": {"ingress": [{"ip": "192.0.2.2"}, {"ip": "192.0.2.3", "ipMode": "Proxy"}, {}]}},
            {"external_addresses": ("192.0.2.2",), "other_balancers": ("192.0.2.3",), "restricted": True},
        ),
    ],
)
def test_the_kind_of_a_service(spec, status, fields):
    (found,) = read_services([{"metadata": {"name": "a"}, "spec": spec, "status": status}])
    assert found == Service("default", "a", (), (), **fields)


def test_node_ports():
    ports = [{"port": 80, "nodePort": 30080}, {"port": 81, "nodePort": 0}]
    (found,) = read_services([{"metadata": {"name": "a"}, "spec": {"ports": ports}}])
    assert [port.node_port for port in found.ports] == [30080, None]


def test_ready_endpoints_of_a_slice():
    one = endpoint_slice(
        "shop/web",
        behind("10.244.1.5", "shop/web-1", "node1", ready=True),
        behind("10.244.1.6", "shop/web-2", ready=False),
        behind("10.244.1.7"),
        {"addresses": ["10.244.1.8"], "conditions": None, "targetRef": {"kind": "Pod", "name": "web-3"}},
        {"addresses": ["10.0.0.9"], "targetRef": {"kind": "Node", "name": "node9"}},
        ports=["http", None],
    )
    assert read_slices([one]) == (
        EndpointSlice(
            "shop/web",
            frozenset({"http", ""}),
            (
                SliceEndpoint(("10.244.1.5",), "node1", "shop/web-1"),
                SliceEndpoint(("10.244.1.7",), None, None),
                SliceEndpoint(("10.244.1.8",), None, "shop/web-3"),
                SliceEndpoint(("10.0.0.9",), None, None),
            ),
            port_numbers={"http": 8080, "": 8080},
            waiting_nodes=frozenset({""}),
        ),
    )


def test_slices_of_no_service_and_those_with_names_are_left_out():
    assert read_slices([{"metadata": {"name": "a", "labels": None}}]) == ()
    assert read_slices([{**endpoint_slice("shop/web", behind("db.example.org")), "addressType": "FQDN"}]) == ()


@pytest.mark.parametrize(
    ("read", "objects", "message"),
    [
        (read_services, {}, "services is an object with no fields, not a list: "),
        (
            read_services,
            [{"metadata": {"name": "a"}, "spec": {"ports": [{}]}}],
            "default/a: spec.ports[0].port is None: ",
        ),
        (
            read_services,
            [{"metadata": {"name": "a"}, "spec": {"ports": [{"port": 80, "nodePort": 70000}]}}],
            "default/a: spec.ports[0].nodePort is 70000: ",
        ),
        (read_slices, ["a"], "endpoint_slices[0] is 'a', not an object"),
        (read_slices, [endpoint_slice("shop/a", "b")], "shop/a-x: slice.endpoints[0] is 'b', not an object"),
        (read_slices, [endpoint_slice("shop/a", {})], "shop/a-x: slice.endpoints[0].addresses is empty: give the "),
    ],
)
def test_bad_objects_are_refused(read, objects, message):
    with pytest.raises(InputError, match=f"^{re.escape(message)}"):
        read(objects)
