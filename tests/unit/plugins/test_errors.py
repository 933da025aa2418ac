# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plugins turn errors that a user can correct into one sentence, and let a bug keep its traceback."""

from __future__ import annotations

import ast
import importlib
import inspect
import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from ansible.errors import AnsibleActionFail, AnsibleFilterError, AnsibleLookupError
from ansible.module_utils.testing import patch_module_args
from ansible_collections.kubernetes.core.plugins.module_utils.k8s.exceptions import CoreException
from kubernetes.client import ApiException
from urllib3.exceptions import HTTPError

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import ClusterError, InputError

PLUGINS = Path(__file__).parents[3] / "plugins"
PACKAGE = "ansible_collections.podnet.kubernetes.plugins"
SENTENCE = "networks is empty: give a network"
BUGS = [ValueError, KeyError, TypeError, RuntimeError]
ERRORS = [InputError, ClusterError]
ENDPOINTS = [{"name": "here", "kind": "node", "addresses": ["127.0.0.1"], "node": "here"}]

# The options with which each module runs.
MODULES = {
    "containerd": {"config": "", "kubernetes_version": "1.36.3"},
    "connectivity_probe": {"endpoints": ENDPOINTS, "targets": [], "run": "run1"},
    "connectivity_responder": {"endpoints": ENDPOINTS, "run": "run1"},
    "etcd_members": {},
    "kubeadm_certificates": {},
    "kubeadm_init": {"config": "/kubeadm.yaml"},
    "kubeadm_join": {"name": "node1"},
    "kubeadm_token": {},
    "kubeadm_upgrade": {"version": "1.36.4", "command": "node"},
    "kubeconfig_find": {"places": [], "host": "master", "address": "10.0.0.1"},
    "node_address": {},
    "packet_trail": {"endpoints": ENDPOINTS, "pairs": [], "run": "run1"},
    "node_settings": {},
    "node_survey": {"name": "node1"},
    "node_reset": {},
    "pod_network_info": {},
    "secrets_encryption": {"path": "/hardening/encryption.yaml"},
    "pod_network_traces": {"configuration": "/etc/cni/net.d/10-flannel.conflist"},
    "pod_routes": {"routes": {}},
    "subnet_allocation": {"networks": ["10.22.0.0/16"], "nodes": [], "path": "/subnets.json"},
}
# The arguments with which each filter runs.
FILTERS = {
    "api_vip_plan": ({}, [], "10.0.0.1"),
    "calico_foreign_routes": ([], "node1"),
    "calico_missing_routes": ([], [], []),
    "calico_pool_plan": ([], "10.244.0.0/16", "Always", "Never"),
    "calico_start_problems": ([], []),
    "calico_wrong_addresses": ([], {}, "first-found"),
    "chain_removal": ("", "cali-"),
    "changed_cells": ([], []),
    "cluster_domain": ([],),
    "cluster_hosts": ({},),
    "connectivity_endpoints": ({},),
    "connectivity_full_tables": (ENDPOINTS, [], []),
    "connectivity_missing": (ENDPOINTS, [], [], []),
    "connectivity_nodes": ([],),
    "connectivity_scope": (ENDPOINTS, "sample"),
    "connectivity_targets": (ENDPOINTS, []),
    "control_plane_plan": ({}, ["master"]),
    "diagnosis": ({},),
    "diagnosis_objects": ({},),
    "expected_connectivity": ([],),
    "flannel_common_interface": ("eth0", {}, {}),
    "flannel_interface_arguments": ("eth0",),
    "flannel_nic": ("eth0", {"interface": "eth0", "network": "10.0.0.0/24"}),
    "flannel_wrong_addresses": ([], {}),
    "flannel_wrong_choices": ({}, {}),
    "host_values": ({}, [], "name"),
    "missing_packages": ({}, []),
    "mtu_mistakes": ({}, "a_mtu", 1500),
    "network_conflicts": ([],),
    "network_families": ("",),
    "network_pods": ([],),
    "network_problems": ([], []),
    "network_switch": ({}, "calico", []),
    "node_removal": ([], []),
    "node_routes": ({}, {}, "node1"),
    "object_stem": ("node1",),
    "other_networks": ([], ""),
    "package_versions": ("", "kubeadm"),
    "packet_trails": ([],),
    "pause_images": ([],),
    "pod_subnet_mistakes": ([], "flannel_pod_network", "10.244.0.0/16"),
    "policy_effect": (ENDPOINTS, [], [], [], []),
    "policy_enforcement": ([], 30),
    "policy_lint": ([], [], []),
    "policy_matrix": ([],),
    "policy_namespaces": ([], []),
    "policy_plan": ([],),
    "policy_scope": ([], [], [], []),
    "policy_service_cells": (ENDPOINTS, [], [], []),
    "role_error": ("", {}),
    "shared_addresses": ({},),
    "trail_pairs": ([],),
    "upgrade_plan": ({}, "1.36.4", []),
    "survey_faults": ({},),
    "waiting_pods": ([],),
    "waiting_static_pods": ("{}",),
}
# The errors by which a bug shows itself.
BUG_NAMES = ("ValueError", "KeyError", "TypeError", "AttributeError", "IndexError", "LookupError", "RuntimeError")
# Functions that raise ValueError for foreign text alone.
PARSERS = {
    *("ipaddress.ip_address", "ipaddress.ip_interface", "ipaddress.ip_network", "isinstance", "json.loads", "str"),
    *("base64.b64decode", "datetime.fromisoformat", "datetime.strptime"),
}
# Other code of module_utils that catches such errors: the function, and the reason.
ALLOWED = {
    "_base/networks.py _read": "it calls a class of ipaddress",
    "_bundle/bundle.py check_form": "a stranger may give any data, and only the judgement reads all of it",
    "_cluster/kubeconfig.py read_api": "urllib splits a foreign URL",
    "_cluster/kubeconfig.py read_proxy": "urllib splits a foreign URL",
    "_diagnosis/findings/certificates.py _date": "datetime alone knows which time is before or after all calendars",
    "_diagnosis/findings/image_pull.py _place": "urllib splits a foreign URL",
    "_diagnosis/packet_trails.py load_trails": "a report of a user may have any form",
    "_gathering/api_server.py read_server": "urllib splits a foreign URL",
    "_gathering/certificates.py read_certificates": "the positions in a foreign certificate come from the certificate",
    "_gathering/knocks.py _is_ipv4": "inet_pton alone knows which text is an address",
    "_gathering/kubelet.py read_environment_flags": "shlex alone knows which text has an open quote",
    "_nodes/mtu.py find_mistakes": "a user may give any text, and int() alone knows which one is a number",
    "_probing/probe.py _allow_sockets": "resource says so when the kernel refuses a limit",
    "_probing/wire.py decode_answer": "the positions in a foreign packet come from the packet",
    "_probing/wire.py decode_report": "the keys come from a foreign packet",
    "_settings/types.py _is_number": "a user may give any text, and float() alone knows which one is a number",
}
KEYWORDS = {
    "expected_connectivity": {"namespaces": [], "policies": [], "ports": []},
    "packet_trails": {"endpoints": [], "pairs": []},
    "policy_matrix": {"namespaces": [], "policies": [], "ports": []},
    "policy_plan": {"steps": []},
    "trail_pairs": {"endpoints": []},
}


def names(folder):
    """The plugins in a folder, without those that only document an action."""
    return sorted(
        path.stem for path in (PLUGINS / folder).glob("*.py") if folder != "modules" or "def main(" in path.read_text()
    )


def break_down(monkeypatch, plugin, error):
    """Have every function that a plugin has or imports from this collection raise the error, but for its entry."""

    def fail(*arguments, **keywords):
        raise error

    for name, value in vars(plugin).items():
        if inspect.isfunction(value) and value.__module__.startswith(PACKAGE) and name != "main":
            monkeypatch.setattr(plugin, name, fail)


def load(kind, name):
    return importlib.import_module(f"{PACKAGE}.{kind}.{name}")


def test_each_plugin_has_its_row():
    assert names("modules") == sorted(MODULES)
    assert names("filter") == sorted(FILTERS)


@pytest.mark.parametrize("name", MODULES)
@pytest.mark.parametrize("error", ERRORS)
def test_a_module_fails_with_the_sentence(monkeypatch, capsys, name, error):
    module = load("modules", name)
    break_down(monkeypatch, module, error(SENTENCE))
    with patch_module_args(MODULES[name]), pytest.raises(SystemExit) as ended:
        module.main()
    result = json.loads(capsys.readouterr().out)
    assert (ended.value.code, result["failed"], result["msg"]) == (1, True, SENTENCE)
    assert "exception" not in result


@pytest.mark.parametrize("name", MODULES)
@pytest.mark.parametrize("bug", BUGS)
def test_a_module_lets_a_bug_pass(monkeypatch, name, bug):
    module = load("modules", name)
    break_down(monkeypatch, module, bug("a bug"))
    with patch_module_args(MODULES[name]), pytest.raises(bug, match="a bug"):
        module.main()


@pytest.mark.parametrize("name", FILTERS)
@pytest.mark.parametrize("error", ERRORS)
def test_a_filter_fails_with_the_sentence(monkeypatch, name, error):
    module = load("filter", name)
    function = module.FilterModule().filters()[name]
    break_down(monkeypatch, module, error(SENTENCE))
    with pytest.raises(AnsibleFilterError) as raised:
        function(*FILTERS[name], **KEYWORDS.get(name, {}))
    assert str(raised.value).endswith(SENTENCE)


# Input of another form for filters, and the beginning of the sentence.
WRONG = [
    ("changed_cells", ([None], []), "_input[0] is None, not an object"),
    ("node_routes", ([], {}, "node1"), "node_routes: the allocation is []: give a dict"),
    (
        "node_routes",
        ({"node1": "10.0.0.0/24"}, {}, "node1"),
        "node_routes: the subnets of node1 is '10.0.0.0/24': give",
    ),
    ("node_routes", ({}, "node1", "node1"), "node_routes: addresses is 'node1': give a dict"),
    ("node_routes", ({"node1": []}, {"node1": 7}, "node1"), "node_routes: addresses of node1 is 7: give a list"),
    ("node_routes", ({}, {}, ["node1"]), "node_routes: node is ['node1']: give a text"),
    ("policy_plan", ([{}],), "existing[0].metadata.name is None: give the name of the NetworkPolicy"),
    ("role_error", (None, []), "variables is []: give a dict"),
    ("role_error", ([], {}), "message is []: give a text"),
]


@pytest.mark.parametrize(("name", "arguments", "sentence"), WRONG)
def test_a_filter_names_the_wrong_option(name, arguments, sentence):
    with pytest.raises(AnsibleFilterError) as raised:
        load("filter", name).FilterModule().filters()[name](*arguments)
    assert str(raised.value).startswith(sentence)


@pytest.mark.parametrize("name", FILTERS)
@pytest.mark.parametrize("bug", BUGS)
def test_a_filter_lets_a_bug_pass(monkeypatch, name, bug):
    module = load("filter", name)
    function = module.FilterModule().filters()[name]
    break_down(monkeypatch, module, bug("a bug"))
    with pytest.raises(bug, match="a bug"):
        function(*FILTERS[name], **KEYWORDS.get(name, {}))


def run_action(monkeypatch, network, error):
    module = load("action", "connectivity_assert")
    task = SimpleNamespace(args=network().options(), check_mode=False, async_val=0, action="assert")
    nothing = dict.fromkeys(["play_context", "loader", "templar", "shared_loader_obj"])
    action = module.ActionModule(task, SimpleNamespace(_shell=SimpleNamespace(tmpdir=None)), **nothing)
    break_down(monkeypatch, module, error)
    action.run(task_vars={})


@pytest.mark.parametrize("error", ERRORS)
def test_the_action_fails_with_the_sentence(monkeypatch, network, error):
    with pytest.raises(AnsibleActionFail) as raised:
        run_action(monkeypatch, network, error(SENTENCE))
    assert raised.value.message == SENTENCE


@pytest.mark.parametrize("bug", BUGS)
def test_the_action_lets_a_bug_pass(monkeypatch, network, bug):
    with pytest.raises(bug, match="a bug"):
        run_action(monkeypatch, network, bug("a bug"))


def run_lookup(monkeypatch, error):
    module = load("lookup", "k8s")

    def fail(*_arguments, **_options):
        raise error

    monkeypatch.setattr(module, "lookup_loader", SimpleNamespace(get=lambda *_, **_options: SimpleNamespace(run=fail)))
    module.LookupModule().run([], kind="Node", kubeconfig="/admin.conf", host="https://10.0.0.1:6443")


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (CoreException("no client"), "Node objects (kubeconfig /admin.conf): the kubeconfig does not exist: give"),
        (
            ApiException(404, "Not Found"),
            "Node objects from https://10.0.0.1:6443 (kubeconfig /admin.conf): 404",
        ),
        (HTTPError("timed out"), "Node objects from https://10.0.0.1:6443 (kubeconfig /admin.conf): timed out"),
        (OSError(5, "Input/output error"), "https://10.0.0.1:6443 (kubeconfig /admin.conf): Input/output error"),
    ],
)
def test_the_lookup_fails_with_the_sentence(monkeypatch, error, sentence):
    with pytest.raises(AnsibleLookupError) as raised:
        run_lookup(monkeypatch, error)
    assert raised.value.message.startswith("k8s: cannot read Node objects")
    assert sentence in raised.value.message
    assert raised.value.__cause__ is None


@pytest.mark.parametrize("bug", BUGS)
def test_the_lookup_lets_a_bug_pass(monkeypatch, bug):
    with pytest.raises(bug, match="a bug"):
        run_lookup(monkeypatch, bug("a bug"))


def caught(tree):
    """The exceptions that code catches, as written; an empty name stands for all of them."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler):
            types = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
            yield from ("" if one is None else ast.unparse(one) for one in types)
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in ("suppress", "contextlib.suppress"):
            yield from map(ast.unparse, node.args)


def catches(folder, broad):
    """The places in a folder of plugins/ that catch one of these exceptions."""
    return [
        f"{path.relative_to(PLUGINS)} catches {name or 'everything'}"
        for path in sorted((PLUGINS / folder).rglob("*.py"))
        for name in caught(ast.parse(path.read_text()))
        if name in broad
    ]


def test_no_code_catches_all_exceptions():
    assert catches(".", ("", "Exception", "BaseException")) == []


@pytest.mark.parametrize("folder", ["modules", "filter", "action", "lookup"])
def test_no_plugin_catches_what_a_bug_raises(folder):
    assert catches(folder, BUG_NAMES) == []


def only_parses(block):
    """Whether a try has a single statement that only calls parsers, and catches ValueError alone of a bug's errors."""
    called = {ast.unparse(one.func) for one in ast.walk(ast.Module(block.body, [])) if isinstance(one, ast.Call)}
    return len(block.body) == 1 and called <= PARSERS and set(caught(block)).intersection(BUG_NAMES) <= {"ValueError"}


def hiding_functions(tree):
    """The functions that catch errors of a bug although they do more than parse foreign text."""
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            blocks = [one for one in ast.walk(function) if isinstance(one, ast.Try)]
            if any(set(caught(one)).intersection(BUG_NAMES) and not only_parses(one) for one in blocks):
                yield function.name


def test_module_utils_catch_what_a_bug_raises_only_where_they_parse_foreign_text():
    root = PLUGINS / "module_utils"
    assert sorted(ALLOWED) == [
        f"{path.relative_to(root)} {name}"
        for path in sorted(root.rglob("*.py"))
        for name in sorted(hiding_functions(ast.parse(path.read_text())))
    ]


@pytest.mark.parametrize(
    ("body", "errors", "expected"),
    [
        ("ipaddress.ip_address(text)", "ValueError", []),
        ("json.loads(text)", "(ValueError, InputError)", []),
        ("json.loads(text)", "KeyError", ["read"]),
        ("parse(json.loads(text))", "ValueError", ["read"]),
        ("value = json.loads(text)\n    return value['a']", "ValueError", ["read"]),
        ("parse(text)", "InputError", []),
    ],
)
def test_the_test_sees_which_functions_hide_a_bug(body, errors, expected):
    code = f"def read(text):\n  try:\n    {body}\n  except {errors}:\n    pass"
    assert list(hiding_functions(ast.parse(code))) == expected


POD = {"metadata": {"name": "calico-node-x"}, "spec": {"nodeName": "node1"}}
NODE = {"metadata": {"name": "node1"}, "status": {}}
OWN = {"address": "10.0.0.1", "interface": "eth0", "network": "10.0.0.0/24"}
LINK = '[{"ifname": "eth0", "flags": ["UP"], "operstate": "UP", "mtu": 1500, "addr_info": []}]'
# A file of module_utils, its function that gets a bug, and the function that is called.
PLANTED = [
    ("_cluster.calico_node", "_start_problem", "start_problems", ([POD], [])),
    ("_nodes.announced_addresses", "_read_annotations", "read_announced_nodes", (None, [NODE], {})),
    ("_nodes.announced_addresses", "_read_internal_addresses", "read_internal_addresses", ([NODE],)),
    (
        "_nodes.announced_addresses",
        "AnnouncedNode",
        "parse_announced_node",
        ("Calico", {4: "a"}, "node1", {}, {"node_address": OWN, "candidates": []}),
    ),
    ("_nodes.calico", "_foreign_route", "foreign_routes", ([{"dst": "10.0.0.0/8"}],)),
    ("_nodes.node_address", "_interface", "parse_interfaces", (LINK, "ipv4")),
    ("_nodes.pod_routes", "_parse_route", "parse_routes", ('[{"dst": "default"}]', "ipv4")),
]


@pytest.mark.parametrize(("place", "broken", "called", "arguments"), PLANTED)
@pytest.mark.parametrize("bug", BUGS)
def test_module_utils_let_a_bug_pass(monkeypatch, place, broken, called, arguments, bug):
    module = load("module_utils", place)

    def fail(*_arguments):
        raise bug("a bug")

    monkeypatch.setattr(module, broken, fail)
    with pytest.raises(bug, match="a bug"):
        getattr(module, called)(*arguments)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("try:\n  pass\nexcept:\n  pass", [""]),
        ("try:\n  pass\nexcept (KeyError, Exception) as error:\n  pass", ["KeyError", "Exception"]),
        ("with suppress(ValueError):\n  pass", ["ValueError"]),
    ],
)
def test_the_tests_see_what_code_catches(code, expected):
    assert list(caught(ast.parse(code))) == expected


@pytest.mark.parametrize("name", MODULES)
def test_the_main_function_of_a_module_fits_on_15_lines(name):
    tree = ast.parse((PLUGINS / "modules" / f"{name}.py").read_text())
    (main,) = [one for one in tree.body if isinstance(one, ast.FunctionDef) and one.name == "main"]
    assert main.end_lineno - main.lineno < 15
