# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The manifest that kustomize makes of a part of upstream's canal.yaml: Calico stays, and its copy of Flannel goes."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[4]
ROLE = ROOT / "roles" / "calico_policies"
# The objects that the patches change, and some that they leave alone.
UPSTREAM = """\
{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: flannel}}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: calico-node}}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding, metadata: {name: canal-flannel}}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding, metadata: {name: canal-calico}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: canal-config, namespace: kube-system}
data:
  typha_service_name: none
  canal_iface: ""
  masquerade: "true"
  veth_mtu: "0"
  cni_network_config: "{}"
  net-conf.json: "{}"
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: canal, namespace: kube-system}
spec:
  updateStrategy: {type: RollingUpdate, rollingUpdate: {maxUnavailable: 1}}
  template:
    spec:
      initContainers:
        - name: install-cni
          image: quay.io/calico/cni:v3.31.0
          env: [{name: CNI_CONF_NAME, value: 10-canal.conflist}]
        - {name: ebpf-bootstrap, image: "quay.io/calico/node:v3.31.0"}
      containers:
        - name: calico-node
          image: quay.io/calico/node:v3.31.0
          env: [{name: CALICO_NETWORKING_BACKEND, value: bird}, {name: CLUSTER_TYPE, value: "k8s,canal"}]
        - {name: kube-flannel, image: "docker.io/flannel/flannel:v0.24.4"}
      volumes:
        - {name: cni-bin-dir, hostPath: {path: /opt/cni/bin}}
        - {name: flannel-cfg, configMap: {name: canal-config}}
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The objects that kustomize makes, by kind and name."""
    folder = tmp_path_factory.mktemp("canal")
    (folder / "manifest.yml").write_text(UPSTREAM)
    known = {
        **yaml.safe_load((ROLE / "defaults" / "main.yml").read_text()),
        **yaml.safe_load((ROLE / "vars" / "main.yml").read_text()),
        "ansible_python_interpreter": sys.executable,
        "calico_policies_image_registry": "mirror.example.org",
        "calico_policies_max_unavailable": "2",
        "calico_policies_node_environment": {"FELIX_LOGSEVERITYSCREEN": "warning"},
        "calico_policies_manifest_url": (folder / "manifest.yml").as_uri(),
        "calico_policies_manifest_checksum": f"sha256:{hashlib.sha256(UPSTREAM.encode()).hexdigest()}",
    }
    # Two nodes would have two MTUs; the smaller one fits both.
    read = {"content": "RkxBTk5FTF9NVFU9MTQ1MApGTEFOTkVMX01UVT0xNDMwCg=="}
    keys = ("url", "checksum", "images", "registry", "patches")
    asked = {key: f"{{{{ __calico_policies_definition.manifest.{key} }}}}" for key in keys}
    manifest = {"content": "{{ built.manifest }}", "dest": str(folder / "built.yml"), "mode": "0600"}
    steps = [
        {"ansible.builtin.set_fact": {"__calico_policies_subnet": read}},
        {"podnet.kubernetes.manifest": asked, "register": "built"},
        {"ansible.builtin.copy": manifest},
    ]
    play = {"hosts": "localhost", "gather_facts": False, "vars": known, "tasks": steps}
    (folder / "play.json").write_text(json.dumps([play]))
    tool = Path(sys.executable).with_name
    subprocess.run(
        [tool("ansible-playbook"), "-i", "localhost,", "-c", "local", folder / "play.json"],
        env={**os.environ, "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg")},
        cwd=ROOT,
        check=True,
    )
    built = (folder / "built.yml").read_text()
    return {(one["kind"], one["metadata"]["name"]): one for one in yaml.safe_load_all(built)}


def test_what_belongs_to_flannel_goes(built):
    assert set(built) == {
        ("ClusterRole", "calico-node"),
        ("ClusterRoleBinding", "canal-calico"),
        ("ConfigMap", "canal-config"),
        ("DaemonSet", "canal"),
    }
    pod = built["DaemonSet", "canal"]["spec"]["template"]["spec"]
    assert [one["name"] for one in pod["containers"]] == ["calico-node"]
    assert [one["name"] for one in pod["volumes"]] == ["cni-bin-dir"]
    assert set(built["ConfigMap", "canal-config"]["data"]) == {"typha_service_name", "veth_mtu", "cni_network_config"}


def test_pods_get_the_smallest_mtu_of_flannel_and_a_change_starts_calico_anew(built):
    assert built["ConfigMap", "canal-config"]["data"]["veth_mtu"] == "1430"
    annotations = built["DaemonSet", "canal"]["spec"]["template"]["metadata"]["annotations"]
    assert annotations == {"podnet.kubernetes/mtu": "1430"}


def test_calico_has_no_network_of_its_own(built):
    (node,) = built["DaemonSet", "canal"]["spec"]["template"]["spec"]["containers"]
    assert {one["name"]: one.get("value") for one in node["env"]} == {
        "CALICO_NETWORKING_BACKEND": "none",
        "NO_DEFAULT_POOLS": "true",
        "CLUSTER_TYPE": "k8s,canal",
        "FELIX_LOGSEVERITYSCREEN": "warning",
    }
    assert node["image"] == "mirror.example.org/calico/node:v3.31.0"


def test_the_settings_of_the_role_are_taken(built):
    spec = built["DaemonSet", "canal"]["spec"]
    assert spec["updateStrategy"]["rollingUpdate"] == {"maxUnavailable": 2}
    install = next(one for one in spec["template"]["spec"]["initContainers"] if one["name"] == "install-cni")
    environment = {one["name"]: one["value"] for one in install["env"]}
    assert environment["CNI_CONF_NAME"] == "10-canal.conflist"
    assert "flannel" in environment["SKIP_CNI_BINARIES"].split(",")
