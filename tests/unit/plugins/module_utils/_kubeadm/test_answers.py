# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import ClusterError
from ansible_collections.podnet.kubernetes.plugins.module_utils._kubeadm.answers import (
    INIT_OBJECTS,
    Credentials,
    ignored_errors,
    is_refused,
    is_unanswered,
    missing_objects,
    parse_join_command,
    with_token,
)

ALL = "".join(f"{namespace} {name}\n" for namespace, name in INIT_OBJECTS)
EVERYTHING = tuple(f"{namespace}/{name}" for namespace, name in INIT_OBJECTS)
DNS = "kube-system service/kube-dns\n"
PROXY = "kube-system rolebinding.rbac.authorization.k8s.io/kube-proxy\n"
# From `kubeadm config migrate` of v1.36.3, shortened.
CONFIGURATION = """\
apiServer: {}
apiVersion: kubeadm.k8s.io/v1beta4
controllerManager: {}
dns: {}
etcd:
  local:
    dataDir: /var/lib/etcd
kind: ClusterConfiguration
networking:
  dnsDomain: cluster.local
  serviceSubnet: 10.96.0.0/12
proxy: {}
scheduler: {}
"""
PIN = f"sha256:{'7c2e6913' * 8}"
OTHER_PIN = f"sha256:{'0123abcd' * 8}"


@pytest.mark.parametrize(
    ("found", "missing"),
    [
        pytest.param("", EVERYTHING, id="nothing is there"),
        pytest.param(ALL, (), id="all is there"),
        pytest.param(f"kube-system deployment.apps/other\n{ALL}\n", (), id="more is there"),
        pytest.param(
            ALL.replace(PROXY, ""),
            ("kube-system/rolebinding.rbac.authorization.k8s.io/kube-proxy",),
            id="the last one is missing",
        ),
        pytest.param(ALL.replace(DNS, ""), (), id="one that was made before the last one is gone"),
        pytest.param(ALL.replace(DNS, "").replace(PROXY, ""), EVERYTHING[3:], id="the addons are missing"),
        pytest.param(
            ALL.replace("kube-public configmap/cluster-info", "default configmap/cluster-info"),
            ("kube-public/configmap/cluster-info",),
            id="in another namespace",
        ),
        pytest.param(
            ALL.replace("k8s.io/kube-proxy", "k8s.io/kube-proxy-reader"),
            ("kube-system/rolebinding.rbac.authorization.k8s.io/kube-proxy",),
            id="a name that begins alike",
        ),
    ],
)
def test_missing_objects(found, missing):
    assert missing_objects(found) == missing_objects(found, CONFIGURATION) == missing


@pytest.mark.parametrize(
    ("fields", "found", "missing"),
    [
        pytest.param({"proxy": "disabled: true"}, ALL.replace(PROXY, ""), (), id="no kube-proxy"),
        pytest.param(
            {"proxy": "disabled: true"},
            ALL.replace(PROXY, "").replace(DNS, ""),
            ("kube-system/service/kube-dns",),
            id="no kube-proxy, and CoreDNS is the last one",
        ),
        pytest.param({"dns": "disabled: true"}, ALL.replace(DNS, ""), (), id="no CoreDNS"),
        pytest.param({"dns": "disabled: true"}, ALL.replace(DNS, "").replace(PROXY, ""), EVERYTHING[4:], id="killed"),
        pytest.param(
            {"dns": "disabled: true\n  imageRepository: example", "proxy": "disabled: true"},
            ALL.replace(DNS, "").replace(PROXY, ""),
            (),
            id="no addon",
        ),
        pytest.param({"proxy": "disabled: true"}, "", EVERYTHING[:4], id="no kube-proxy, and nothing is there"),
        pytest.param({"dns": "imageTag: v1"}, ALL.replace(PROXY, ""), EVERYTHING[4:], id="of another field"),
        pytest.param({"networking": "disabled: true"}, ALL.replace(PROXY, ""), EVERYTHING[4:], id="something else"),
        pytest.param({"proxy": "disabled: false"}, ALL.replace(PROXY, ""), EVERYTHING[4:], id="turned on"),
    ],
)
def test_addons_that_are_turned_off(fields, found, missing):
    configuration = CONFIGURATION
    for name, text in fields.items():
        configuration = re.sub(rf"^{name}:( {{}})?$", f"{name}:\n  {text}", configuration, flags=re.MULTILINE)
    assert configuration != CONFIGURATION
    assert missing_objects(found, configuration) == missing


@pytest.mark.parametrize(
    ("errors", "unanswered"),
    [
        ("The connection to the server 10.0.0.1:6443 was refused - did you specify the right host or port?\n", True),
        ("E1123 memcache.go:265] refused\nThe connection to the server 10.0.0.1:6443 was refused - did you\n", True),
        ("Unable to connect to the server: net/http: TLS handshake timeout\n", True),
        ("Unable to connect to the server: context deadline exceeded\n", True),
        ("Unable to connect to the server: EOF\n", True),
        ("Error from server: etcdserver: request timed out\n", True),
        ("Error from server (ServiceUnavailable): the server is currently unable to handle the request\n", True),
        ("Error from server (Timeout): the server was unable to return a response in the time allotted\n", True),
        (
            "Unable to connect to the server: tls: failed to verify certificate: x509: signed by unknown authority",
            False,
        ),
        ('Error from server (NotFound): nodes "node1" not found\n', False),
        ('Error from server (Forbidden): configmaps "kubeadm-config" is forbidden: User "kubernetes-admin"\n', False),
        ("error: You must be logged in to the server (Unauthorized)\n", False),
        ("error: unable to read client-cert /var/lib/kubelet/pki/kubelet-client-current.pem\n", False),
        ("", False),
    ],
)
def test_an_api_that_is_away(errors, unanswered):
    assert is_unanswered(errors) is unanswered


@pytest.mark.parametrize(
    ("chosen", "begun", "value"),
    [
        ([], False, ""),
        (["Swap", "Mem"], False, "Mem,Swap"),
        ([], True, "Port-10250,Port-6443"),
        (["Swap", "Port-6443", "Swap"], True, "Port-10250,Port-6443,Swap"),
    ],
)
def test_traces_are_ignored_only_where_a_run_began(chosen, begun, value):
    assert ignored_errors(chosen, ("Port-6443", "Port-10250"), begun) == value


@pytest.mark.parametrize(
    ("output", "credentials"),
    [
        pytest.param(
            f"kubeadm join 10.100.198.200:6443 --token abcdef.0123456789abcdef --discovery-token-ca-cert-hash {PIN} \n",
            Credentials("10.100.198.200:6443", "abcdef.0123456789abcdef", (PIN,)),
            id="one line",
        ),
        pytest.param(
            "W1123 12:00:00 kubeadm warns of something\n"
            f"kubeadm join [fd00::1]:6443 --token abcdef.0123456789abcdef\n\t--discovery-token-ca-cert-hash {PIN} "
            f"--discovery-token-ca-cert-hash {OTHER_PIN}",
            Credentials("[fd00::1]:6443", "abcdef.0123456789abcdef", (PIN, OTHER_PIN)),
            id="a warning, a break, IPv6 and two pins",
        ),
    ],
)
def test_join_commands(output, credentials):
    assert parse_join_command(output) == credentials


@pytest.mark.parametrize(
    "output",
    [
        pytest.param("", id="nothing"),
        pytest.param("kubeadm join 10.0.0.1:6443 --token abcdef.0123456789abcdef", id="no pin"),
        pytest.param(
            "kubeadm join 10.0.0.1:6443 --token abcdef.0123456789abcdef --discovery-token-ca-cert-hash sha256:12",
            id="a pin that is too short",
        ),
        pytest.param(f"kubeadm join 10.0.0.1:6443 --token abcdef --discovery-token-ca-cert-hash {PIN}", id="no secret"),
    ],
)
def test_what_is_no_join_command(output):
    with pytest.raises(
        ClusterError, match=r"^kubeadm token create printed no join command that could be read$"
    ) as error:
        parse_join_command(output)
    assert "abcdef" not in str(error.value)


@pytest.mark.parametrize(
    ("configuration", "completed"),
    [
        ({}, {"discovery": {"bootstrapToken": {"token": "t"}}}),
        (
            {"kind": "k", "discovery": {"timeout": "5m", "bootstrapToken": {"apiServerEndpoint": "e"}}},
            {"kind": "k", "discovery": {"timeout": "5m", "bootstrapToken": {"apiServerEndpoint": "e", "token": "t"}}},
        ),
    ],
)
def test_the_token_is_put_into_a_copy(configuration, completed):
    before = repr(configuration)
    assert with_token(configuration, "t") == completed
    assert repr(configuration) == before


@pytest.mark.parametrize(
    ("errors", "refused"),
    [
        ("error: You must be logged in to the server (Unauthorized)\n", True),
        ("Unable to connect to the server: x509: certificate has expired\n", True),
        ('Error from server (Forbidden): forbidden: User "kubernetes-admin" cannot get path "/readyz"\n', False),
        ("The connection to the server 10.0.0.1:6443 was refused\n", False),
        ("", False),
    ],
)
def test_what_a_refusal_is(errors, refused):
    assert is_refused(errors) is refused
