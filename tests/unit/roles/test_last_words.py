# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The last error of a run is one sentence that a user can act on."""

from __future__ import annotations

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import ClassVar

import pytest
import yaml
from playbook_runs import last_failure, run_playbook


@pytest.fixture
def last_words(tmp_path):
    """Run tasks for two hosts that are this machine, and take the message of the last error."""

    def run(tasks):
        interpreter = f"ansible_python_interpreter={sys.executable}"
        play = [{"hosts": "all", "gather_facts": False, "tasks": tasks}]
        (tmp_path / "play.yml").write_text(yaml.safe_dump(play))
        done = run_playbook("-i", "node1,node2,", "-c", "local", "-e", interpreter, str(tmp_path / "play.yml"))
        assert done.returncode == 2, done.stdout + done.stderr
        host, message, error = last_failure(done)
        assert "\nTASK [" not in error
        # A task that runs once fails on all hosts. None of them shows an error for want of the other host's reason.
        assert "is undefined" not in done.stdout
        return host, message

    return run


def role(name, entry_point="main", **variables):
    return {
        "include_role": {"name": f"podnet.kubernetes.{name}", "tasks_from": entry_point},
        "vars": variables,
    }


def test_hosts_without_admin_conf(last_words, tmp_path):
    task = role("kubeadm_control_plane", "admin_conf", kubeadm_control_plane_output_dir=str(tmp_path / "out"))
    assert last_words([task]) == (
        "node1",
        "there is no kubeconfig on node1, node2 (looked for /etc/kubernetes/admin.conf): put a control plane of the "
        "cluster into the group control_plane, add the path to cluster_access_places, or give connectivity_kubeconfig "
        "and network_policies_kubeconfig, the path of a kubeconfig on the controller",
    )


@pytest.mark.parametrize(
    ("name", "entry_point", "kind"),
    [
        ("connectivity", "main", "Namespace"),
        ("network_policies", "main", "DaemonSet"),
        ("network_policies", "verify", "DaemonSet"),
    ],
)
def test_a_kubeconfig_that_does_not_exist(last_words, tmp_path, name, entry_point, kind):
    path = tmp_path / "admin.conf"
    variables = {f"{name}_kubeconfig": str(path), f"{name}_report_dir": str(tmp_path)}
    assert last_words([role(name, entry_point, **variables)]) == (
        "node1",
        f"k8s: cannot read {kind} objects (kubeconfig {path}): the kubeconfig does not exist: give the path of a "
        "kubeconfig on the controller",
    )


KINDS = {
    "/api/v1": {"nodes": "Node", "pods": "Pod", "services": "Service", "namespaces": "Namespace"},
    "/apis/discovery.k8s.io/v1": {"endpointslices": "EndpointSlice"},
    "/apis/crd.projectcalico.org/v1": {"globalnetworkpolicies": "GlobalNetworkPolicy"},
}
GROUPS = [place.split("/")[2] for place in KINDS if place.startswith("/apis/")]


def group(name):
    version = {"groupVersion": f"{name}/v1", "version": "v1"}
    return {"name": name, "versions": [version], "preferredVersion": version}


class EmptyCluster(BaseHTTPRequestHandler):
    """The API of a cluster without any object, but those of `items`, by path."""

    items: ClassVar[dict[str, list[object]]] = {}

    def do_GET(self):
        path = self.path.partition("?")[0].rstrip("/")
        answers = {
            "/version": {"major": "1", "minor": "36", "gitVersion": "v1.36.3"},
            "/api": {"kind": "APIVersions", "versions": ["v1"]},
            "/apis": {"kind": "APIGroupList", "groups": [group(name) for name in GROUPS]},
        }
        for place, kinds in KINDS.items():
            common = {"singularName": "", "namespaced": True, "verbs": ["get", "list"]}
            resources = [{"name": name, "kind": kind, **common} for name, kind in kinds.items()]
            answers[place] = {
                "kind": "APIResourceList",
                "groupVersion": place.rpartition("/api/")[2],
                "resources": resources,
            }
        found = {"kind": "ObjectList", "items": self.items.get(path, [])}
        body = json.dumps(answers.get(path, found)).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments):
        pass


@pytest.fixture
def empty_cluster(tmp_path):
    """The path of a kubeconfig for a cluster without any object."""
    yield from serve(tmp_path, EmptyCluster)


@pytest.fixture
def sick_cluster(tmp_path):
    """The path of a kubeconfig for a cluster with one node, which is not ready."""
    unready = {"type": "Ready", "status": "False", "reason": "KubeletNotReady", "message": "no pod network"}
    node = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "vm"}, "status": {"conditions": [unready]}}
    yield from serve(tmp_path, type("SickCluster", (EmptyCluster,), {"items": {"/api/v1/nodes": [node]}}))


@pytest.fixture
def policed_cluster(tmp_path):
    """The path of a kubeconfig for a cluster with a policy of Calico, and without the other kinds of policies."""
    place, kind = "crd.projectcalico.org/v1", "GlobalNetworkPolicy"
    policy = {"apiVersion": place, "kind": kind, "metadata": {"name": "default.deny-all"}}
    items = {f"/apis/{place}/globalnetworkpolicies": [policy]}
    yield from serve(tmp_path, type("PolicedCluster", (EmptyCluster,), {"items": items}))


def serve(tmp_path, handler):
    """Serve an API, and give the path of a kubeconfig for it."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    config = {
        "current-context": "empty",
        "clusters": [{"name": "empty", "cluster": {"server": f"http://127.0.0.1:{server.server_port}"}}],
        "users": [{"name": "user", "user": {"token": "some"}}],
        "contexts": [{"name": "empty", "context": {"cluster": "empty", "user": "user"}}],
    }
    path = tmp_path / "admin.conf"
    path.write_text(json.dumps(config))
    yield path
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_policy_of_calico_is_a_possible_reason(last_words, policed_cluster):
    """The proof computes no policy of this kind, so it can only name it."""
    suspects = {"connectivity_kubeconfig": str(policed_cluster), "__connectivity_suspects": []}
    found = "{{ __connectivity_suspects | map(attribute='metadata.name') | join(', ') }}"
    tasks = [{"set_fact": suspects}, role("connectivity", "suspects"), {"fail": {"msg": found}, "run_once": True}]
    assert last_words(tasks) == ("node1", "default.deny-all")


def test_the_reason_comes_after_the_clean_up(last_words, empty_cluster, tmp_path):
    variables = {
        "connectivity_kubeconfig": str(empty_cluster),
        "connectivity_report_dir": str(tmp_path),
        "connectivity_own_pods": 0,
        "connectivity_pod_selectors": [{"namespace": "shop"}],
    }
    host, message = last_words([role("connectivity", **variables)])
    assert (host, message.partition(":")[0]) == ("node1", "connectivity_pod_selectors")


def test_the_reason_of_a_proof_of_policies_comes_after_the_clean_up(last_words, empty_cluster, tmp_path):
    variables = {
        "network_policies_kubeconfig": str(empty_cluster),
        "network_policies_report_dir": str(tmp_path),
        "connectivity_pod_selectors": [{"namespace": "shop"}],
        "__network_policies_canaries": 0,
        "__network_policies_plan": {"namespaces": ["shop"], "steps": [{"report": "verify"}]},
    }
    host, message = last_words([role("network_policies", "play", **variables)])
    assert (host, message.partition(":")[0]) == ("node1", "connectivity_pod_selectors")


@pytest.mark.parametrize(("name", "entry_point"), [("connectivity", "reason"), ("network_policies", "reason")])
def test_the_host_that_failed_says_why(last_words, name, entry_point):
    reasons = {"node1": None, "node2": "no space left on device"}
    kept = {
        f"__{name}_failure": "{{ reasons[inventory_hostname] }}",
        f"__{name}_failures": {"node2": reasons["node2"]},
    }
    task = {"set_fact": kept, "vars": {"reasons": reasons}}
    assert last_words([task, role(name, entry_point, podnet_diagnose=False)]) == ("node2", "no space left on device")


def fails_and_explains(tmp_path, **variables):
    """Fail on one host for all, as a task that runs once does, and explain it."""
    explain = {
        "diagnose_failure": "{{ (ansible_failed_result | default({'msg': ''})).msg }}",
        "diagnose_report": "",
        "diagnose_report_dir": str(tmp_path),
        "diagnose_kubeconfig": str(tmp_path / "admin.conf"),
    }
    late = {"fail": {"msg": "After 1 s Flannel does not run."}, "run_once": True}
    return {"block": [late], "rescue": [role("diagnose", "explain", **explain, **variables)]}


def test_the_causes_come_after_the_sentence(last_words, tmp_path):
    host, message = last_words([fails_and_explains(tmp_path)])
    sentence, account, *rest = message.splitlines()
    assert (host, sentence) == ("node1", "After 1 s Flannel does not run.")
    assert account == "Nothing was found, and a part was not looked at."
    assert any("there is no kubeconfig" in line for line in rest)
    assert json.loads((tmp_path / "diagnosis" / "findings.json").read_text())["findings"] == []


def test_a_diagnosis_that_fails_hides_nothing(last_words, tmp_path):
    _host, message = last_words([fails_and_explains(tmp_path, diagnose_only=["nothing"])])
    sentence, account = message.splitlines()
    assert sentence == "After 1 s Flannel does not run."
    assert account.startswith("The diagnosis failed: ")
    assert "only has 'nothing', which is no finding" in account


def test_a_failure_without_a_diagnosis_is_its_sentence(last_words, tmp_path):
    task = fails_and_explains(tmp_path, podnet_diagnose=False)
    assert last_words([task]) == ("node1", "After 1 s Flannel does not run.")
    assert not (tmp_path / "diagnosis").exists()


def test_a_network_that_is_waited_for_in_vain(last_words, sick_cluster, tmp_path):
    definition = {
        "name": "Acme",
        "role": "acme",
        "file": "10-acme.conflist",
        "kubeconfig": str(sick_cluster),
        "wait_timeout": 1,
        "remove_bare_pods": False,
        "daemon_set": {"namespace": "kube-system", "name": "acme"},
        "links": "acme",
        "chain_prefix": "ACME-",
        "traces": [],
        "files": [],
    }
    task = role("pod_network", "wait", pod_network_definition=definition, diagnose_report_dir=str(tmp_path))
    host, message = last_words([task])
    sentence, account, *rest = message.splitlines()
    assert host == "node1"
    assert sentence.startswith(
        "After 1 s (acme_wait_timeout) Acme does not run on every node, or a node is not ready: "
    )
    assert account.startswith("Nothing was found")
    # Both hosts were asked, although the task that failed ran on one.
    assert not any("it did not answer" in line for line in rest)
