# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the controller reads: kubeconfigs, policies in YAML, the allocation file, answers of the API and of ssh."""

from __future__ import annotations

import ipaddress

import pytest
import yaml
from fuzzing import any_json, any_text, changed, few, holds
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.podnet.kubernetes.plugins.action import cluster_lock
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.foreign_data import whole_number
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.networks import network_families, parse_network
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.secret_texts import without_secrets
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.documents import read_documents
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.kubeconfig import (
    ca_of,
    certificates_of,
    from_afar,
    is_not_proxied,
    read_api,
    read_mark,
    with_absolute_paths,
    without_proxy,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.label_selectors import read_selector
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.refusals import explain_refusal
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.allocation_file import (
    parse,
    render,
    update_allocation,
)
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.api_errors import refusal, without_password
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.kubeconfigs import dump
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.kubeconfigs import parse as parse_kubeconfig
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.yaml_texts import parse_yaml, yaml_errors

KUBECONFIG = {
    "apiVersion": "v1",
    "kind": "Config",
    "current-context": "admin@shop",
    "contexts": [{"name": "admin@shop", "context": {"cluster": "shop", "user": "admin"}}],
    "clusters": [
        {
            "name": "shop",
            "cluster": {
                "server": "https://127.0.0.1:6443/k8s",
                "certificate-authority-data": "Q0E=",
                "proxy-url": "http://proxy:3128",
                "tls-server-name": "kubernetes",
            },
        },
        {"name": "other", "cluster": {"server": "https://10.0.0.9", "certificate-authority": "pki/ca.crt"}},
    ],
    "users": [{"name": "admin", "user": {"client-certificate": "pki/a.crt", "client-key-data": "aw==", "token": "t"}}],
}
POLICY = """\
# A comment
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: &meta {name: a, namespace: b, creationTimestamp: 2026-01-01T00:00:00Z}
spec:
  podSelector: {matchLabels: {<<: *meta, on: "yes", n: 0x1f, f: 1.5e3, b: !!binary aGk=}}
  ingress:
  - ports: [{port: 80, endPort: 90}]
---
- {kind: Namespace}
"""
# Values that PyYAML takes for dates, numbers and more, and then cannot make.
VALUES = ("2026-13-45", "0b_", "!!bool x", "!!int x", "!!timestamp x", "!!float x", "!!binary é", "? [a]\n: b", "<<: 1")
ALLOCATION = {
    "schema": "podnet.kubernetes/subnet-allocation",
    "version": 1,
    "allocation": {"node1": ["10.244.0.0/24", "fd00:10::/64"], "node2": ["10.244.1.0/24"]},
}
STATUS = {"kind": "Status", "message": 'namespaces "a" is forbidden', "reason": "Forbidden", "code": 403}
SECRETS = (
    "password: hunter2 token=abcdef.0123456789abcdef eyJhbGciOi.eyJzdWIi.c2ln https://user:secret@host/ "
    "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\n"
)
SELECTORS = ("a=b,c!=d", "tier in (web, db),!gone", "kubernetes.io/os notin (windows)")


def use_kubeconfig(config):
    """Ask a kubeconfig for everything that the collection asks for."""
    api = read_api(config, "a.conf")
    ca_of(config, "a.conf")
    certificates_of(config, "a.conf")
    is_not_proxied(api, "10.0.0.0/8,.example,*")
    moved = from_afar(config, "a.conf", "10.0.0.1")
    dump(with_absolute_paths(without_proxy(moved or config, "a.conf"), "/etc"))
    return api


@few
@given(config=changed(KUBECONFIG))
def test_a_kubeconfig(config):
    holds(use_kubeconfig, config)


def test_the_kubeconfig_of_the_tests_is_good():
    assert use_kubeconfig(KUBECONFIG).port == 6443


YAML = any_text(POLICY, *VALUES, dump(KUBECONFIG), "[" * 400)


@few
@given(text=YAML)
def test_yaml(text):
    holds(parse_yaml, text, "a.yml")
    holds(lambda: use_kubeconfig(parse_kubeconfig(text, "a.conf")))


@pytest.mark.parametrize("text", [*VALUES, "[" * 400])
def test_yaml_that_pyyaml_cannot_make(text):
    assert isinstance(holds(parse_yaml, text, "a.yml"), (Exception, dict))


@few
@given(text=YAML)
def test_documents_of_objects(text):
    def read():
        with yaml_errors("a.yml"):
            return read_documents(yaml.SafeLoader(text), "a.yml")

    holds(read)


@few
@given(text=any_json(ALLOCATION))
def test_an_allocation_file(text, tmp_path_factory):
    path = tmp_path_factory.getbasetemp() / "allocation.json"
    path.write_text(text, errors="replace")
    found = holds(update_allocation, str(path), lambda allocation: allocation, False)
    if isinstance(found, tuple):
        assert parse(render(found[0]).encode()) == found[0]


NETWORKS = st.one_of(
    st.builds(
        lambda address, length: ipaddress.ip_network((address, length), strict=False),
        st.ip_addresses(v=version),
        st.integers(0, bits),
    )
    for version, bits in ((4, 32), (6, 128))
)


@few
@given(subnets=st.dictionaries(st.text(min_size=1, max_size=9), NETWORKS.map(lambda network: (network,)), max_size=5))
def test_an_allocation_comes_back_as_it_was(subnets):
    assert parse(render(subnets).encode()) == subnets


@few
@given(body=any_json(STATUS), status=st.one_of(st.none(), st.integers(0, 999)))
def test_an_answer_of_the_api(body, status):
    assert holds(refusal, status, "Forbidden", body)
    assert holds(explain_refusal, f"Failed to create object: b'{body}'", [])


class Holder:
    """The process of a lock's holder, which has ended."""

    def poll(self):
        return 0


@few
@given(printed=any_text("null\n", '{"who": "a", "since": "b"}\n', "Welcome!\nnull\n", "\n[]\n7\n"))
def test_what_ssh_prints_before_the_holder_of_the_lock(printed, tmp_path_factory):
    path = tmp_path_factory.getbasetemp() / "status"
    path.write_text(printed, errors="replace")
    with path.open() as file:
        try:
            found = cluster_lock._answer(Holder(), file.fileno(), 0.05)
        except TimeoutError:
            return
    assert found is None or isinstance(found, dict)


@few
@given(text=any_json({"written": "a", "certificates": "b"}))
def test_the_mark_of_a_kubeconfig(text):
    holds(read_mark, text)


@few
@given(text=any_text(*SELECTORS))
def test_a_label_selector(text):
    holds(read_selector, text, "exclude_nodes")


@few
@given(text=any_text("10.244.0.0/16,fd00::/48", "::ffff:10.0.0.0/104"))
def test_networks(text):
    holds(parse_network, text)
    holds(network_families, text)


@few
@given(text=any_text(SECRETS, "a" * 20_000, "password=" * 3_000, "//" + "a" * 20_000, "'\"\\" * 5_000))
def test_secrets_are_sought_in_bounded_time(text):
    assert isinstance(holds(without_secrets, text), str)
    assert isinstance(holds(without_password, text), str)


@few
@given(text=any_text("0", "65535", "9" * 19))
def test_a_whole_number(text):
    found = holds(whole_number, text)
    assert found is None or int(text) == found
