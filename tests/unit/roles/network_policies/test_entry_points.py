# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from api_objects import pod

API = pod("shop/api", "10.0.1.1", labels={"app": "api"})
DB = pod("shop/db", "10.0.1.2", labels={"app": "db"})
STRANGER = pod("lab/stranger", "10.0.2.1")
DNS = pod("kube-system/dns", "10.0.9.1", labels={"k8s-app": "kube-dns"})
NAMESPACES = [{"metadata": {"name": name}} for name in ("shop", "lab", "kube-system")]


def shown(done):
    """Return the output without the line breaks of long sentences."""
    return " ".join(f"{done.stdout} {done.stderr}".split())


def policy(name, spec, namespace="shop"):
    return {"metadata": {"namespace": namespace, "name": name}, "spec": spec}


OPEN = policy("open", {"podSelector": {}, "policyTypes": ["Ingress"], "ingress": [{"from": []}]})
NOBODY = policy("nobody", {"podSelector": {"matchLabels": {"app": "x"}}, "policyTypes": ["Ingress"]}, "lab")
CLUSTER = {"Pod": [API, DB, STRANGER, DNS], "Namespace": NAMESPACES, "NetworkPolicy": [OPEN, NOBODY]}


def test_lint_shows_the_findings_of_the_cluster(run_entry):
    done = run_entry("lint", CLUSTER)
    assert done.returncode == 0, done.stdout
    assert "shop/open: spec.ingress[0].from is empty, which means every source" in shown(done)
    assert "lab/nobody: spec.podSelector selects no pod in the namespace lab" in shown(done)
    assert "changed=0" in shown(done)


def test_lint_of_some_namespaces(run_entry):
    done = run_entry("lint", CLUSTER, network_policies_namespaces=["lab"])
    assert "lab/nobody: " in shown(done)
    assert "shop/open: " not in shown(done)


def test_lint_looks_at_the_policies_that_are_given(run_entry, tmp_path):
    path = tmp_path / "out.yml"
    path.write_bytes(
        b"metadata: {name: out, namespace: shop}\r\nspec:\r\n  podSelector: {matchLabels: {app: api}}\r\n"
        b"  policyTypes: [Egress]\r\n  egress:\r\n    - to:\r\n        - podSelector: {matchLabels: {app: db}}\r\n"
    )
    done = run_entry("lint", CLUSTER, network_policies_files=[str(path)])
    assert done.returncode == 0, done.stdout
    assert "shop/out: spec.egress forgets the DNS: no rule lets shop/api ask it on UDP port 53" in shown(done)
    assert "shop/open: " not in shown(done)


def test_a_key_that_is_twice_in_a_file_is_named(run_entry, tmp_path):
    path = tmp_path / "twice.yml"
    path.write_text("metadata:\n  name: twice\n  name: other\n")
    done = run_entry("lint", CLUSTER, network_policies_files=[str(path)])
    assert done.returncode == 2
    sentence = f"{path}, line 3: the key name is there twice, first on line 2: remove one of the two"
    assert sentence in shown(done)


def test_lint_without_findings(run_entry):
    done = run_entry("lint", {**CLUSTER, "NetworkPolicy": []})
    assert "The lint has no findings." in shown(done)


def test_show_draws_the_matrix_of_the_cluster(run_entry):
    agent = pod("kube-system/agent", "192.168.0.1", host_network=True)
    late = pod("shop/late", phase="Pending")
    closed = policy("closed", {"podSelector": {"matchLabels": {"app": "db"}}, "policyTypes": ["Ingress"]})
    cluster = {**CLUSTER, "Pod": [API, DB, STRANGER, agent, late], "NetworkPolicy": [closed]}
    done = run_entry(
        "show", cluster, network_policies_ports=[{"port": 80}], network_policies_namespaces=["shop", "lab"]
    )
    assert done.returncode == 0, done.stdout
    assert "pod shop/late is Pending and has no address: it is left out" in shown(done)
    start = done.stdout.index("TCP 80:")
    lines = [line.strip() for line in done.stdout[start:].splitlines()[:7]]
    assert lines == [
        "TCP 80:",
        "1 2 3",
        "1 shop/api       - .",
        "2 shop/db      .   .",
        "3 lab/stranger . -",
        "",
        ". may connect   - is blocked",
    ]
    assert "changed=0" in shown(done)


@pytest.mark.parametrize(("given", "symbol"), [(False, "."), (True, "-")])
def test_show_draws_the_matrix_that_given_policies_would_bring_about(run_entry, given, symbol):
    closed = policy("closed", {"podSelector": {}, "policyTypes": ["Egress"]})
    variables = {"network_policies_ports": [{"port": 80}], "network_policies_namespaces": ["shop"]}
    done = run_entry("show", CLUSTER, network_policies_definitions=[closed] * given, **variables)
    assert f"1 shop/api {symbol} 2 shop/db {symbol}" in shown(done)
